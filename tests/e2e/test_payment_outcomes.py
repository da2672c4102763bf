"""What the bank, the browser and the network can do to a payment: each ends in one right and clearly told state."""

from datetime import date, timedelta
from typing import Any

import pytest

from driver import INSUFFICIENT_FUNDS_CARD, Bank, BankPage, Parent, Refused, System, TownHall, until

CANTEEN = "Cantine d'Alixan"
FEE_CENTS = 1700


@pytest.fixture
def order(parent: Parent) -> dict[str, Any]:
    """Louis is to be enrolled."""
    return parent.order(parent.activity(CANTEEN)["activity_id"], "Louis")


@pytest.fixture
def payment_id(parent: Parent, order: dict[str, Any]) -> str:
    return parent.ask_to_pay_order(order["order_id"])


def assert_paid_once(parent: Parent, order: dict[str, Any], payment_id: str) -> None:
    """The same 17,00 € everywhere: gateway, enrolment, planning, billing."""
    parent.wait_for_payment(payment_id, "succeeded")
    assert parent.wait_for_order(order["order_id"], "paid")["total_cents"] == FEE_CENTS
    parent.wait_until_open("Louis")
    until(parent.payments, lambda payments: any(paid["status"] == "succeeded" for paid in payments))
    succeeded = [paid for paid in parent.payments() if paid["status"] == "succeeded"]
    assert [(paid["payment_id"], paid["amount_cents"]) for paid in succeeded] == [(payment_id, FEE_CENTS)]
    account = parent.account()
    assert account["balance_cents"] == 0, account
    assert sum(movement["credit_cents"] for movement in account["movements"]) == FEE_CENTS, account
    adhesions = [each for member in parent.api.get("enrolment", "/family")["members"] for each in member["adhesions"]]
    assert [(each["first_name"], each["status"]) for each in adhesions] == [("Louis", "active")]


def assert_not_paid(parent: Parent, order: dict[str, Any]) -> None:
    assert_nothing_opened(parent, order)
    assert parent.account() == {"balance_cents": 0, "movements": []}


def assert_nothing_opened(parent: Parent, order: dict[str, Any]) -> None:
    assert parent.read_order(order["order_id"])["status"] == "awaiting_payment"
    assert not any(activity["open"] for activity in parent.planning_activities("Louis"))


def all_answered(bank: Bank, page: BankPage, count: int) -> list[dict[str, Any]]:
    """The messages sent, once the portal has answered each."""
    sent = until(
        lambda: bank.messages(page.payment_id),
        lambda messages: len(messages) >= count and all(each["status"] == "answered" for each in messages),
    )
    assert [each["http_status"] for each in sent] == [200] * count
    return sent


def test_a_refused_card_then_another_on_the_same_page(
    parent: Parent, bank: Bank, order: dict[str, Any], payment_id: str
) -> None:
    page = parent.at_the_bank(payment_id)
    page.pay(INSUFFICIENT_FUNDS_CARD)
    assert page.heading == "Paiement refusé"
    assert "provision" in page.text
    all_answered(bank, page, 1)
    refused = parent.wait_for_payment(payment_id, "refused")
    assert refused["reason"]
    assert_not_paid(parent, order)
    page.try_another_card()
    page.pay()
    assert_paid_once(parent, order, payment_id)
    all_answered(bank, page, 2)


def test_wrong_codes_until_the_bank_refuses(parent: Parent, order: dict[str, Any], payment_id: str) -> None:
    page = parent.at_the_bank(payment_id)
    page.type_card()
    while page.heading == "Confirmez votre paiement":
        page.type_wrong_code()
    assert page.heading == "Paiement refusé"
    assert "3-D Secure" in page.text
    assert parent.wait_for_payment(payment_id, "refused")["reason"]
    assert parent.come_back(page.give_up()) == f"/paiement/{payment_id}"
    assert_not_paid(parent, order)
    told = until(lambda: parent.read_order(order["order_id"]), lambda read: read["payment_status"])
    assert (told["payment_status"], bool(told["payment_reason"])) == ("refused", True)


