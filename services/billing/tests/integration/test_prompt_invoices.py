"""What was booked to be paid at once: invoiced on the spot, paid in time or given up."""

from datetime import timedelta

import pytest

from chassis.ids import new_id
from contracts.events import FamilyRegistered, InvoiceIssued, InvoiceLapsed, InvoiceSettled, PaymentReversed
from contracts.events.payment_gateway import ReversalKind
from contracts.values import PaymentPurpose, PaymentStatus, Regie, ReservationStatus


def within(committed, hours=1, *, now):
    """The same basket, to be paid within that time."""
    states = [state.model_copy(update={"pay_until": now + timedelta(hours=hours)}) for state in committed.reservations]
    return committed.model_copy(update={"reservations": tuple(states)})


@pytest.fixture
async def booked(town, home):
    """Four days of 5 €, to be paid within the hour."""
    committed = within(town.reservations(home), now=town.harness.clock.now())
    await town.publish(committed)
    return committed


@pytest.fixture
async def invoice(town, home, booked):
    (invoice,) = await town.invoices(home)
    return invoice


@pytest.fixture
def later(town):
    """Lets time pass, and takes it back after the test."""
    clock, began = town.harness.clock, town.harness.clock.instant

    def pass_by(minutes):
        clock.instant = began + timedelta(minutes=minutes)

    yield pass_by
    clock.instant = began


async def lapse(town):
    await town.harness.run_job("lapse-unpaid-invoices")


async def told(town, home, model):
    """The family's events of a type."""
    rows = await town.harness.query(
        "select body from kept.published_event where type = $1 and body->>'family_id' = $2 order by seq",
        model.event_type,
        str(home.family_id),
    )
    return [model.model_validate_json(row["body"]) for row in rows]


async def account(town, home):
    async with town.parent(home) as client:
        return (await client.get("/account")).json()["balance_cents"]


async def test_a_basket_is_invoiced_on_the_spot(town, home, booked, invoice):
    (issued,) = await told(town, home, InvoiceIssued)
    until = booked.reservations[0].pay_until
    assert (issued.amount_cents, issued.pay_until, issued.period.isoformat()) == (2000, until, "2022-09-01")
    assert (invoice["issued_on"], invoice["due_on"]) == ("2022-07-04", "2022-07-05")
    assert (invoice["lapsed"], invoice["pay_until"]) == (False, until.isoformat().replace("+00:00", "Z"))
    assert (await town.run())["invoice_count"] == 0, "nothing is left for the month"
    async with town.staff() as client:
        runs = (await client.get("/invoicing-runs")).json()
    assert all(run["invoice_count"] != 1 or run["total_cents"] != 2000 for run in runs[:1])


async def test_each_regie_and_delay_has_its_invoice(town, home):
    now, other = town.harness.clock.now(), Regie(regie_id=new_id(), name="Régie des loisirs")
    await town.publish(town.activity(other, new_id()))
    baskets = [within(town.reservations(home), hours, now=now) for hours in (1, 2)]
    baskets.append(within(town.reservations(home, regie=other), now=now))
    plain = town.reservations(home)
    states = tuple(state for basket in (*baskets, plain) for state in basket.reservations)
    await town.publish(plain.model_copy(update={"reservations": states}))
    assert sorted((i["regie"]["name"], i["pay_until"][11:13]) for i in await town.invoices(home)) == [
        ("Régie des loisirs", "08"),
        ("Régie périscolaire", "08"),
        ("Régie périscolaire", "09"),
    ]
    run = await town.run()
    assert (run["invoice_count"], run["total_cents"]) == (1, 2000), "what is not to be paid at once"


async def test_once_paid_planning_is_told_and_nothing_lapses(town, home, booked, invoice, later):
    payment = (await town.pay(home, invoice)).json()
    later(59)
    await town.publish(town.settled(home, payment))
    (settled,) = await told(town, home, InvoiceSettled)
    assert set(settled.reservation_ids) == {each.reservation_id for each in booked.reservations}
    later(61)
    await lapse(town)
    assert await told(town, home, InvoiceLapsed) == []
    assert await town.differences(home) == []


async def test_what_is_not_paid_in_time_is_given_up(town, home, booked, invoice, later):
    later(60)
    await lapse(town)
    assert await told(town, home, InvoiceLapsed) == [], "to the minute"
    later(61)
    for _ in range(2):
        await lapse(town)
    (lapsed,) = await told(town, home, InvoiceLapsed)
    assert (lapsed.number, lapsed.amount_cents) == (invoice["number"], 2000)
    assert set(lapsed.reservation_ids) == {each.reservation_id for each in booked.reservations}
    (shown,) = await town.invoices(home)
    assert (shown["lapsed"], shown["status"], shown["credited_cents"]) == (True, "paid", 2000)
    assert await account(town, home) == 0
    refused = await town.pay(home, invoice)
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "invoice-already-paid")
    await town.publish(town.changed(booked, ReservationStatus.CANCELLED, 2))
    assert (await town.run())["invoice_count"] == 0
    assert (
        await town.harness.query("select from charge where family_id = $1 and invoice_id is null", home.family_id) == []
    )
    assert await town.differences(home) == []


