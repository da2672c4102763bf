"""The guide's journey through the public API, with the guide's figures."""

import re
from datetime import date

import pytest

from driver import BusinessClock, FamilyRecord, Mailbox, Parent, Refused, System, TownHall, until

CANTEEN = "Cantine d'Alixan 2022/2023"
SEPTEMBER, OCTOBER = date(2022, 9, 1), date(2022, 10, 1)
GUIDE_DAYS = [date(2022, 9, day) for day in (1, 2, 5, 6)]


def test_from_the_letter_to_a_paid_invoice(
    system: System, town_hall: TownHall, parent: Parent, mailbox: Mailbox
) -> None:
    assert BusinessClock(parent.api).today() >= date(2022, 7, 4)
    _enrol_louis_and_estelle(parent)
    _book_four_days(parent)
    _receive_the_invoice(town_hall, parent, mailbox)
    _pay_the_invoice(parent)
    mails = {mail.subject for mail in until(lambda: mailbox.mails(parent.family.email), lambda mails: len(mails) >= 3)}
    assert {mail for mail in mails if "paiement" in mail.lower()}, mails


def _enrol_louis_and_estelle(parent: Parent) -> None:
    canteen = parent.activity(CANTEEN)
    assert canteen["opens_on"] == "2022-09-01"
    assert [child["first_name"] for child in canteen["members"]] == ["Louis", "Estelle", "Louane", "Théo"]
    order = parent.order(canteen["activity_id"], "Louis", "Estelle")
    assert [(line["first_name"], line["amount_cents"]) for line in order["lines"]] == [
        ("Louis", 1700),
        ("Estelle", 1700),
    ]
    assert (order["count"], order["total_cents"]) == (2, 3400)
    payment_id = parent.ask_to_pay_order(order["order_id"])
    page = parent.at_the_bank(payment_id)
    assert page.heading == "Paiement de 34,00 EUR – CANTINE SCOLAIRE D'ALIXAN"
    page.pay()
    assert page.heading == "Paiement accepté"
    assert parent.come_back(page.back_to_shop()) == f"/paiement/{payment_id}"
    parent.wait_for_payment(payment_id, "succeeded")
    parent.wait_for_order(order["order_id"], "paid")
    for child in ("Louis", "Estelle"):
        parent.wait_until_open(child)


def _book_four_days(parent: Parent) -> None:
    canteen = parent.activity(CANTEEN)["activity_id"]
    shown = parent.planning("Louis", SEPTEMBER, OCTOBER)["activities"][0]
    assert {cell["day"] for cell in shown["cells"] if cell["changeable"]} == {
        day.isoformat() for day in (date(2022, 9, number) for number in range(1, 31)) if day.weekday() in {0, 1, 3, 4}
    }
    draft = parent.draft("Louis", canteen, GUIDE_DAYS, SEPTEMBER, OCTOBER)
    assert [(line["day"], line["tariff_label"], line["amount_cents"]) for line in draft["lines"]] == [
        (day.isoformat(), "à l'unité", 500) for day in GUIDE_DAYS
    ]
    assert draft["total_cents"] == 2000
    assert parent.reservations(SEPTEMBER, OCTOBER) == []
    first = parent.commit(key="terminer-une-fois")
    assert (first["count"], first["total_cents"]) == (4, 2000)
    assert parent.commit(key="terminer-une-fois") == first
    assert [booked["day"] for booked in parent.reservations(SEPTEMBER, OCTOBER)] == [d.isoformat() for d in GUIDE_DAYS]


def _receive_the_invoice(town_hall: TownHall, parent: Parent, mailbox: Mailbox) -> None:
    invoice = town_hall.invoice_of(parent, "2022-09")
    assert re.fullmatch(r"2209\d{3}", invoice["number"])
    assert (invoice["period"], invoice["amount_cents"], invoice["status"]) == ("2022-09-01", 2000, "pending")
    lines = parent.api.get("billing", f"/invoices/{invoice['invoice_id']}")["lines"]
    assert [(line["detail"], line["quantity"], line["unit_price_cents"]) for line in lines] == [
        ("01, 02, 05, 06/09/2022", 4, 500)
    ]
    assert [(due["pending_count"], due["pending_cents"]) for due in parent.api.get("billing", "/summary")] == [
        (1, 2000)
    ]
    pdf = until(
        lambda: parent.api.send("GET", f"/api/billing/v1/invoices/{invoice['invoice_id']}/pdf"),
        lambda answer: answer.status_code == 200,
    )
    assert pdf.content.startswith(b"%PDF-")
    assert f"Facture-{invoice['number']}.pdf" in pdf.headers["content-disposition"]
    mail = mailbox.wait_for(parent.family.email, "facture")[0]
    assert invoice["number"] in mail.subject + mail.text


def _pay_the_invoice(parent: Parent) -> None:
    invoice = parent.invoices()[0]
    payment_id = parent.ask_to_pay_invoices(invoice["invoice_id"])
    page = parent.at_the_bank(payment_id)
    assert page.heading == "Paiement de 20,00 EUR – CANTINE SCOLAIRE D'ALIXAN"
    page.pay()
    parent.wait_for_payment(payment_id, "succeeded")
    until(parent.invoices, lambda invoices: invoices[0]["status"] == "paid")
    assert parent.account()["balance_cents"] == 0
    assert [paid["amount_cents"] for paid in parent.payments()] == [2000, 3400]
    assert parent.api.get("billing", "/summary") == []


def test_without_payment_the_planning_stays_closed(parent: Parent) -> None:
    canteen = parent.activity(CANTEEN)["activity_id"]
    parent.order(canteen, "Louis")
    closed = until(lambda: parent.planning_activities("Louis"))
    assert [(each["open"], bool(each["reason"])) for each in closed] == [(False, True)]
    with pytest.raises(Refused) as refused:
        parent.draft("Louis", canteen, GUIDE_DAYS, SEPTEMBER, OCTOBER)
    assert refused.value.status == 409
    assert parent.api.get("planning", "/draft")["lines"] == []


def test_the_first_password_opens_nothing_but_its_change(system: System, family: FamilyRecord) -> None:
    api = system.api("alixan")
    assert api.log_in(family.user_name, family.first_password).must_change_password
    for service, path in (("enrolment", "/family"), ("planning", "/members"), ("billing", "/invoices")):
        with pytest.raises(Refused) as refused:
            api.get(service, path)
        assert refused.value.status == 403
    api.change_password(family.first_password, "un mot de passe à moi")
    assert api.get("enrolment", "/family")["family_id"] == family.family_id


def test_a_forgotten_password_is_changed_by_mail(system: System, parent: Parent, mailbox: Mailbox) -> None:
    visitor = system.api("alixan")
    visitor.post("identity", "/password-resets", {"user_name": parent.family.user_name})
    mail = mailbox.wait_for(parent.family.email, "mot de passe")[0]
    link = re.search(r"/mot-de-passe/(\S+)", mail.text)
    assert link, mail.text
    visitor.put("identity", f"/password-resets/{link[1]}", {"new_password": "retrouvé après oubli"})
    assert not visitor.log_in(parent.family.user_name, "retrouvé après oubli").must_change_password
    with pytest.raises(Refused) as refused:
        visitor.put("identity", f"/password-resets/{link[1]}", {"new_password": "encore une autre fois"})
    assert refused.value.slug == "reset-expired"