def test_an_abandoned_page_then_paying_again(parent: Parent, order: dict[str, Any], payment_id: str) -> None:
    page = parent.at_the_bank(payment_id)
    assert parent.come_back(page.cancel()) == f"/paiement/{payment_id}"
    parent.wait_for_payment(payment_id, "cancelled")
    assert_not_paid(parent, order)
    until(lambda: parent.read_order(order["order_id"])["payment_status"], lambda status: status == "cancelled")
    again = parent.ask_to_pay_order(order["order_id"])
    assert again != payment_id
    parent.at_the_bank(again).pay()
    assert_paid_once(parent, order, again)


def test_a_browser_that_never_comes_back(parent: Parent, order: dict[str, Any], payment_id: str) -> None:
    parent.at_the_bank(payment_id, browser_returns=False).pay()
    assert_paid_once(parent, order, payment_id)


def test_a_callback_after_the_browser(parent: Parent, bank: Bank, order: dict[str, Any], payment_id: str) -> None:
    """The bank cannot be asked either: only its message tells, and it comes last."""
    page = parent.at_the_bank(payment_id, delay_seconds=6, fault="unavailable")
    page.pay()
    assert parent.come_back(page.back_to_shop()) == f"/paiement/{payment_id}"
    assert not any(message["http_status"] for message in bank.messages(page.payment_id))
    waiting = parent.payment(payment_id)
    assert waiting is not None
    assert waiting["status"] == "in_progress"
    assert_not_paid(parent, order)
    assert_paid_once(parent, order, payment_id)


def test_the_bank_is_asked_when_its_callback_is_lost(
    parent: Parent, bank: Bank, town_hall: TownHall, order: dict[str, Any], payment_id: str
) -> None:
    """The payer's way back brings the question forward; the callback that comes in the end changes nothing."""
    page = parent.at_the_bank(payment_id, drop=True)
    page.pay()
    parent.come_back(page.back_to_shop())
    assert_paid_once(parent, order, payment_id)
    assert any("Réponse de la banque" in each for each in town_hall.payment_history(payment_id))
    assert bank.resend(page.payment_id)["http_status"] == 200
    assert_paid_once(parent, order, payment_id)


def test_twenty_one_times_the_same_callback(parent: Parent, bank: Bank, order: dict[str, Any], payment_id: str) -> None:
    page = parent.at_the_bank(payment_id, duplicates=20)
    page.pay()
    all_answered(bank, page, 21)
    assert_paid_once(parent, order, payment_id)
    assert bank.resend(page.payment_id)["http_status"] == 200
    assert_paid_once(parent, order, payment_id)


def test_a_callback_with_a_broken_signature(
    parent: Parent, bank: Bank, town_hall: TownHall, order: dict[str, Any], payment_id: str
) -> None:
    page = parent.at_the_bank(payment_id, corrupt_signature=True, fault="unavailable")
    page.pay()
    all_answered(bank, page, 1)
    until(lambda: [each for each in town_hall.payment_history(payment_id) if "signature" in each])
    waiting = parent.payment(payment_id)
    assert waiting is not None
    assert waiting["status"] == "in_progress"
    assert_not_paid(parent, order)


def test_a_callback_with_text_added_after_its_signature(
    parent: Parent, bank: Bank, order: dict[str, Any], payment_id: str
) -> None:
    page = parent.at_the_bank(payment_id, append="montant=1", fault="unavailable")
    page.pay()
    all_answered(bank, page, 1)
    assert_not_paid(parent, order)
    bank.resend(page.payment_id)
    assert_paid_once(parent, order, payment_id)


