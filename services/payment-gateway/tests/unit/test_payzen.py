"""PayZen's form, its answers, and every way in which they can be tampered with."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from contracts.values import Payer, PostalAddress
from payment_gateway.adapters.payzen import PROTOCOL
from payment_gateway.adapters.payzen.message import read_message
from payment_gateway.adapters.payzen.request import request_form
from payment_gateway.adapters.payzen.seal import answer_hash, form_signature
from payment_gateway.adapters.payzen.statuses import meaning_of
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.application.bank_port import (
    Addresses,
    PaymentMisconfiguredError,
    PaymentOrder,
    UnreadableMessageError,
)
from payment_gateway.domain.judgement import Channel, Verdict
from payment_gateway.domain.outcome import OutcomeKind
from payment_gateway.domain.payment import Mode

KEY, PASSWORD, BROWSER_KEY = "1122334455667788", "testpassword_abcdef", "hmackey_abcdef"


def terms(**changed: Any) -> PayZenTerms:
    values = {
        "protocol": "payzen",
        "mode": "test",
        "shop_name": "REGIE",
        "site_id": "12345678",
        "page_url": "https://secure.payzen.eu/vads-payment/",
        "rest_url": "https://api.payzen.eu/api-payment/V4",
        "form_key": KEY,
        "rest_password": PASSWORD,
        "rest_hmac_key": BROWSER_KEY,
    }
    return PayZenTerms.model_validate({**values, **changed})


ORDER = PaymentOrder(
    reference="0190aaaa-0000-7000-8000-000000000001",
    amount_cents=3400,
    label="Cantine",
    article_count=2,
    payer=Payer(
        first_name="Anne-Élodie",
        last_name="Cœur & <fils>",
        email="anne@martin.fr",
        address=PostalAddress(line="1, rue de l'Église", postal_code="26300", city="Alixan"),
    ),
    town_hall_email="mairie@alixan.fr",
    addresses=Addresses("http://alixan.localhost:8080", "http://127.0.0.1:8080", "payzen/alixan/42"),
    real_now=datetime(2022, 7, 4, 23, 30, tzinfo=UTC),
    daily_number=17,
)
FIELDS = {
    "vads_amount": "3400",
    "vads_auth_number": "3fe123",
    "vads_auth_result": "00",
    "vads_ctx_mode": "TEST",
    "vads_currency": "978",
    "vads_cust_first_name": "Zoé + Léa",
    "vads_extra_result": "",
    "vads_hash": "abc",
    "vads_operation_type": "DEBIT",
    "vads_order_id": "ref-1",
    "vads_site_id": "12345678",
    "vads_trans_date": "20220704073012",
    "vads_trans_id": "000017",
    "vads_trans_status": "AUTHORISED",
    "vads_trans_uuid": "c0ffee00000000000000000000000001",
    "vads_url_check_src": "PAY",
}


def message(key: str = KEY, **changed: str | None) -> str:
    fields = {name: value for name, value in {**FIELDS, **changed}.items() if value is not None}
    return urlencode({**fields, "signature": form_signature(fields, key)})


def verdict_of(raw: str, channel: Channel = Channel.IPN, **contract: Any) -> Verdict | None:
    try:
        read_message(terms(**contract), channel, raw.encode())
    except UnreadableMessageError as error:
        return error.verdict
    return None


def test_every_published_form_is_reproduced(vectors: dict[str, Any]) -> None:
    for vector in vectors["payzen_form"]["vectors"]:
        assert form_signature(vector["fields"], vector["key"]) == vector["expected"], vector["id"]


def test_other_fields_are_not_signed_and_empty_ones_are() -> None:
    assert form_signature({**FIELDS, "kr-x": "1", "VADS_Y": "2"}, KEY) == form_signature(FIELDS, KEY)
    assert form_signature({**FIELDS, "vads_zero": ""}, KEY) != form_signature(FIELDS, KEY)


def test_the_form() -> None:
    form = request_form(terms(), ORDER)
    fields = dict(form.fields)
    assert (form.action, form.method) == ("https://secure.payzen.eu/vads-payment/", "POST")
    assert (fields["vads_trans_id"], fields["vads_trans_date"]) == ("000017", "20220704233000")
    assert (fields["vads_amount"], fields["vads_ctx_mode"]) == ("3400", "TEST")
    assert fields["vads_url_check"] == "http://127.0.0.1:8080/pay/ipn/payzen/alixan/42"
    assert fields["vads_url_return"] == "http://alixan.localhost:8080/pay/return/payzen/alixan/42"
    assert fields["vads_cust_last_name"] == "Coeur fils"
    assert fields.pop("signature") == form_signature(fields, KEY)


def test_the_reserved_numbers_are_not_used() -> None:
    assert dict(request_form(terms(), replace(ORDER, daily_number=899_999)).fields)["vads_trans_id"] == "899999"
    with pytest.raises(PaymentMisconfiguredError):
        request_form(terms(), replace(ORDER, daily_number=900_000))


def test_an_accepted_payment() -> None:
    outcome = read_message(terms(), Channel.IPN, message().encode())
    assert (outcome.meaning.kind, outcome.reference, outcome.amount_cents) == (OutcomeKind.ACCEPTED, "ref-1", 3400)
    assert (outcome.transaction_id, outcome.authorisation, outcome.is_test) == (
        FIELDS["vads_trans_uuid"],
        "3fe123",
        True,
    )


def test_a_refusal_in_the_words_of_the_card_scheme() -> None:
    outcome = read_message(terms(), Channel.IPN, message(vads_trans_status="REFUSED", vads_auth_result="51").encode())
    assert (outcome.meaning.kind, outcome.code) == (OutcomeKind.REFUSED, "REFUSED 51")
    assert "provision" in (outcome.meaning.sentence or "")


def test_a_failed_authentication_is_told_as_such() -> None:
    raw = message(vads_trans_status="REFUSED", vads_auth_result="", vads_threeds_status="N")
    assert "3-D Secure" in (read_message(terms(), Channel.IPN, raw.encode()).meaning.sentence or "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, OutcomeKind.ACCEPTED) for status in ("AUTHORISED", "CAPTURED", "ACCEPTED", "PARTIALLY_AUTHORISED")),
        *(
            (status, OutcomeKind.PENDING)
            for status in (
                "INITIAL", "WAITING_AUTHORISATION", "WAITING_AUTHORISATION_TO_VALIDATE", "AUTHORISED_TO_VALIDATE",
                "UNDER_VERIFICATION", "PRE_AUTHORISED", "WAITING_FOR_PAYMENT", "SUSPENDED", "PENDING",
                "REFUND_TO_RETRY", "SOMETHING_NEW",
            )
        ),
        *((status, OutcomeKind.CANCELLED) for status in ("ABANDONED", "NOT_CREATED", "CANCELLED")),
        *((status, OutcomeKind.REFUSED) for status in ("REFUSED", "CAPTURE_FAILED")),
        ("EXPIRED", OutcomeKind.EXPIRED),
    ],
)  # fmt: skip
def test_what_is_pending_is_not_paid(status: str, kind: OutcomeKind) -> None:
    assert meaning_of(status, "", "DEBIT").kind is kind
    assert meaning_of(status, "", None).kind is kind


def test_a_credit_is_no_payment() -> None:
    assert meaning_of("AUTHORISED", "", "CREDIT").kind is OutcomeKind.REFUNDED
    assert meaning_of("AUTHORISED_TO_VALIDATE", "", "CREDIT").kind is OutcomeKind.PENDING
    for status in ("CANCELLED", "CAPTURE_FAILED", "REFUSED", "EXPIRED"):
        assert meaning_of(status, "", "CREDIT").kind is OutcomeKind.REFUND_UNDONE, status


@pytest.mark.parametrize(
    ("raw", "verdict"),
    [
        (message(key="8877665544332211"), Verdict.BAD_SIGNATURE),
        (message().replace("vads_amount=3400", "vads_amount=1"), Verdict.BAD_SIGNATURE),
        (message() + "&vads_extra=1", Verdict.BAD_SIGNATURE),
        (message() + "&vads_amount=3400", Verdict.MALFORMED),
        (message() + "&vads%5Famount=1", Verdict.MALFORMED),
        (message() + "&signature=x", Verdict.MALFORMED),
        (message().partition("&signature=")[0], Verdict.MALFORMED),
        (message(vads_site_id="99999999"), Verdict.OTHER_SHOP),
        (message(vads_amount="-1"), Verdict.MALFORMED),
        (message(vads_amount="34.00"), Verdict.MALFORMED),
        (message(vads_amount="٣٤"), Verdict.MALFORMED),
        (message(vads_amount=None), Verdict.MALFORMED),
        (message(vads_order_id="a b"), Verdict.MALFORMED),
        (message(vads_trans_status=None), Verdict.MALFORMED),
        (message(vads_ctx_mode="OTHER"), Verdict.MALFORMED),
        ("", Verdict.MALFORMED),
        ("vads_amount=%FF&signature=x", Verdict.MALFORMED),
    ],
)
def test_tampered_messages_prove_nothing(raw: str, verdict: Verdict) -> None:
    assert verdict_of(raw) is verdict


@pytest.mark.parametrize(
    "added", ["&", "\r\n", "&\r\n", "&foo=1", "&fbclid=abc", "&foo", "&montant=1", "&erreur=00105"]
)
@pytest.mark.parametrize("channel", [Channel.IPN, Channel.RETURN])
def test_what_the_signature_need_not_cover_is_not_read(added: str, channel: Channel) -> None:
    """A browser or a server on the way adds a parameter: what the bank signed stays true."""
    assert read_message(terms(), channel, (message() + added).encode()) == read_message(
        terms(), channel, message().encode()
    )


@pytest.mark.parametrize(
    ("changed", "authorisation"),
    [
        ({"vads_auth_number": "3fe-123"}, "3fe-123"),
        ({"vads_auth_number": " 3fe123 "}, "3fe123"),
        ({"vads_auth_number": "é" * 40}, None),
        ({"vads_auth_result": "A-1/2"}, "3fe123"),
    ],
)
def test_what_decides_nothing_refuses_nothing(changed: dict[str, str], authorisation: str | None) -> None:
    outcome = read_message(terms(), Channel.IPN, message(**changed).encode())
    assert (outcome.meaning.kind, outcome.amount_cents) == (OutcomeKind.ACCEPTED, 3400)
    assert outcome.authorisation == authorisation


@pytest.mark.parametrize("form", ["quoted", "plus", "twice", "raw", "reordered"])
def test_the_same_message_in_other_encodings(form: str) -> None:
    pairs = parse_qsl(message(), keep_blank_values=True)
    signature = dict(pairs)["signature"]
    head = message().partition("&signature=")[0]
    raw = {
        "quoted": "&".join(f"{name}={quote(value, safe='')}" for name, value in pairs),
        "plus": "&".join(f"{name}={quote_plus(value)}" for name, value in pairs),
        "twice": f"{head}&signature={quote(quote(signature, safe=''), safe='')}",
        "raw": f"{head}&signature={signature}",
        "reordered": urlencode(pairs[::-1]),
    }[form]
    assert verdict_of(raw) is None


def test_the_mode_of_the_message_does_not_choose_the_key() -> None:
    production = {"mode": "production", "form_key": "8877665544332211"}
    assert verdict_of(message(), **production) is Verdict.BAD_SIGNATURE
    assert read_message(terms(**production), Channel.IPN, message(key="8877665544332211").encode()).is_test, (
        "a test message that bears the production key is still one of tests"
    )


def test_a_values_own_separator_does_not_move_it_elsewhere() -> None:
    """Values are joined by +, names are not signed: what moves a value to another name is refused."""
    fields = {**FIELDS, "vads_cust_first_name": "AUTHORISED", "vads_trans_status": "REFUSED"}
    signature = form_signature(fields, KEY)
    values = dict(sorted(fields.items()))
    del values["vads_trans_status"]
    renamed = {("vads_trans_status" if name == "vads_cust_first_name" else name): v for name, v in values.items()}
    assert verdict_of(urlencode({**renamed, "signature": signature})) is Verdict.BAD_SIGNATURE


def kr_message(key: str, **changed: Any) -> str:
    answer = {
        "shopId": "12345678",
        "orderDetails": {"orderId": "ref-1", "mode": "TEST"},
        "transactions": [
            {
                "uuid": "C0FFEE00000000000000000000000001",
                "amount": 3400,
                "currency": "EUR",
                "detailedStatus": "AUTHORISED",
                "operationType": "DEBIT",
            }
        ],
        **changed,
    }
    text = json.dumps(answer).replace("/", "\\/")
    return urlencode({"kr-hash-key": "password", "kr-hash": answer_hash(text, key), "kr-answer": text})


def test_the_rest_messages_key_follows_from_the_channel() -> None:
    assert verdict_of(kr_message(PASSWORD)) is None
    assert verdict_of(kr_message(BROWSER_KEY)) is Verdict.BAD_SIGNATURE
    assert verdict_of(kr_message(BROWSER_KEY), Channel.RETURN) is None
    assert verdict_of(kr_message(PASSWORD), Channel.RETURN) is Verdict.BAD_SIGNATURE
    assert verdict_of(kr_message(PASSWORD), rest_password=None) is Verdict.BAD_SIGNATURE
    assert verdict_of(kr_message(PASSWORD, shopId="99999999")) is Verdict.OTHER_SHOP
    assert verdict_of(kr_message(PASSWORD, transactions=[])) is Verdict.MALFORMED
    outcome = read_message(terms(), Channel.IPN, kr_message(PASSWORD, metadata={"url": "https://a/b"}).encode())
    assert (outcome.reference, outcome.amount_cents, outcome.currency) == ("ref-1", 3400, "978")
    assert outcome.transaction_id == FIELDS["vads_trans_uuid"]


@pytest.mark.parametrize(("said", "code", "words"), [("5", "05", "sans préciser"), ("7", "07", "refuse cette carte")])
def test_the_rest_apis_codes_of_one_digit_are_the_card_schemes(said: str, code: str, words: str) -> None:
    """Published answers say authorizationResult 0 for 00."""
    transaction = {
        "uuid": "c0ffee00000000000000000000000001",
        "amount": 3400,
        "currency": "EUR",
        "detailedStatus": "REFUSED",
        "operationType": "DEBIT",
        "transactionDetails": {"cardDetails": {"authorizationResponse": {"authorizationResult": said}}},
    }
    outcome = read_message(terms(), Channel.IPN, kr_message(PASSWORD, transactions=[transaction]).encode())
    assert outcome.code == f"REFUSED {code}"
    assert words in (outcome.meaning.sentence or "")


def test_slashes_count_the_same_escaped_or_not() -> None:
    assert answer_hash('{"a":"https:\\/\\/b"}', "k") == answer_hash('{"a":"https://b"}', "k")


@pytest.mark.parametrize(
    "changed",
    [
        {"site_id": "1234567"},
        {"form_key": "short"},
        {"form_key": "with space at end "},
        {"mode": "production", "page_url": "http://secure.payzen.eu/vads-payment/"},
        {"mode": "production", "rest_url": "http://api.payzen.eu/api-payment/V4/"},
        {"rest_url": "javascript:alert(1)"},
    ],
)
def test_a_wrong_contract_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        terms(**changed)


def test_a_contract_never_shows_its_secrets() -> None:
    shown = f"{terms()!r} {terms()} {terms().model_dump()} {terms().model_dump_json()}"
    assert not [secret for secret in (KEY, PASSWORD, BROWSER_KEY) if secret in shown]
    assert terms(form_key=SecretStr(KEY)).secrets()["form_key"] == KEY
    assert terms().mode is Mode.TEST
    assert PROTOCOL.can_ask(terms())
    assert not PROTOCOL.can_ask(terms(rest_password=None))


@given(raw=st.binary(max_size=300) | st.text(alphabet="vads_amount=&%+signature0", max_size=80).map(str.encode))
def test_noise_proves_nothing(raw: bytes) -> None:
    with pytest.raises(UnreadableMessageError):
        read_message(terms(), Channel.IPN, raw)


@given(st.data())
def test_any_changed_value_breaks_the_seal(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FIELDS)))
    value = data.draw(st.text(max_size=20).filter(lambda text: text != FIELDS[name]))
    fields = {**FIELDS, name: value, "signature": form_signature(FIELDS, KEY)}
    assert verdict_of(urlencode(fields, errors="replace")) in {Verdict.BAD_SIGNATURE, Verdict.MALFORMED}
