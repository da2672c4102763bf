"""What the bank signs, and every way in which a message can be tampered with."""

from typing import Any
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_gateway.adapters.paybox.message import read_message
from payment_gateway.adapters.paybox.seal import bank_public_key, decode_signature, is_signed
from payment_gateway.application.bank_port import UnreadableMessageError
from payment_gateway.domain.judgement import Verdict


def verdict_of(pem: str, raw: str | bytes) -> Verdict | None:
    try:
        read_message(pem, raw if isinstance(raw, bytes) else raw.encode())
    except UnreadableMessageError as error:
        return error.verdict
    return None


def test_every_published_answer_is_verified(vectors: dict[str, Any]) -> None:
    known = vectors["paybox_response"]
    key = bank_public_key(known["bank_public_key_pem"])
    for vector in known["vectors"]:
        signature = decode_signature(quote(vector["signature_b64"], safe="").encode())
        assert signature, vector["id"]
        assert is_signed(vector["message"].encode(), signature, key), vector["id"]
        assert not is_signed(vector["message"].replace("000", "001", 1).encode(), signature, key), vector["id"]


def test_an_accepted_payment(bank: Any) -> None:
    outcome = read_message(bank.public_key_pem, bank.message("ref-1", 3400, trans="77", appel="88").encode())
    assert (outcome.code, outcome.reference, outcome.amount_cents) == ("00000", "ref-1", 3400)
    assert (outcome.authorisation, outcome.transaction_id, outcome.call_number) == ("123456", "77", "88")
    assert (outcome.is_test, outcome.encoding) == (False, "raw")


def test_a_refusal_has_no_authorisation(bank: Any) -> None:
    outcome = read_message(bank.public_key_pem, bank.message("ref-1", 3400, "00105", trans="0").encode())
    assert (outcome.code, outcome.authorisation, outcome.transaction_id) == ("00105", None, None)


def test_the_test_platform_is_recognised(bank: Any) -> None:
    assert read_message(bank.public_key_pem, bank.message("ref-1", 3400, auto="XXXXXX").encode()).is_test


def test_a_text_signed_re_encoded(bank: Any) -> None:
    travelling = "montant=3400&reference=ref-1&auto=123456&trans=7&erreur=00000&heure=09:30:12&carte=CB, a/b@c $x"
    signed = "montant=3400&reference=ref-1&auto=123456&trans=7&erreur=00000&heure=09%3A30%3A12"
    signed += "&carte=CB%2C%20a%2Fb%40c%20%24x"
    raw = bank.seal(travelling.replace(" ", "%20"), signed_as=signed)
    assert read_message(bank.public_key_pem, raw.encode()).encoding == "reencoded"


@pytest.mark.parametrize(
    ("travelling", "signed"),
    [
        ("heure=09%3A30%3A12", "heure=09:30:12"),
        ("heure=09%3a30%3a12", "heure=09:30:12"),
        ("heure=09:30:12&pays=la+Drome", "heure=09:30:12&pays=la%20Drome"),
        ("heure=09%3A30%3A12&carte=CB%2C%20a%2Fb%40c", "heure=09:30:12&carte=CB,%20a/b@c"),
    ],
)
def test_a_text_signed_as_it_is_and_encoded_on_the_way(bank: Any, travelling: str, signed: str) -> None:
    """Genuine messages are signed with raw , @ : / and %20; a form's encoding may touch them afterwards."""
    head = "montant=3400&reference=ref-1&auto=123456&trans=7&erreur=00000"
    outcome = read_message(bank.public_key_pem, bank.seal(f"{head}&{travelling}", f"{head}&{signed}").encode())
    assert (outcome.code, outcome.amount_cents, outcome.encoding) == ("00000", 3400, "decoded")


@pytest.mark.parametrize(
    ("signed", "travelling"),
    [
        ("garantie3ds=O&trans=7", "garantie3ds=O%26trans%3D7"),
        ("garantie3ds=O&trans=7", "garantie3ds%3DO%26trans=7"),
        ("trans=7&carte=%41", "trans=7&carte=%2541"),
        ("trans=7&carte=a+b", "trans=7&carte=a%2Bb"),
    ],
)
def test_decoding_never_moves_a_value_elsewhere(bank: Any, signed: str, travelling: str) -> None:
    """What the bank signed under some names is not to be sent again under others."""
    head = "montant=3400&reference=ref-1&auto=123456&erreur=00000"
    raw = bank.seal(f"{head}&{travelling}", signed_as=f"{head}&{signed}")
    assert verdict_of(bank.public_key_pem, raw) is Verdict.BAD_SIGNATURE