@pytest.mark.parametrize("cents", [1, FEE_CENTS - 1, FEE_CENTS + 1])
def test_another_amount_is_for_a_person_to_look_at(
    parent: Parent, order: dict[str, Any], payment_id: str, cents: int
) -> None:
    parent.at_the_bank(payment_id, amount_cents=cents).pay()
    assert parent.wait_for_payment(payment_id, "to_review")["reason"]
    assert_nothing_opened(parent, order)
    account = until(parent.account, lambda account: account["movements"])
    assert account["balance_cents"] == -cents
    assert [movement["kind"] for movement in account["movements"]] == ["surplus"]


def test_two_tabs_of_one_order(
    system: System, parent: Parent, bank: Bank, order: dict[str, Any], payment_id: str
) -> None:
    """The second tab is warned; whoever insists finds that the bank itself takes a reference's money once."""
    other_tab = system.same_parent_elsewhere(parent)
    assert other_tab.ask_to_pay_order(order["order_id"]) == payment_id
    pages = [parent.at_the_bank(payment_id)]
    with pytest.raises(Refused) as warned:
        other_tab.payment_form(payment_id)
    assert warned.value.slug == "attempt-in-progress"
    pages.append(other_tab.at_the_bank(payment_id, confirmed=True))
    pages[0].pay()
    parent.wait_for_payment(payment_id, "succeeded")
    with pytest.raises(Refused) as refused:
        other_tab.payment_form(payment_id)
    assert refused.value.slug == "payment-already-paid"
    pages[1].type_card()
    assert pages[1].heading == "Paiement refusé"
    assert "déjà été payée" in pages[1].text
    all_answered(bank, pages[1], 1)
    assert_paid_once(parent, order, payment_id)


def test_an_order_cancelled_at_the_portal_but_paid_at_the_bank(
    parent: Parent, order: dict[str, Any], payment_id: str
) -> None:
    page = parent.at_the_bank(payment_id)
    parent.api.delete("enrolment", f"/adhesion-orders/{order['order_id']}")
    page.pay()
    assert_paid_once(parent, order, payment_id)


def test_one_invoice_in_two_payments(parent: Parent, town_hall: TownHall) -> None:
    """The family is warned; if it insists the second settlement finds nothing due, and its money is a credit."""
    canteen = parent.activity(CANTEEN)["activity_id"]
    parent.pay_adhesion(canteen, "Louis")
    for month in (date(2022, 11, 1), date(2022, 12, 1)):
        _book(parent, canteen, month + timedelta(days=9))
    first, second = (town_hall.invoice_of(parent, period) for period in ("2022-11", "2022-12"))
    alone = parent.ask_to_pay_invoices(first["invoice_id"])
    together = parent.ask_to_pay_invoices(first["invoice_id"], second["invoice_id"])
    assert alone != together
    pages = [parent.at_the_bank(alone)]
    with pytest.raises(Refused) as warned:
        parent.payment_form(together)
    assert warned.value.slug == "attempt-in-progress"
    pages.append(parent.at_the_bank(together, confirmed=True))
    pages[0].pay()
    until(parent.invoices, lambda invoices: sum(each["status"] == "paid" for each in invoices) == 1)
    pages[1].pay()
    parent.wait_for_payment(together, "succeeded")
    until(parent.invoices, lambda invoices: all(each["status"] == "paid" for each in invoices))
    account = until(parent.account, lambda read: read["balance_cents"] == -first["amount_cents"])
    credits = [movement for movement in account["movements"] if movement["kind"] == "credit"]
    assert [movement["credit_cents"] for movement in credits] == [first["amount_cents"]]
    debits = sum(movement["debit_cents"] for movement in account["movements"])
    paid = sum(movement["credit_cents"] for movement in account["movements"])
    assert debits - paid == account["balance_cents"]


def _book(parent: Parent, activity_id: str, near: date) -> None:
    """The first open day from ``near``."""
    month = parent.planning("Louis", near, near + timedelta(days=14))
    day = next(cell["day"] for cell in month["activities"][0]["cells"] if cell["changeable"])
    booked = date.fromisoformat(day)
    parent.draft("Louis", activity_id, [booked], booked, booked + timedelta(days=1))
    parent.commit()
