"""From reservations to issued invoices."""

import asyncio
from datetime import date

import asyncpg
import pytest
from sqlalchemy import text

from chassis.ids import new_id
from chassis.testing.counting import counted_statements
from contracts.events import InvoiceIssued
from contracts.values import Regie, ReservationStatus, Role

BOOKED, CANCELLED = ReservationStatus.BOOKED, ReservationStatus.CANCELLED


async def _numbers(town, period="2022-09"):
    rows = await town.harness.query(
        "select sequence, number from invoice where tenant_id = $1 and to_char(period, 'YYYY-MM') = $2 order by 1",
        town.tenant,
        period,
    )
    return [row["sequence"] for row in rows], [row["number"] for row in rows]


async def test_the_guides_days_become_one_line(town, home):
    await town.book(home)
    run = await town.run()
    assert (run["invoice_count"], run["total_cents"], run["first_number"]) == (1, 2000, run["last_number"])
    (invoice,) = await town.invoices(home)
    assert invoice["number"].startswith("2209")
    assert (invoice["amount_cents"], invoice["paid_cents"], invoice["status"]) == (2000, 0, "pending")
    assert (invoice["period"], invoice["issued_on"], invoice["due_on"]) == ("2022-09-01", "2022-07-04", "2022-08-03")
    assert invoice["regie"] == {"regie_id": str(town.regie.regie_id), "name": "Régie périscolaire"}
    async with town.parent(home) as client:
        lines = (await client.get(f"/invoices/{invoice['invoice_id']}")).json()["lines"]
    assert lines == [
        {
            "member_first_name": "Louis",
            "label": "Cantine d'Alixan",
            "detail": "01, 02, 05, 06/09/2022",
            "quantity": 4,
            "unit_price_cents": 500,
            "amount_cents": 2000,
        }
    ]


async def test_issued_invoices_are_published_in_the_order_of_their_numbers(town, home):
    other = await town.home(name="DURAND")
    await town.book(home)
    await town.book(other)
    await town.run()
    rows = await town.harness.query(
        "select o.body, o.sequence, o.source from kept.published_event o join invoice i on i.invoice_id = o.subject"
        " where i.family_id = any($1) and o.type = 'billing.invoice_issued.v1' order by o.seq",
        [home.family_id, other.family_id],
    )
    issued = [InvoiceIssued.model_validate_json(row["body"]) for row in rows]
    assert [invoice.family_id for invoice in issued] == [other.family_id, home.family_id]
    assert issued[0].amount_cents == 2000
    assert issued[0].number < issued[1].number
    assert {(row["sequence"], row["source"]) for row in rows} == {(1, "billing")}
    await town.harness.eventually("select 1 where not exists (select from outbox)")


async def test_each_regie_has_its_own_invoice(town, home):
    sports = Regie(regie_id=new_id(), name="Régie des sports")
    await town.publish(town.activity(regie=sports, activity_id=new_id()))
    await town.book(home)
    await town.book(home, regie=sports, cents=700)
    assert (await town.run())["invoice_count"] == 2
    assert {(i["regie"]["name"], i["amount_cents"]) for i in await town.invoices(home)} == {
        ("Régie périscolaire", 2000),
        ("Régie des sports", 2800),
    }


async def test_days_after_the_month_wait(town, home):
    await town.book(home, [date(2022, 9, 30), date(2022, 10, 1)])
    assert (await town.run())["total_cents"] == 500
    assert (await town.run("2022-10"))["total_cents"] == 500


async def test_a_run_of_the_same_month_takes_what_was_booked_since(town, home):
    await town.book(home)
    first = await town.run()
    assert (await town.run())["invoice_count"] == 0
    await town.book(home, [date(2022, 9, 8)])
    second = await town.run()
    assert (second["total_cents"], int(second["first_number"])) == (500, int(first["last_number"]) + 1)


async def test_a_cancellation_before_the_invoice_costs_nothing(town, home):
    booked = await town.book(home)
    await town.publish(town.changed(booked, CANCELLED, version=2, count=3))
    assert (await town.run())["total_cents"] == 500


@pytest.mark.parametrize("versions", [(2, 1), (3, 1, 2), (1, 3, 2)])
async def test_the_newest_version_counts_whatever_the_order(town, home, versions):
    committed = town.reservations(home)
    states = {1: BOOKED, 2: CANCELLED, 3: BOOKED}
    for version in versions:
        await town.publish(town.changed(committed, states[version], version))
    expected = 2000 if states[max(versions)] is BOOKED else 0
    assert (await town.run())["total_cents"] == expected


