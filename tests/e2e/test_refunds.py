"""A régisseur gives money back in a browser without JavaScript; bank, accounts, mails and planning agree."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from driver import Mailbox, Parent, Portal, System, until
from driver.pages import PortalPages

CANTEEN = "Cantine d'Alixan"


@pytest.fixture
def desk(browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    """Somebody of the régie, logged in."""
    context = browser.new_context(java_script_enabled=False)
    desk = PortalPages(context.new_page(), running_portal.url("alixan"))
    desk.enter_town_hall("alixan")
    yield desk
    context.close()


def give_back(desk: PortalPages, payment_id: str, amount: str) -> None:
    desk.go(f"/mairie/paiements/{payment_id}")
    desk.follow("Rembourser")
    desk.page.get_by_label("Montant à rembourser, en euros").fill(amount)
    desk.page.get_by_label("Motif").fill("Inscription par erreur")
    desk.press("Continuer")
    desk.expect_text("Rien n'est encore fait.")
    desk.expect_text("les adhésions et le planning restent ouverts")
    desk.page.get_by_role("button", name=re.compile(r"^Rembourser \d")).click()


def wait_until_done(desk: PortalPages, payment_id: str, count: int) -> None:
    """The bank may need more than the moment that the page waits."""

    def done() -> bool:
        desk.go(f"/mairie/paiements/{payment_id}")
        return desk.page.locator(".movements .badge", has_text=re.compile("^fait$")).count() == count

    until(done)


def test_a_part_then_the_rest_of_an_adhesion(
    desk: PortalPages, parent: Parent, system: System, mailbox: Mailbox
) -> None:
    order = parent.pay_adhesion(parent.activity(CANTEEN)["activity_id"], "Louis")
    payment_id = order["payment_id"]
    give_back(desk, payment_id, "7")
    wait_until_done(desk, payment_id, 1)
    give_back(desk, payment_id, "10,00")
    wait_until_done(desk, payment_id, 2)
    desk.go(f"/mairie/paiements/{payment_id}/rembourser")
    desk.expect_text("Il n'y a rien à rembourser pour le moment")
    desk.go("/mairie/paiements/a-decider")
    desk.expect_text("Louis : 17,00 € sur 17,00 € ont été remboursés.")

    account = until(parent.account, lambda account: len(account["movements"]) == 6)
    assert account["balance_cents"] == 0, account
    refunds = [each for each in account["movements"] if each["kind"] == "refund"]
    assert sorted(each["debit_cents"] for each in refunds) == [700, 1000], account
    mails = until(lambda: mailbox.wait_for(parent.family.email, "Remboursement"), lambda found: len(found) == 2)
    assert all("La mairie vous a remboursé." in mail.text for mail in mails)
    assert any(activity["open"] for activity in parent.planning_activities("Louis"))
    town_hall = system.town_hall("alixan").api
    for service in ("payment-gateway", "billing"):
        assert town_hall.get(service, "/ledger/differences") == {"items": []}, service


def test_a_payment_of_another_amount_is_decided_then_paid_again(
    desk: PortalPages, parent: Parent, system: System, mailbox: Mailbox
) -> None:
    order = parent.order(parent.activity(CANTEEN)["activity_id"], "Louis")
    payment_id = parent.ask_to_pay_order(order["order_id"])
    parent.at_the_bank(payment_id, amount_cents=1600).pay()
    parent.wait_for_payment(payment_id, "to_review")
    desk.go(f"/mairie/paiements/{payment_id}")
    desk.expect_text("Décidez d'abord ce qu'elle devient")
    town_hall = system.town_hall("alixan").api
    (taken,) = town_hall.get("payment-gateway", f"/payments/{payment_id}/money")["taken"]
    desk.go(f"/mairie/sommes/{taken['movement_id']}/refunded")
    desk.page.get_by_label("Motif").fill("Montant faux")
    desk.press("Rembourser")
    ended = parent.wait_for_payment(payment_id, "cancelled")
    assert "elle vous est rendue" in ended["reason"]
    (mail,) = mailbox.wait_for(parent.family.email, "a été vérifié")
    assert ended["reason"] in mail.text.replace("\n", " ")

    until(lambda: parent.read_order(order["order_id"])["payment_status"], lambda status: status == "cancelled")
    again = parent.ask_to_pay_order(order["order_id"])
    assert again != payment_id
    parent.at_the_bank(again).pay()
    parent.wait_for_order(order["order_id"], "paid")
    wait_until_done(desk, payment_id, 1)
    account = until(parent.account, lambda account: len(account["movements"]) == 4)
    assert account["balance_cents"] == 0, account
    assert town_hall.get("payment-gateway", "/ledger/differences") == {"items": []}
