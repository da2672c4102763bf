"""A day at the bank as the régisseur sees it: list, totals and file say what the bank says; parents have a receipt."""

import csv
import io
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from driver import Bank, Mailbox, Parent, Portal, System, TownHall
from driver.pages import PortalPages

CANTEEN = "Cantine d'Alixan"
DAY = "2022-07-04"


def pay_adhesion(parent: Parent, activity: str) -> str:
    """The payment's id, once the bank has taken it."""
    order = parent.order(parent.activity(activity)["activity_id"], "Louis")
    payment_id = parent.ask_to_pay_order(order["order_id"])
    parent.at_the_bank(payment_id).pay()
    parent.wait_for_payment(payment_id, "succeeded")
    return payment_id


def all_movements(town_hall: TownHall) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"day": DAY}
    while True:
        part = town_hall.api.get("payment-gateway", "/bank-day/movements", **query)
        found += part["items"]
        if part["next_cursor"] is None:
            return found
        query["cursor"] = part["next_cursor"]


def test_list_totals_file_and_receipt(
    town_hall: TownHall, parent: Parent, mailbox: Mailbox, browser: Browser, running_portal: Portal
) -> None:
    payment_id = pay_adhesion(parent, CANTEEN)
    mine = [each for each in all_movements(town_hall) if each["payment_id"] == payment_id]
    assert [(each["kind"], each["amount_cents"], each["reference"]) for each in mine] == [("taken", 1700, payment_id)]
    number = mine[0]["transaction_id"]

    accounts = town_hall.api.get("payment-gateway", "/bank-day", day=DAY)["accounts"]
    moved = all_movements(town_hall)
    assert sum(account["net_cents"] for account in accounts) == sum(each["amount_cents"] for each in moved)

    (mail,) = mailbox.wait_for(parent.family.email, "Reçu de votre paiement")
    assert number in mail.text
    assert "17,00\u00a0€" in mail.text

    context = browser.new_context(locale="fr-FR", accept_downloads=True)
    tab = PortalPages(context.new_page(), running_portal.url("alixan"))
    tab.enter_town_hall("alixan")
    tab.go(f"/mairie/paiements?recherche={number}")
    expect(tab.page.get_by_role("row")).to_have_count(2)
    tab.go(f"/mairie/encaissements?jour={DAY}")
    expect(tab.page.get_by_role("cell", name=number)).to_be_visible()
    with tab.page.expect_download() as downloading:
        tab.page.get_by_role("link", name="Ce jour seulement").click()
    assert downloading.value.suggested_filename == f"encaissements-{DAY}.csv"
    content = Path(downloading.value.path()).read_bytes()
    context.close()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [(row["Montant"], row["Référence"]) for row in rows if row["Transaction"] == number] == [
        ("17,00", payment_id)
    ]


def test_payfips_file_beside_the_portal(system: System, bank: Bank) -> None:
    """All that PayFiP took on the day is in its file: both sides agree; one more line is a difference."""
    town_hall = system.town_hall("cruas")
    payment_id = pay_adhesion(system.parent("cruas", town_hall.register_family(), bank), "Cantine et mercredis")
    taken = all_movements(town_hall)
    (mine,) = [each for each in taken if each["payment_id"] == payment_id]
    lines = [f"LIGNE;{DAY[8:]}{DAY[5:7]}{DAY[:4]};{each['reference']};{each['amount_cents']}" for each in taken]

    def compared(*rows: str) -> dict[str, Any]:
        content = "\n".join(["EN-TETE;007001", *rows, "PIED-DE-PAGE"]).encode()
        path = f"/api/payment-gateway/v1/regies/{mine['regie_id']}/bank-files"
        answer = town_hall.api.send("POST", path, files={"file": ("payfip.csv", content, "text/csv")})
        assert answer.status_code == 201, answer.text
        report: dict[str, Any] = answer.json()
        return report

    assert compared(*lines)["counts"] == {"matched": len(lines)}
    more = compared(*lines, f"LIGNE;{DAY[8:]}{DAY[5:7]}{DAY[:4]};INCONNUE01;100")
    assert [(each["reference"], each["finding"]) for each in more["differences"]] == [("INCONNUE01", "unknown_here")]