async def test_a_cancellation_after_the_invoice_is_given_back_on_the_next(town, home):
    booked = await town.book(home)
    await town.run()
    await town.publish(town.changed(booked, CANCELLED, version=2, count=1))
    assert (await town.run())["invoice_count"] == 0, "a family that is owed money gets no invoice"
    await town.book(home, [date(2022, 10, 3), date(2022, 10, 4)])
    assert (await town.run("2022-10"))["total_cents"] == 500
    (latest, _) = await town.invoices(home)
    async with town.parent(home) as client:
        lines = (await client.get(f"/invoices/{latest['invoice_id']}")).json()["lines"]
    assert [(line["label"], line["detail"], line["amount_cents"]) for line in lines] == [
        ("Annulation – Cantine d'Alixan", "01/09/2022", -500),
        ("Cantine d'Alixan", "03, 04/10/2022", 1000),
    ]
    await town.publish(town.changed(booked, BOOKED, version=3, count=1))
    assert (await town.run("2022-10"))["total_cents"] == 500, "booked again after being given back"


async def test_a_supplement_corrected_after_the_invoice_is_given_back_and_charged_anew(town, home):
    late = await town.book(home, [date(2022, 9, 1)], cents=500)
    await town.run()
    less = town.reservations(home, [date(2022, 9, 1)], cents=250).reservations
    back = town.changed(late, CANCELLED, version=2)
    await town.publish(back.model_copy(update={"reservations": (*back.reservations, *less)}))
    await town.book(home, [date(2022, 10, 3)], cents=1000)
    assert (await town.run("2022-10"))["total_cents"] == 1000 - 500 + 250


async def test_a_credit_has_the_price_that_was_invoiced(town, home):
    booked = await town.book(home, [date(2022, 9, 1)], cents=500)
    await town.run()
    cheaper = booked.reservations[0].model_copy(update={"unit_price_cents": 100})
    await town.publish(town.changed(booked.model_copy(update={"reservations": (cheaper,)}), CANCELLED, version=2))
    (charge,) = await town.harness.query(
        "select quantity, amount_cents from charge where family_id = $1 and invoice_id is null", home.family_id
    )
    assert tuple(charge) == (-1, -500)


async def test_charges_of_a_family_not_known_yet_wait_for_it(town):
    from types import SimpleNamespace

    stranger = SimpleNamespace(family_id=new_id(), member_id=new_id())
    await town.book(stranger)
    assert (await town.run())["invoice_count"] == 0
    await town.home(family_id=stranger.family_id, member_id=stranger.member_id)
    assert (await town.run())["total_cents"] == 2000


async def test_preview_says_what_a_run_would_issue(town, home):
    await town.book(home)
    await town.book(home, [date(2022, 9, 9)], cents=300)
    async with town.staff(Role.AGENT) as client:
        preview = (await client.get("/invoicing-runs/preview", params={"period": "2022-09"})).json()
    issued_before = preview.pop("already_issued_count")
    assert preview == {
        "period": "2022-09",
        "ended": False,
        "family_count": 1,
        "line_count": 2,
        "total_cents": 2300,
    }
    run = await town.run()
    async with town.staff(Role.AGENT) as client:
        after = (await client.get("/invoicing-runs/preview", params={"period": "2022-09"})).json()
        runs = (await client.get("/invoicing-runs")).json()
    assert (after["family_count"], after["already_issued_count"]) == (0, issued_before + 1)
    assert runs[0] == run


async def test_runs_at_once_bill_once_and_leave_no_gap(town):
    homes = [await town.home(name=f"FAMILLE {n}") for n in range(6)]
    for home in homes:
        await town.book(home)
    runs = await asyncio.gather(*(town.run("2022-11") for _ in range(5)))
    assert sorted(run["invoice_count"] for run in runs) == [0, 0, 0, 0, 6]
    sequences, numbers = await _numbers(town, "2022-11")
    assert sequences == list(range(1, 7))
    assert numbers == [f"2211{sequence:03d}" for sequence in sequences]


async def test_bookings_arriving_during_runs_are_billed_exactly_once(town):
    homes = [await town.home(name=f"RUÉE {n}") for n in range(8)]
    await asyncio.gather(*(town.book(home) for home in homes), *(town.run() for _ in range(4)))
    await town.run()
    for home in homes:
        assert sum(invoice["amount_cents"] for invoice in await town.invoices(home)) == 2000
    assert (await _numbers(town))[0] == list(range(1, len((await _numbers(town))[0]) + 1))


async def test_a_run_that_rolls_back_leaves_no_gap(town, home):
    from billing.adapters.invoicing import SqlInvoicingStore
    from billing.application.issue_invoices import issue_invoices
    from billing.application.ports import InvoicingRun
    from billing.domain.period import Period

    await town.book(home, [date(2022, 12, 1)])
    run = InvoicingRun(new_id(), Period.parse("2022-12"), date(2022, 12, 31), new_id())

    async def fail() -> None:
        async with town.harness.runtime.transaction(town.tenant) as transaction:
            await issue_invoices(SqlInvoicingStore(transaction), run)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()
    assert await _numbers(town, "2022-12") == ([], [])
    assert (await town.run("2022-12"))["first_number"] == "2212001"


