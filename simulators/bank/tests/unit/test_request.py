"""What the bank accepts as a payment request, and what it refuses."""

from urllib.parse import urlencode

import pytest

from bank_simulator.forms import RequestRefusedError, parse_form
from bank_simulator.paybox.merchants import DEMO_MERCHANTS
from bank_simulator.paybox.request import read_request


def refused_field(form):
    with pytest.raises(RequestRefusedError) as refusal:
        read_request(form, DEMO_MERCHANTS)
    return refusal.value.field


def test_a_right_request_is_read(request_fields, sealed):
    asked = read_request(parse_form(urlencode(sealed(request_fields())).encode()), DEMO_MERCHANTS)
    assert asked.merchant.shop_name == "CANTINE SCOLAIRE D'ALIXAN"
    assert (asked.reference, asked.amount_cents, asked.display_seconds) == ("ADH-2022-0001", 3400, 900)
    assert asked.fields == tuple(request_fields().items())


def test_optional_fields_and_accents_are_accepted(request_fields, sealed):
    fields = request_fields(PBX_CMD="Réf. été 1", PBX_DISPLAY="60", PBX_RUF1="POST", PBX_SOUHAITAUTHENT="04")
    asked = read_request(parse_form(urlencode(sealed(fields)).encode()), DEMO_MERCHANTS)
    assert (asked.reference, asked.display_seconds) == ("Réf. été 1", 60)


@pytest.mark.parametrize(
    "name",
    [
        "PBX_SITE",
        "PBX_RANG",
        "PBX_IDENTIFIANT",
        "PBX_TOTAL",
        "PBX_DEVISE",
        "PBX_CMD",
        "PBX_PORTEUR",
        "PBX_RETOUR",
        "PBX_HASH",
        "PBX_TIME",
        "PBX_SHOPPINGCART",
        "PBX_BILLING",
    ],
)
def test_each_mandatory_field_is_required(name, request_fields, sealed):
    assert refused_field(sealed(request_fields(**{name: None}))) == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PBX_SITE", "199988"),
        ("PBX_RANG", "1"),
        ("PBX_IDENTIFIANT", "1234567890"),
        ("PBX_IDENTIFIANT", "1"),
        ("PBX_TOTAL", "99"),
        ("PBX_TOTAL", "000"),
        ("PBX_TOTAL", "34.00"),
        ("PBX_TOTAL", "-3400"),
        ("PBX_TOTAL", "12345678901"),
        ("PBX_DEVISE", "840"),
        ("PBX_CMD", ""),
        ("PBX_CMD", "x" * 251),
        ("PBX_PORTEUR", "a@b.c"),
        ("PBX_PORTEUR", "claire.martin"),
        ("PBX_PORTEUR", "a@" + "b" * 119),
        ("PBX_RETOUR", "sign:K;Mt:M"),
        ("PBX_HASH", "SHA256"),
        ("PBX_TIME", "2022-07-04T09:00:00"),
        ("PBX_TIME", "2022-13-04T09:00:00+02:00"),
        ("PBX_TIME", "04/07/2022 09:00"),
        ("PBX_EFFECTUE", "/relative"),
        ("PBX_REPONDRE_A", "http://shop.test/" + "x" * 134),
        ("PBX_ANNULE", "ftp://shop.test/"),
        ("PBX_RUF1", "PUT"),
        ("PBX_DISPLAY", "0"),
        ("PBX_ARCHIVAGE", "trop-long-et-tirets"),
        ("PBX_SOUHAITAUTHENT", "05"),
        ("PBX_ERRORCODETEST", "51"),
        ("PBX_TYPECARTE", "CB"),
        ("PBX_SHOPPINGCART", "<shoppingcart><total><totalQuantity>100</totalQuantity></total></shoppingcart>"),
        ("PBX_SHOPPINGCART", "<shoppingcart/>"),
        ("PBX_SHOPPINGCART", "pas du xml"),
        ("PBX_BILLING", "<Billing/>"),
        ("PBX_BILLING", "<Billing><Address><FirstName>A</FirstName></Address></Billing>"),
        ("PBX_BILLING", '<!DOCTYPE b [<!ENTITY x "y">]><Billing>&x;</Billing>'),
    ],
)
def test_wrong_values_are_refused_by_name(name, value, request_fields, sealed):
    culprit = {"PBX_TYPECARTE": "PBX_TYPEPAIEMENT"}.get(name, name)
    assert refused_field(sealed(request_fields(**{name: value}))) == culprit


@pytest.mark.parametrize(
    ("element", "replacement"),
    [
        ("<LastName>Martin</LastName>", "<LastName>" + "x" * 23 + "</LastName>"),
        ("<ZipCode>26300</ZipCode>", ""),
        ("<CountryCode>250</CountryCode>", "<CountryCode>FR</CountryCode>"),
        ("+33", "0033"),
        ("612345678", "06 12"),
    ],
)
def test_wrong_billing_addresses_are_refused(element, replacement, request_fields, sealed):
    fields = request_fields()
    changed = fields["PBX_BILLING"].replace(element, replacement)
    assert changed != fields["PBX_BILLING"]
    assert refused_field(sealed(fields | {"PBX_BILLING": changed})) == "PBX_BILLING"


def test_an_address_of_150_characters_is_accepted(request_fields, sealed):
    url = "http://shop.test/" + "x" * 133
    assert len(url) == 150
    assert read_request(sealed(request_fields(PBX_EFFECTUE=url)), DEMO_MERCHANTS).merchant is DEMO_MERCHANTS[0]


def test_a_changed_amount_breaks_the_seal(request_fields, sealed):
    form = [(name, "0100" if name == "PBX_TOTAL" else value) for name, value in sealed(request_fields())]
    assert refused_field(form) == "PBX_HMAC"


def test_another_key_or_order_breaks_the_seal(request_fields, sealed):
    assert refused_field(sealed(request_fields(), key="00" * 64)) == "PBX_HMAC"
    form = sealed(request_fields())
    assert refused_field([form[1], form[0], *form[2:]]) == "PBX_HMAC"


def test_the_seal_is_last_and_fields_come_once(request_fields, sealed):
    form = sealed(request_fields())
    assert refused_field(form[:-1]) == "PBX_HMAC"
    assert refused_field([form[-1], *form[:-1]]) == "PBX_HMAC"
    assert refused_field([form[3], *form]) == "PBX_TOTAL"
    assert refused_field([]) == "PBX_HMAC"


def test_a_submit_button_in_the_form_is_not_part_of_the_seal(request_fields, sealed):
    form = [*sealed(request_fields()), ("payer", "Payer")]
    assert read_request(form, DEMO_MERCHANTS).amount_cents == 3400


@pytest.mark.parametrize("body", [b"PBX_CMD=%ff", b"\xff", b"&".join([b"a=1"] * 200)])
def test_a_body_that_is_no_utf8_form_is_refused(body):
    with pytest.raises(RequestRefusedError, match="formulaire"):
        parse_form(body)