@pytest.mark.parametrize("form", ["line-end", "lines", "decoded-plus"])
def test_a_signature_that_was_touched_on_the_way(bank: Any, form: str) -> None:
    while True:
        message, _, signature = bank.message("ref-1", 3400).partition("&sign=")
        if "+" in (plain := unquote(signature)):
            break
    travelling = {
        "line-end": f"{signature}\r\n",
        "lines": quote("\n".join(plain[at : at + 76] for at in range(0, len(plain), 76)), safe=""),
        "decoded-plus": quote(plain.replace("+", " "), safe=""),
    }[form]
    assert read_message(bank.public_key_pem, f"{message}&sign={travelling}".encode()).code == "00000"


def test_a_signature_encoded_twice(bank: Any) -> None:
    message, _, signature = bank.message("ref-1", 3400).partition("&sign=")
    assert read_message(bank.public_key_pem, f"{message}&sign={quote(signature, safe='')}".encode()).code == "00000"


def test_a_signature_not_encoded_at_all(bank: Any) -> None:
    message, _, signature = bank.message("ref-1", 3400).partition("&sign=")
    assert read_message(bank.public_key_pem, f"{message}&sign={unquote(signature)}".encode()).code == "00000"


def test_a_parameter_appended_after_the_signature(bank: Any) -> None:
    assert verdict_of(bank.public_key_pem, bank.message("ref-1", 3400) + "&montant=1") is Verdict.MALFORMED


def test_a_second_signature(bank: Any) -> None:
    raw = bank.message("ref-1", 3400)
    assert verdict_of(bank.public_key_pem, raw + raw[raw.index("&sign=") :]) is Verdict.MALFORMED


@pytest.mark.parametrize("twice", ["montant=3400", "montant=1", "monta%6Et=1", "erreur=00105"])
def test_a_name_given_twice_even_when_signed(bank: Any, twice: str) -> None:
    message = bank.message("ref-1", 3400).partition("&sign=")[0]
    assert verdict_of(bank.public_key_pem, bank.seal(f"{message}&{twice}")) is Verdict.MALFORMED


def test_a_changed_amount(bank: Any) -> None:
    forged = bank.message("ref-1", 1).replace("montant=001", "montant=3400")
    assert verdict_of(bank.public_key_pem, forged) is Verdict.BAD_SIGNATURE


def test_another_key(bank: Any) -> None:
    assert verdict_of(type(bank)().public_key_pem, bank.message("ref-1", 3400)) is Verdict.BAD_SIGNATURE


@pytest.mark.parametrize("signature", ["", "%", "AAAA", "sign", "%25%25", "+++", "A" * 172, quote("é" * 40, safe="")])
def test_no_signature_at_all(bank: Any, signature: str) -> None:
    message = bank.message("ref-1", 3400).partition("&sign=")[0]
    assert verdict_of(bank.public_key_pem, f"{message}&sign={signature}") is Verdict.BAD_SIGNATURE
    assert verdict_of(bank.public_key_pem, message) is Verdict.MALFORMED


@pytest.mark.parametrize(
    "message",
    [
        "montant=-100&reference=r&erreur=00000",
        "montant=34.00&reference=r&erreur=00000",
        "montant=3400&reference=r&erreur=0",
        "montant=3400&reference=r",
        "montant=3400&reference=r é&erreur=00000",
        "montant=%D9%A3%D9%A4&reference=r&erreur=00000",
        "montant=3400&reference=r&erreur=00000&trans=1%27",
        "montant=3400&reference=r&erreur=00000&auto=%FF",
    ],
)
def test_signed_nonsense_is_not_read(bank: Any, message: str) -> None:
    assert verdict_of(bank.public_key_pem, bank.seal(message)) is Verdict.MALFORMED


@given(raw=st.binary(max_size=400) | st.text(alphabet="a=&%sign+0", max_size=100).map(str.encode))
def test_noise_proves_nothing(bank: Any, raw: bytes) -> None:
    assert verdict_of(bank.public_key_pem, raw) in {Verdict.MALFORMED, Verdict.BAD_SIGNATURE}


@given(st.data())
def test_any_changed_byte_breaks_the_seal(bank: Any, data: st.DataObject) -> None:
    raw = bytearray(bank.message("ref-1", 3400).encode())
    place = data.draw(st.integers(0, raw.index(b"&sign=") - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert verdict_of(bank.public_key_pem, bytes(raw)) in {Verdict.MALFORMED, Verdict.BAD_SIGNATURE}


@pytest.mark.parametrize("pem", ["", "nothing", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
def test_what_is_no_public_key(pem: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        bank_public_key(pem)