async def test_numbers_grow_past_three_digits(town, home):
    await town.harness.query(
        "insert into invoice_counter (tenant_id, period, last_sequence) values ($1, '2023-03-01', 998)", town.tenant
    )
    other = await town.home(name="ZOLA")
    await town.book(home, [date(2023, 3, 1)])
    await town.book(other, [date(2023, 3, 1)])
    run = await town.run("2023-03")
    assert (run["first_number"], run["last_number"]) == ("2303999", "23031000")


@pytest.mark.parametrize(
    "statement",
    [
        "update invoice set amount_cents = amount_cents + 1, version = version + 1",
        "update invoice set number = 'x', version = version + 1",
        "update invoice set paid_cents = -1, version = version + 1",
        "update invoice set paid_cents = amount_cents + 1, version = version + 1",
        "delete from invoice",
        "update invoice_line set quantity = 1",
        "delete from invoice_line",
        "update charge set unit_price_cents = 1 where invoice_id is not null",
        "delete from charge where invoice_id is not null",
        "update ledger_movement set debit_cents = debit_cents + 1",
        "delete from ledger_movement",
        "insert into invoice_line select tenant_id, invoice_id, 100 + position, '', 'x', days, quantity,"
        " unit_price_cents, amount_cents from invoice_line",
    ],
)
async def test_what_was_issued_is_never_changed(town, home, statement):
    await town.book(home)
    await town.run()
    with pytest.raises((asyncpg.RestrictViolationError, asyncpg.CheckViolationError)):
        await town.harness.query(statement)


async def test_two_thousand_reservations_take_a_counted_number_of_statements(town):
    homes = [await town.home(name=f"GRANDE {n:02d}", child=f"Enfant {n}") for n in range(20)]
    days = [date(2023, 5, day) for day in range(1, 26)]
    for home in homes:
        for cents in (500, 400, 300, 200):
            await town.book(home, days, cents)
    with counted_statements(town.harness) as statements:
        run = await town.run("2023-05")
    inserts = [statement for statement in statements if "insert into invoice (" in statement]
    assert (run["invoice_count"], run["total_cents"]) == (20, 20 * 25 * 1400)
    assert len(inserts) == 1
    assert len(statements) <= 20, "the number of statements must not depend on the number of families"
    (lines,) = await town.harness.query(
        "select count(*) as n from invoice_line l join invoice i using (tenant_id, invoice_id) where i.run_id = $1",
        run["run_id"],
    )
    assert lines["n"] == 80


async def test_the_schedule_invoices_the_previous_month_once(town, home):
    from billing.entrypoints.jobs import run_due_month

    await town.book(home, [date(2023, 1, 31)])
    clock, runtime = town.harness.clock, town.harness.runtime
    before = clock.instant
    try:
        clock.instant = before.replace(year=2023, month=1, day=31, hour=22)
        await town.harness.run_job("monthly-invoicing")
        assert await town.invoices(home) == []
        clock.instant = before.replace(year=2023, month=1, day=31, hour=23, minute=30)  # 1 February in Alixan
        tenants = await runtime.tenants.all()
        await asyncio.gather(*(run_due_month(runtime, tenant) for tenant in tenants * 2))
        await town.harness.run_job("monthly-invoicing")
    finally:
        clock.instant = before
    (invoice,) = await town.invoices(home)
    assert (invoice["period"], invoice["issued_on"]) == ("2023-01-01", "2023-02-01")
    runs = await town.harness.query("select r.tenant_id from invoicing_run r where automatic and period = '2023-01-01'")
    assert len(runs) == 2, "one run per commune, also for the one that had nothing to invoice"


async def test_lists_are_cut_by_cursors(town):
    homes = [await town.home(name=f"PAGE {n}") for n in range(5)]
    for home in homes:
        await town.book(home, [date(2023, 2, 1)])
    await town.run("2023-02")
    seen, cursor = [], None
    async with town.staff(Role.AGENT) as client:
        while True:
            parameters = {"period": "2023-02", "limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await client.get("/invoices", params=parameters)).json()
            seen += [invoice["number"] for invoice in page["items"]]
            if not (cursor := page["next_cursor"]):
                break
        one = (await client.get("/invoices", params={"family_id": str(homes[0].family_id)})).json()["items"]
    assert seen == ["2302005", "2302004", "2302003", "2302002", "2302001"]
    assert [invoice["family_name"] for invoice in one] == ["PAGE 0"]


async def test_uuid7_is_one(town):
    async with town.harness.runtime.transaction(town.tenant) as transaction:
        drawn = await transaction.connection.scalar(text("select uuid7()"))
    assert (drawn.version, drawn.variant) == (7, new_id().variant)
    assert abs((drawn.int >> 80) - (new_id().int >> 80)) < 60_000
