"""PBX_RETOUR: the grammar, the values, the encoding of genuine messages."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bank_simulator.behaviour import Behaviour
from bank_simulator.model import Attempt, AttemptStatus, CardSummary, Payment
from bank_simulator.paybox.returned import Variable, encode, parse_return_variables, signed_message, values_of
from bank_simulator.paybox.seal import BankKey

AT = datetime(2022, 7, 4, 9, 5, 7, tzinfo=UTC)
PAYMENT = Payment("id", "paybox", "m", "SHOP", "CMD-1", 99, (("PBX_TOTAL", "099"),), AT, AT)
CARD = CardSummary("401200", "12", "VISA", "3012")
ACCEPTED = Attempt(1_700_000_001, "id", AT, AttemptStatus.ACCEPTED, "00000", CARD, "123456", authenticated=True)
REFUSED = Attempt(1_700_000_002, "id", AT, AttemptStatus.REFUSED, "00151", CARD)
KEY = BankKey.load(None, None)


def test_names_letters_and_order_are_kept():
    assert parse_return_variables("Mt:M;v3ds:v;sign:K") == (
        Variable("Mt", "M"),
        Variable("v3ds", "v"),
        Variable("sign", "K"),
    )


def test_a_signature_is_not_obligatory():
    assert [variable.letter for variable in parse_return_variables("Mt:M;Ref:R;Auto:A;Erreur:E")] == list("MRAE")


@pytest.mark.parametrize(
    "text",
    ["", "Mt", "Mt:M;", "Mt:M;;Ref:R", "Mt:MM", "Mt:X", "a b:M", "Mt:M;Mt:R", "sign:K;Mt:M", "s:K;t:K", "é:M", ":M"],
)
def test_wrong_lists_are_refused(text):
    with pytest.raises(ValueError, match=r"."):
        parse_return_variables(text)


def test_an_accepted_attempt_fills_the_recommended_variables():
    values = values_of(PAYMENT, ACCEPTED)
    asked = parse_return_variables("m:M;r:R;a:A;s:S;t:T;e:E;w:W;q:Q;g:G;c:C;d:D;j:J;n:N")
    assert encode(asked, values) == (
        "m=099&r=CMD-1&a=123456&s=700000001&t=1700000001&e=00000&w=04072022&q=09:05:07&g=O&c=VISA&d=3012&j=12&n=401200"
    )


def test_the_authorisation_is_absent_from_a_refusal():
    message = encode(parse_return_variables("Mt:M;Auto:A;Erreur:E"), values_of(PAYMENT, REFUSED))
    assert message == "Mt=099&Erreur=00151"


def test_raw_characters_and_spaces_are_those_of_genuine_messages():
    message = encode([Variable("ref", "R")], {"R": "a b,c@d:e/f&g=h+é"})
    assert message == "ref=a%20b,c@d:e/f%26g%3Dh%2B%C3%A9"


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_whatever_the_reference_the_shop_reads_it_back(reference):
    message = encode([Variable("ref", "R"), Variable("e", "E")], {"R": reference, "E": "00000"})
    assert message.isascii()
    assert parse_qs(message) == {"ref": [reference], "e": ["00000"]}


def test_the_shop_query_comes_first_in_a_message_it_is_signed_with():
    asked = parse_return_variables("Mt:M;sign:K")
    with_query = signed_message(asked, {"M": "100"}, KEY, shop_query="own=1")
    assert with_query.startswith("own=1&Mt=100&sign=")
    assert with_query.split("sign=")[1] != signed_message(asked, {"M": "100"}, KEY).split("sign=")[1]


def test_without_k_nothing_is_signed():
    assert signed_message(parse_return_variables("Mt:M"), {"M": "100"}, KEY) == "Mt=100"


def test_faults_on_request():
    asked = parse_return_variables("Mt:M;sign:K")
    genuine = signed_message(asked, {"M": "100"}, KEY)

    def faulty(**faults):
        return signed_message(asked, {"M": "100"}, KEY, behaviour=Behaviour(**faults))

    corrupt = faulty(corrupt_signature=True)
    assert corrupt[: len("Mt=100&sign=")] == "Mt=100&sign="
    assert corrupt != genuine
    assert len(parse_qs(corrupt)["sign"][0]) == 172
    assert unquote(faulty(double_encode_signature=True)) == genuine
    assert faulty(amount_cents=5).startswith("Mt=005&sign=")
    assert faulty(append="Mt=1") == f"{genuine}&Mt=1"


def test_what_is_signed_may_travel_encoded_as_a_form():
    asked = parse_return_variables("m:M;q:Q;c:C;sign:K")
    values = values_of(PAYMENT, ACCEPTED) | {"C": "a b"}
    genuine = signed_message(asked, values, KEY)
    travelling = signed_message(asked, values, KEY, behaviour=Behaviour(form_encode=True))
    assert genuine.startswith("m=099&q=09:05:07&c=a%20b&sign=")
    assert travelling.startswith("m=099&q=09%3A05%3A07&c=a+b&sign=")
    assert travelling.partition("&sign=")[2] == genuine.partition("&sign=")[2]
