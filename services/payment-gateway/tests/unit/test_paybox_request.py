"""The form sent to Paybox: its signature, its fields, their lengths."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from contracts.values import Payer, PostalAddress
from payment_gateway.adapters.paybox.request import request_form
from payment_gateway.adapters.paybox.seal import request_hmac
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.adapters.paybox.three_d_secure import authentication_wish, billing, plain, shopping_cart
from payment_gateway.application.bank_port import Addresses, PaymentMisconfiguredError, PaymentOrder
from payment_gateway.domain.payment import Mode

KEY = "0123456789ABCDEF" * 8
PEM = json.loads((Path(__file__).parents[1] / "data" / "payment-vectors.json").read_text())["paybox_response"][
    "bank_public_key_pem"
]
PAYER = Payer(
    first_name="Anne-Élodie",
    last_name="Cœur & <fils>",
    email="anne@martin.fr",
    address=PostalAddress(line="1, rue de l'Église", postal_code="26300", city="Alixan"),
)
TERMS = PayboxTerms(
    protocol="paybox",
    site="1999888",
    rang="32",
    identifiant="107904482",
    page_url="https://preprod-tpeweb.paybox.com/php/",
    bank_public_key_pem=PEM,
    mode=Mode.TEST,
    shop_name="CANTINE SCOLAIRE D'ALIXAN",
    hmac_key=SecretStr(KEY),
)
ORDER = PaymentOrder(
    reference="0190-abc",
    amount_cents=3400,
    label="Cantine",
    article_count=2,
    payer=PAYER,
    town_hall_email="mairie@alixan.fr",
    addresses=Addresses("http://alixan.localhost:8080", "http://127.0.0.1:8080", "paybox/alixan/42"),
    real_now=datetime(2022, 7, 4, 7, 0, tzinfo=UTC),
)


def test_every_published_request_is_reproduced(vectors: dict[str, Any]) -> None:
    known = vectors["paybox_request"]
    for vector in known["vectors"]:
        assert request_hmac(vector["fields"], known["test_key_hex"]) == vector["expected"], vector["id"]


def test_the_form_in_its_order() -> None:
    form = request_form(TERMS, ORDER)
    assert form.action == "https://preprod-tpeweb.paybox.com/php/"
    assert [name for name, _ in form.fields] == [
        "PBX_SITE", "PBX_RANG", "PBX_IDENTIFIANT", "PBX_TOTAL", "PBX_DEVISE", "PBX_CMD", "PBX_PORTEUR", "PBX_RETOUR",
        "PBX_HASH", "PBX_TIME", "PBX_EFFECTUE", "PBX_REFUSE", "PBX_ANNULE", "PBX_ATTENTE", "PBX_REPONDRE_A",
        "PBX_RUF1", "PBX_LANGUE", "PBX_SOURCE", "PBX_DISPLAY", "PBX_SHOPPINGCART", "PBX_BILLING",
        "PBX_SOUHAITAUTHENT", "PBX_HMAC",
    ]  # fmt: skip
    fields = dict(form.fields)
    assert fields["PBX_TOTAL"] == "3400"
    assert fields["PBX_TIME"] == "2022-07-04T07:00:00+00:00"
    assert fields["PBX_EFFECTUE"] == "http://alixan.localhost:8080/pay/return/paybox/alixan/42/effectue"
    assert fields["PBX_REPONDRE_A"] == "http://127.0.0.1:8080/pay/ipn/paybox/alixan/42"
    assert fields["PBX_HMAC"] == request_hmac(form.fields[:-1], KEY)
    assert fields["PBX_HMAC"] == fields["PBX_HMAC"].upper()


@pytest.mark.parametrize(("cents", "total"), [(1, "001"), (99, "099"), (500, "500"), (9_999_999_999, "9999999999")])
def test_the_amount_has_at_least_three_digits(cents: int, total: str) -> None:
    form = request_form(TERMS, replace(ORDER, amount_cents=cents))
    assert dict(form.fields)["PBX_TOTAL"] == total


@pytest.mark.parametrize(("cents", "wish"), [(1, "01"), (3000, "01"), (3001, "04")])
def test_authentication_is_wanted_above_thirty_euros(cents: int, wish: str) -> None:
    assert authentication_wish(cents) == wish


@pytest.mark.parametrize(("count", "quantity"), [(1, "1"), (99, "99"), (100, "99"), (5000, "99")])
def test_the_cart_holds_one_to_ninety_nine_things(count: int, quantity: str) -> None:
    assert ElementTree.fromstring(shopping_cart(count).encode()).findtext("total/totalQuantity") == quantity


def test_names_lose_accents_and_specials() -> None:
    address = ElementTree.fromstring(billing(PAYER).encode()).find("Address")
    assert address is not None
    assert {element.tag: element.text for element in address} == {
        "FirstName": "Anne-Elodie",
        "LastName": "Coeur fils",
        "Address1": "1 rue de l Eglise",
        "ZipCode": "26300",
        "City": "Alixan",
        "CountryCode": "250",
    }


@given(st.text(), st.integers(min_value=2, max_value=60))
def test_any_text_fits_the_bank(text: str, longest: int) -> None:
    shown = plain(text, longest)
    assert 1 <= len(shown) <= longest
    assert all(letter.isascii() and (letter.isalnum() or letter in " -") for letter in shown)


@pytest.mark.parametrize("email", ["", "sans-arobase", "a@b", f"{'a' * 120}@martin.fr", "a b@martin.fr", "é@martin.fr"])
def test_the_town_hall_takes_the_receipt_of_a_payer_without_email(email: str) -> None:
    order = replace(ORDER, payer=PAYER.model_copy(update={"email": email}))
    assert dict(request_form(TERMS, order).fields)["PBX_PORTEUR"] == "mairie@alixan.fr"
    with pytest.raises(PaymentMisconfiguredError):
        request_form(TERMS, replace(order, town_hall_email=email))


def test_addresses_longer_than_the_bank_takes_are_refused() -> None:
    addresses = Addresses("https://" + "a" * 120 + ".fr", "https://a.fr", "paybox/alixan/42")
    with pytest.raises(PaymentMisconfiguredError, match="trop longue"):
        request_form(TERMS, replace(ORDER, addresses=addresses))


def test_a_contract_never_shows_its_key() -> None:
    assert KEY not in f"{TERMS!r} {TERMS} {TERMS.model_dump()} {TERMS.model_dump_json()}"
    assert TERMS.secrets() == {"hmac_key": KEY}
