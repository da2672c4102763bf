"""Families to begin a test with."""

from datetime import date

from driver.parent import Parent
from driver.system import System
from driver.town_hall import TownHall
from driver.waiting import until


def lived_in(system: System, town_hall: TownHall, commune: str = "alixan", canteen: str | None = None) -> Parent:
    """A family that has everything: a paid adhésion and one to pay, a draft, a reservation, an invoice with
    a payment begun, messages both ways.
    """
    parent = system.parent(commune, town_hall.register_family())
    canteen = canteen or parent.activity("Cantine d'Alixan")["activity_id"]
    parent.pay_adhesion(canteen, "Louis")
    to_pay = parent.order(canteen, "Estelle")
    parent.ask_to_pay_order(to_pay["order_id"])
    booked, drafted, month_end = date(2023, 3, 6), date(2023, 3, 7), date(2023, 4, 1)
    parent.draft("Louis", canteen, [booked], booked, drafted)
    parent.commit()
    parent.draft("Louis", canteen, [drafted], drafted, month_end)
    invoice = town_hall.invoice_of(parent, "2023-03")
    until(lambda: parent.invoices()[0]["pdf_bytes"])
    until(lambda: parent.payment(parent.ask_to_pay_invoices(invoice["invoice_id"])))
    message = {"subject": "Allergie", "body": "Louis est allergique aux noix.\n\nMerci d'en tenir compte."}
    parent.api.post("communication", "/messages", message)
    answer = {"subject": "Re : Allergie", "body": "C'est noté."}
    town_hall.api.post("communication", f"/conversations/{parent.family.family_id}/messages", answer)
    return parent
