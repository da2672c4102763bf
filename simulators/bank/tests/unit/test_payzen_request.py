"""What PayZen accepts as a payment form, and the number of the field it refuses."""

import pytest

from bank_simulator.forms import RequestRefusedError
from bank_simulator.payzen.merchants import DEMO_MERCHANTS
from bank_simulator.payzen.request import read_request


def refusal(form):
    with pytest.raises(RequestRefusedError) as refused:
        read_request(tuple(form.items()), DEMO_MERCHANTS)
    return refused.value.field, refused.value.code.rpartition(" ")[2]


def test_a_right_form_is_read(payzen_fields, payzen_signed):
    asked = read_request(tuple(payzen_signed(payzen_fields()).items()), DEMO_MERCHANTS)
    assert asked.merchant.shop_name == "REGIE PERISCOLAIRE DE VEYRAS"
    assert (asked.reference, asked.amount_cents) == ("ADH-2022-0001", 3400)
    assert asked.visit == "PRODUCTION/20220704/000001"
    assert dict(asked.fields) == payzen_fields(trans_id="000001")


def test_optional_fields_accents_and_fields_of_other_names_are_accepted(payzen_fields, payzen_signed):
    fields = payzen_fields(
        order_id=None,
        cust_last_name="Gélée",
        ext_info_tenant="veyras",
        threeds_mpi="4",
        url_cancel="",
        trans_id="aB3xyZ",
    )
    asked = read_request(tuple(payzen_signed(fields).items()), DEMO_MERCHANTS)
    assert asked.reference == "aB3xyZ"
    assert asked.visit.endswith("/ab3xyz"), "the same number in other letters is the same number"


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("version", "01"),
        ("site_id", "02"),
        ("trans_id", "03"),
        ("trans_date", "04"),
        ("payment_config", "07"),
        ("amount", "09"),
        ("currency", "10"),
        ("page_action", "46"),
        ("action_mode", "47"),
    ],
)
def test_each_mandatory_field_is_required(name, number, payzen_fields, payzen_signed):
    assert refusal(payzen_signed(payzen_fields(**{name: None}))) == (f"vads_{name}", number)


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("version", "V1", "01"),
        ("site_id", "1234567", "02"),
        ("site_id", "99999999", "02"),
        ("trans_id", "12345", "03"),
        ("trans_id", "900000", "03"),
        ("trans_id", "12345é", "03"),
        ("trans_date", "20220732070000", "04"),
        ("trans_date", "2022-07-04", "04"),
        ("capture_delay", "366", "06"),
        ("payment_config", "MULTI", "07"),
        ("amount", "034", "09"),
        ("amount", "0", "09"),
        ("amount", "34.00", "09"),
        ("currency", "840", "10"),
        ("language", "FRA", "12"),
        ("order_id", "réf 1", "13"),
        ("order_id", "x" * 65, "13"),
        ("cust_email", "nobody", "15"),
        ("cust_country", "France", "22"),
        ("url_return", "/relative", "28"),
        ("url_check", "ftp://shop.test", "33"),
        ("return_mode", "PUT", "48"),
        ("page_action", "REGISTER", "46"),
        ("action_mode", "SILENT", "47"),
        ("threeds_mpi", "5", "50"),
        ("cust_last_name", "x" * 64, "105"),
        ("order_info", "a<b", "14"),
        ("ext_info_note", "a>b", "99"),
    ],
)
def test_a_wrong_value_is_refused_by_its_number(name, value, number, payzen_fields, payzen_signed):
    assert refusal(payzen_signed(payzen_fields(**{name: value}))) == (f"vads_{name}", number)


def test_the_mode_is_one_of_two(payzen_fields, payzen_signed):
    assert refusal(payzen_signed(payzen_fields(ctx_mode="DEMO"))) == ("vads_ctx_mode", "11")


def test_the_signature_is_judged_by_the_key_of_the_mode(payzen_fields, payzen_signed):
    test_key, production_key = "1122334455667788", "8877665544332211"
    assert refusal(payzen_signed(payzen_fields(), test_key)) == ("signature", "00")
    assert refusal(payzen_signed(payzen_fields(ctx_mode="TEST"), production_key)) == ("signature", "00")
    assert refusal(payzen_signed(payzen_fields()) | {"vads_amount": "1"}) == ("signature", "00")
    unsigned = payzen_fields()
    assert refusal(unsigned) == ("signature", "00")


def test_a_field_sent_twice_is_refused(payzen_fields, payzen_signed):
    form = (*payzen_signed(payzen_fields()).items(), ("vads_amount", "1"))
    with pytest.raises(RequestRefusedError, match="vads_amount : champ envoyé plusieurs fois"):
        read_request(form, DEMO_MERCHANTS)