async def test_too_late_to_begin_paying(town, home, invoice, later):
    later(61)
    refused = await town.pay(home, invoice)
    assert (refused.status_code, refused.json()["type"].rsplit(":")[-1]) == (409, "too-late-to-pay")
    assert "annulées" in refused.json()["detail"]


async def test_a_payment_begun_in_time_is_waited_for(town, home, invoice, later):
    payment = (await town.pay(home, invoice)).json()
    later(61)
    await lapse(town)
    assert await told(town, home, InvoiceLapsed) == []
    await town.publish(town.settled(home, payment, PaymentStatus.EXPIRED))
    await lapse(town)
    assert len(await told(town, home, InvoiceLapsed)) == 1
    await town.publish(town.settled(home, payment), sequence=2)
    assert await account(town, home) == -2000, "a success after all is the family's credit"
    assert await town.differences(home) == []


async def test_credit_that_lay_on_it_is_the_familys_again(town, home, booked, invoice, later):
    await town.credit(home, 500)
    await town.pay(home, invoice)
    (shown,) = await town.invoices(home)
    assert shown["paid_cents"] == 500
    async with town.parent(home) as client:
        payment = shown["payment_in_progress"]
        assert payment
    asked = {"payment_id": payment, "invoice_payment_id": new_id(), "total_cents": 1500}
    await town.publish(town.settled(home, asked, PaymentStatus.CANCELLED))
    later(61)
    await lapse(town)
    (shown,) = await town.invoices(home)
    assert (shown["lapsed"], shown["paid_cents"], shown["credited_cents"]) == (True, 0, 2000)
    assert await account(town, home) == -500
    assert await town.differences(home) == []
    await town.book(home)
    await town.run()
    async with town.parent(home) as client:
        (summary,) = (await client.get("/summary")).json()
    assert (summary["pending_cents"], summary["credit_cents"]) == (2000, 500)


async def test_what_the_family_cancelled_before_is_not_given_back_twice(town, home, booked, invoice, later):
    await town.publish(town.changed(booked, ReservationStatus.CANCELLED, 2, count=1))
    later(61)
    await lapse(town)
    (lapsed,) = await told(town, home, InvoiceLapsed)
    assert len(lapsed.reservation_ids) == 4
    assert await account(town, home) == 0
    assert (await town.run())["invoice_count"] == 0
    assert (
        await town.harness.query("select from charge where family_id = $1 and invoice_id is null", home.family_id) == []
    )


async def test_a_rejected_debit_later_does_not_give_the_days_up(town, home, invoice, later):
    payment = (await town.pay(home, invoice)).json()
    settled = town.settled(home, payment)
    await town.publish(settled)
    later(120)
    rejected = PaymentReversed(
        movement_id=new_id(),
        payment_id=settled.payment_id,
        purpose=PaymentPurpose.INVOICES,
        reference_id=settled.reference_id,
        regie_id=settled.regie_id,
        family_id=home.family_id,
        kind=ReversalKind.REJECTION,
        amount_cents=2000,
        label="Facture",
        reversed_at=town.harness.clock.now(),
    )
    await town.publish(rejected)
    await lapse(town)
    (shown,) = await town.invoices(home)
    assert (shown["status"], shown["lapsed"]) == ("pending", False)


async def test_an_unknown_family_is_waited_for(town, home):
    stranger = type(home)()
    committed = within(town.reservations(stranger), now=town.harness.clock.now())
    message_id = new_id()
    await town.harness.publish(committed, tenant_id=town.tenant, message_id=message_id)
    await town.publish(
        FamilyRegistered(
            family_id=stranger.family_id,
            name="TARD",
            address={"line": "1 rue", "postal_code": "26300", "city": "Alixan"},
            guardians=(),
        )
    )
    await town.harness.eventually("select from invoice where family_id = $1", stranger.family_id)


async def test_two_baskets_at_once_draw_two_numbers(town, home):
    now, other = town.harness.clock.now(), await town.home(name="DURAND")
    ids = []
    for each in (home, other, home, other):
        committed, message_id = within(town.reservations(each), now=now), new_id()
        ids.append(message_id)
        await town.harness.publish(committed, tenant_id=town.tenant, message_id=message_id, times=2)
    await town.harness.eventually("select from inbox where message_id = any($1) having count(*) = 4", ids)
    numbers = [each["number"] for one in (home, other) for each in await town.invoices(one)]
    assert len(set(numbers)) == len(numbers) == 4
