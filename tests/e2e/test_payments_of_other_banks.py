"""Veyras is paid through PayZen, Cruas through PayFiP: the same journey, told by other banks."""

from typing import Any

import pytest

from driver import INSUFFICIENT_FUNDS_CARD, Bank, Parent, System, until

FIRST_NAME = "Louis"


def enrol(parent: Parent, canteen: str) -> tuple[dict[str, Any], str]:
    order = parent.order(parent.activity(canteen)["activity_id"], FIRST_NAME)
    return order, parent.ask_to_pay_order(order["order_id"])


def assert_paid(parent: Parent, order: dict[str, Any], payment_id: str) -> None:
    parent.wait_for_payment(payment_id, "succeeded")
    parent.wait_for_order(order["order_id"], "paid")
    parent.wait_until_open(FIRST_NAME)


@pytest.fixture
def veyras(system: System, bank: Bank) -> Parent:
    return system.parent("veyras", system.town_hall("veyras").register_family(), bank)


@pytest.fixture
def cruas(system: System, bank: Bank) -> Parent:
    return system.parent("cruas", system.town_hall("cruas").register_family(), bank)


def test_payzen_refuses_a_card_then_takes_another(veyras: Parent) -> None:
    order, payment_id = enrol(veyras, "Restaurant scolaire")
    page = veyras.at_the_bank(payment_id)
    page.pay(INSUFFICIENT_FUNDS_CARD)
    assert "provision" in veyras.wait_for_payment(payment_id, "refused")["reason"]
    page.try_another_card()
    page.pay()
    assert_paid(veyras, order, payment_id)
    assert veyras.come_back(page.back_to_shop()) == f"/paiement/{payment_id}"


def test_payzen_is_asked_when_its_message_is_lost(veyras: Parent) -> None:
    """The payer's way back makes us ask at once; without it we ask by ourselves."""
    order, payment_id = enrol(veyras, "Restaurant scolaire")
    page = veyras.at_the_bank(payment_id, drop=True)
    page.pay()
    veyras.come_back(page.back_to_shop())
    assert_paid(veyras, order, payment_id)


def test_payzen_writes_to_the_address_of_the_whole_shop(veyras: Parent, bank: Bank) -> None:
    """As when a lost message is sent again by hand from its back office."""
    order, payment_id = enrol(veyras, "Restaurant scolaire")
    form = veyras.payment_form(payment_id)
    whole_shop = dict(form.fields)["vads_url_check"].rpartition("/")[0]
    bank.misbehave(form.reference, drop=True)
    page = bank.open_page(form)
    page.pay()
    sent = bank.resend(page.payment_id, address=whole_shop)
    assert (sent["outgoing"]["url"], sent["http_status"]) == (whole_shop, 200)
    assert_paid(veyras, order, payment_id)


def test_a_hint_of_payfip_is_enough(cruas: Parent, bank: Bank) -> None:
    order, payment_id = enrol(cruas, "Cantine et mercredis")
    page = cruas.at_the_bank(payment_id)
    page.pay()
    assert_paid(cruas, order, payment_id)
    assert bank.reference_of(page).isalnum()
    assert cruas.come_back(page.back_to_shop()) == f"/paiement/{payment_id}"


def test_payfip_given_up_is_waited_for(cruas: Parent) -> None:
    """The page can still be paid while it lives: nothing is told too early."""
    order, payment_id = enrol(cruas, "Cantine et mercredis")
    form = cruas.payment_form(payment_id)
    cruas.come_back(cruas.bank.open_page(form).cancel())
    assert (cruas.payment(payment_id) or {})["status"] == "in_progress"
    cruas.bank.open_page(form).pay()
    assert_paid(cruas, order, payment_id)


@pytest.mark.parametrize(
    ("commune", "regie"), [("alixan", "périscolaire"), ("veyras", "périscolaire"), ("cruas", "enfance")]
)
def test_every_contract_of_the_demonstration_is_known_to_its_bank(system: System, commune: str, regie: str) -> None:
    api = system.town_hall(commune).api
    regies = until(lambda: api.get("enrolment", "/regies"))
    (regie_id,) = [each["regie_id"] for each in regies if regie in each["name"].lower()]
    tried = api.post("payment-gateway", f"/regies/{regie_id}/contract/test")
    assert tried["works"], tried["sentence"]
