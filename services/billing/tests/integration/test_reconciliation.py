"""What billing keeps, beside what planning and payment-gateway state: found, mended where that is safe, told."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import event as sqlalchemy_event

from chassis import metrics
from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS
from contracts.events import PaymentsStated, ReservationsStated
from contracts.events.payment_gateway import StatedPayment
from contracts.events.planning import StatedReservation
from contracts.events.statement import Position
from contracts.values import PaymentStatus, ReservationStatus, Role

FIRST, LAST = UUID(int=0), UUID(int=2**128 - 1)
MINUTES = timedelta(minutes=1)
BOOKED, CANCELLED = ReservationStatus.BOOKED, ReservationStatus.CANCELLED


@pytest.fixture(autouse=True)
async def clean(harness: Any) -> None:
    """Statements are of the whole commune: what another test left would be found here."""
    await as_superuser(
        harness,
        "delete from charge; delete from reservation; delete from ledger_movement; delete from payment;"
        "delete from reconciliation_difference; delete from reconciliation_check",
    )


async def as_superuser(harness: Any, statement: str, *arguments: Any) -> None:
    """By hand, below every trigger and policy."""
    connection = await asyncpg.connect(harness.admin_url)
    await connection.execute("set session_replication_role = replica")
    await connection.execute(statement, *arguments)
    await connection.close()


def head(town: Any, *, later: timedelta = 10 * MINUTES, **changes: Any) -> dict[str, Any]:
    """A statement of one page, made some minutes after now."""
    stated_at = town.harness.clock.now() + later
    return {
        "statement_id": new_id(),
        "page": 1,
        "last": True,
        "stated_at": stated_at,
        "settled_until": stated_at - 5 * MINUTES,
        "after": Position(day=date(2022, 6, 1), id=FIRST),
        "until": Position(day=date(2023, 8, 31), id=LAST),
        "unsettled": (),
        **changes,
    }


def reservations_stated(town: Any, *baskets: Any, **changes: Any) -> ReservationsStated:
    """What planning holds: the last state of each reservation of these baskets."""
    last = {
        state.reservation_id: StatedReservation(family_id=basket.family_id, reservation=state)
        for basket in baskets
        for state in basket.reservations
    }
    return ReservationsStated(**head(town, **changes), reservations=tuple(last.values()))


def payments_stated(town: Any, *outcomes: Any, sequence: int = 1, **changes: Any) -> PaymentsStated:
    payments = tuple(StatedPayment(sequence=sequence, outcome=outcome) for outcome in outcomes)
    return PaymentsStated(**head(town, **changes), payments=payments)


async def told(town: Any, state: str | None = None) -> list[dict[str, Any]]:
    async with town.staff() as client:
        response = await client.get("/reconciliation", params={"state": state} if state else {})
    assert response.status_code == 200, response.text
    return response.json()["items"]


async def kinds(town: Any, state: str | None = None) -> list[str]:
    return sorted(difference["kind"] for difference in await told(town, state))


async def charges(town: Any) -> list[tuple[Any, ...]]:
    rows = await town.harness.query(
        "select reservation_id, day, quantity, unit_price_cents, invoice_id from charge order by day, quantity desc"
    )
    return [tuple(row) for row in rows]


async def open_gauge(town: Any, kind: str) -> float:
    await town.harness.run_job("reconciliation-figures")
    return metrics.OPEN_DIFFERENCES.labels("billing", kind)._value.get()


class TestReservations:
    async def test_all_agrees(self, town, home) -> None:
        basket = await town.book(home)
        await town.run()
        cancelled = town.changed(basket, CANCELLED, 2, 1)
        await town.publish(cancelled)
        before = await charges(town)
        await town.publish(reservations_stated(town, basket, cancelled))
        assert await told(town) == []
        assert await charges(town) == before
        async with town.staff() as client:
            (check,) = (await client.get("/reconciliation")).json()["checks"]
        assert (check["source"], check["compared"]) == ("planning", 4)

    async def test_a_charge_deleted_by_hand_is_found_and_mended(self, town, home) -> None:
        basket = await town.book(home)
        before = await charges(town)
        lost = basket.reservations[2]
        mended = metrics.MENDED_DIFFERENCES.labels("billing", "charge_missing")
        count = mended._value.get()
        await as_superuser(town.harness, "delete from charge where reservation_id = $1", lost.reservation_id)
        await town.publish(reservations_stated(town, basket))
        assert await charges(town) == before
        (difference,) = await told(town)
        assert (
            difference["sentence"]
            == "La réservation de Louis du 05/09/2022 manquait à la facturation : elle a été ajoutée."
        )
        assert (difference["kind"], difference["advice"]) == ("charge_missing", None)
        assert difference["subject_id"] == str(lost.reservation_id)
        assert difference["mended_at"] == difference["closed_at"] == difference["found_at"]
        assert mended._value.get() == count + 1
        assert await open_gauge(town, "charge_missing") == 0
        await town.run()
        assert [invoice["amount_cents"] for invoice in await town.invoices(home)] == [2000]

    async def test_both_rows_deleted_and_an_event_that_never_came(self, town, home) -> None:
        basket, never = await town.book(home), town.reservations(home, [date(2022, 10, 3)])
        lost = basket.reservations[0].reservation_id
        await as_superuser(town.harness, "delete from charge where reservation_id = $1", lost)
        await as_superuser(town.harness, "delete from reservation where reservation_id = $1", lost)
        await town.publish(reservations_stated(town, basket, never))
        assert len(await charges(town)) == 5
        assert await kinds(town, "mended") == ["reservation_missing"] * 2
        await town.publish(never)
        assert len(await charges(town)) == 5, "the event that comes at last changes nothing"

    async def test_a_cancellation_that_never_came_gives_back_what_was_invoiced(self, town, home) -> None:
        basket = await town.book(home)
        await town.run()
        before = await charges(town)
        await town.publish(reservations_stated(town, basket, town.changed(basket, CANCELLED, 2, 1)))
        assert await kinds(town, "mended") == ["reservation_outdated"]
        after = await charges(town)
        assert [each for each in after if each[4]] == before, "what is invoiced stays as it is"
        assert [(each[1], each[2], each[3]) for each in after if not each[4]] == [(date(2022, 9, 1), -1, 500)]

    async def test_a_day_given_back_that_was_deleted_comes_back(self, town, home) -> None:
        basket = await town.book(home)
        await town.run()
        cancelled = town.changed(basket, CANCELLED, 2, 1)
        await town.publish(cancelled)
        before = await charges(town)
        await as_superuser(town.harness, "delete from charge where quantity = -1")
        await town.publish(reservations_stated(town, basket, cancelled))
        assert await charges(town) == before
        assert await kinds(town, "mended") == ["charge_missing"]

    @pytest.mark.parametrize("invoiced", [False, True])
    async def test_an_amount_altered_by_hand_is_found_and_left(self, town, home, invoiced) -> None:
        basket = await town.book(home)
        if invoiced:
            await town.run()
        altered = basket.reservations[1].reservation_id
        await as_superuser(town.harness, "update charge set unit_price_cents = 990 where reservation_id = $1", altered)
        before = await charges(town)
        await town.publish(reservations_stated(town, basket))
        assert await charges(town) == before
        (difference,) = await told(town, "open")
        assert "est comptée 9,90\u00a0€ à la facturation, et 5,00\u00a0€ au planning." in difference["sentence"]
        assert ("déjà facturée" in difference["advice"]) is invoiced
        assert await open_gauge(town, "charge_differs") == 1
        await as_superuser(town.harness, "update charge set unit_price_cents = 500")
        await town.publish(reservations_stated(town, basket, later=20 * MINUTES))
        assert await told(town, "open") == [], "closed when a later statement agrees"
        assert (await told(town))[0]["mended_at"] is None
        assert await open_gauge(town, "charge_differs") == 0

    async def test_a_charge_unknown_to_planning_is_found_and_left(self, town, home) -> None:
        basket, ghost = await town.book(home), await town.book(home, [date(2022, 9, 8)])
        before = await charges(town)
        await town.publish(reservations_stated(town, basket))
        assert await charges(town) == before
        (difference,) = await told(town)
        assert difference["kind"] == "charge_unknown"
        assert difference["subject_id"] == str(ghost.reservations[0].reservation_id)
        assert (difference["expected"], difference["found"]) == (None, {"cents": 500, "invoiced": False})
        assert "le planning ne connaît pas cette réservation" in difference["sentence"]

    async def test_in_the_middle_of_traffic_nothing_is_found(self, town, home) -> None:
        """Booked or cancelled around the statement, their events before or after it."""
        basket = await town.book(home)
        late, early = town.reservations(home, [date(2022, 9, 8)]), await town.book(home, [date(2022, 9, 9)])
        statement = reservations_stated(
            town, basket, later=4 * MINUTES, unsettled=(late.reservations[0].reservation_id,)
        )
        cancelled = town.changed(basket, CANCELLED, 2, 1)
        await town.publish(cancelled)
        await asyncio.gather(town.publish(statement), town.publish(late))
        assert await told(town) == []
        await town.publish(reservations_stated(town, basket, cancelled, late, early, later=20 * MINUTES))
        assert await told(town) == []

    async def test_an_older_statement_finds_nothing_and_closes_nothing(self, town, home) -> None:
        basket, ghost = await town.book(home), await town.book(home, [date(2022, 9, 8)])
        cancelled = town.changed(basket, CANCELLED, 2, 1)
        await town.publish(cancelled)
        await town.publish(reservations_stated(town, basket, cancelled, later=20 * MINUTES))
        assert await kinds(town, "open") == ["charge_unknown"]
        before = await charges(town)
        await town.publish(reservations_stated(town, basket, ghost, later=10 * MINUTES))
        assert await kinds(town) == ["charge_unknown"]
        assert await kinds(town, "open") == ["charge_unknown"]
        assert await charges(town) == before

    async def test_the_same_statement_again_changes_nothing(self, town, home) -> None:
        basket, _ghost = await town.book(home), await town.book(home, [date(2022, 9, 8)])
        await as_superuser(
            town.harness, "delete from charge where reservation_id = $1", basket.reservations[0].reservation_id
        )
        await town.publish(reservations_stated(town, basket))
        before = await told(town), await charges(town)
        for _time in range(3):
            await town.publish(reservations_stated(town, basket))
        assert (await told(town), await charges(town)) == before
        assert len(before[0]) == 2

    async def test_pages_are_checked_together_in_any_order(self, town, home) -> None:
        basket = await town.book(home)
        first, second = sorted(basket.reservations, key=lambda state: state.day)[:2], basket.reservations[2:]
        middle = Position(day=first[-1].day, id=first[-1].reservation_id)
        whole = head(town)
        page_1 = ReservationsStated(
            **whole | {"until": middle, "last": False},
            reservations=tuple(StatedReservation(family_id=home.family_id, reservation=state) for state in first),
        )
        page_2 = ReservationsStated(
            **whole | {"after": middle, "page": 2},
            reservations=tuple(StatedReservation(family_id=home.family_id, reservation=state) for state in second),
        )
        await town.publish(page_2)
        async with town.staff() as client:
            assert (await client.get("/reconciliation")).json()["checks"] == []
            await town.publish(page_1)
            answer = (await client.get("/reconciliation")).json()
        assert answer["items"] == []
        assert [check["compared"] for check in answer["checks"]] == [4]

    async def test_another_commune_is_untouched(self, harness, town, home) -> None:
        basket = await town.book(home)
        before = await charges(town)
        emptied = reservations_stated(town)
        await harness.publish(emptied, tenant_id=VEYRAS.tenant_id)
        await harness.eventually(
            "select 1 from reconciliation_check where tenant_id = $1 and checked_at is not null",
            VEYRAS.tenant_id,
            seconds=30,
        )
        assert await told(town) == []
        await town.publish(reservations_stated(town, basket))
        assert await charges(town) == before
        async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.REGISSEUR)) as client:
            assert (await client.get("/reconciliation")).json()["items"] == []


class TestPayments:
    @pytest.fixture
    async def paid(self, town, home) -> Any:
        """An invoice of 20 €, paid: the outcome."""
        await town.book(home)
        await town.run()
        payment = (await town.pay(home, *await town.invoices(home))).json()
        outcome = town.settled(home, payment)
        await town.publish(outcome)
        return outcome

    async def account(self, town, home) -> tuple[int, list[dict[str, Any]]]:
        async with town.parent(home) as client:
            account = (await client.get("/account")).json()
        return account["balance_cents"], account["movements"]

    async def test_all_agrees(self, town, home, paid) -> None:
        before = await self.account(town, home)
        await town.publish(payments_stated(town, paid))
        assert await told(town) == []
        assert await self.account(town, home) == before

    async def test_an_outcome_that_never_came_settles_the_invoice(self, town, home) -> None:
        await town.book(home)
        await town.run()
        payment = (await town.pay(home, *await town.invoices(home))).json()
        await town.publish(payments_stated(town, town.settled(home, payment)))
        assert [(invoice["status"], invoice["paid_cents"]) for invoice in await town.invoices(home)] == [("paid", 2000)]
        assert (await self.account(town, home))[0] == 0
        (difference,) = await told(town, "mended")
        assert difference["sentence"] == (
            "Le paiement de 20,00\u00a0€ du 04/07/2022 (famille MARTIN) manquait à la facturation : il a été ajouté."
        )
        await town.publish(town.settled(home, payment))
        assert (await self.account(town, home))[0] == 0

    async def test_rows_deleted_by_hand_are_found_and_mended(self, town, home, paid) -> None:
        before = await self.account(town, home)
        await as_superuser(town.harness, "delete from payment where payment_id = $1", paid.payment_id)
        await as_superuser(town.harness, "delete from ledger_movement where reference_id = $1", paid.payment_id)
        await town.publish(payments_stated(town, paid))
        assert await kinds(town, "mended") == ["ledger_missing", "payment_missing"]
        balance, movements = await self.account(town, home)
        assert (balance, [each | {"balance_cents": 0} for each in movements]) == (
            before[0],
            [each | {"balance_cents": 0} for each in before[1]],
        )
        await town.publish(payments_stated(town, paid, later=20 * MINUTES))
        assert len(await told(town)) == 2

    async def test_a_movement_that_may_have_been_a_surplus_is_left_to_a_person(self, town, home, paid) -> None:
        twice = town.settled(home, {"payment_id": new_id(), "invoice_payment_id": new_id(), "total_cents": 2000})
        await town.publish(twice)
        await as_superuser(town.harness, "update invoice_payment set amount_cents = 1000")
        await as_superuser(town.harness, "delete from ledger_movement where reference_id = $1", paid.payment_id)
        await town.publish(payments_stated(town, paid, twice))
        (difference,) = await told(town, "open")
        assert difference["kind"] == "ledger_missing"
        assert "n'a pas pu être ajouté automatiquement" in difference["sentence"]
        assert (await self.account(town, home))[0] == 0

    @pytest.mark.parametrize(
        ("alter", "kind"),
        [
            ("update payment set amount_cents = 100", "payment_differs"),
            ("update payment set status = 'refused'", "payment_differs"),
            ("update ledger_movement set credit_cents = 100 where kind = 'payment'", "ledger_differs"),
        ],
    )
    async def test_what_was_altered_by_hand_is_found_and_left(self, town, home, paid, alter, kind) -> None:
        await as_superuser(town.harness, alter)
        before = await self.account(town, home)
        await town.publish(payments_stated(town, paid))
        (difference,) = await told(town, "open")
        assert difference["kind"] == kind
        assert "relevé de la banque" in difference["advice"]
        assert await self.account(town, home) == before
        assert await open_gauge(town, kind) == 1

    async def test_money_unknown_to_the_gateway_is_found_and_left(self, town, home, paid) -> None:
        before = await self.account(town, home)
        await town.publish(payments_stated(town))
        assert await kinds(town, "open") == ["ledger_unknown", "payment_unknown"]
        assert await self.account(town, home) == before
        await town.publish(payments_stated(town, paid, later=20 * MINUTES))
        assert await told(town, "open") == []

    async def test_adhesions_are_enrolments_to_tell(self, town, home) -> None:
        """Their credit has the adhesion's id, which no payment has."""
        await town.publish(town.adhesion(home))
        await town.publish(payments_stated(town))
        assert await told(town) == []

    async def test_in_the_middle_of_traffic_nothing_is_found(self, town, home, paid) -> None:
        await town.publish(payments_stated(town, later=4 * MINUTES))
        await town.publish(payments_stated(town, later=20 * MINUTES, unsettled=(paid.payment_id,)))
        assert await told(town) == []

    async def test_an_outcome_that_contradicts_a_success_is_found_and_left(self, town, home, paid) -> None:
        refused = paid.model_copy(update={"status": PaymentStatus.REFUSED})
        await town.publish(payments_stated(town, refused, sequence=2))
        assert await kinds(town, "open") == ["payment_differs"]
        assert [invoice["status"] for invoice in await town.invoices(home)] == ["paid"]

    async def test_the_outcome_that_is_newer_is_kept(self, town, home) -> None:
        await town.book(home)
        await town.run()
        payment = (await town.pay(home, *await town.invoices(home))).json()
        refused = town.settled(home, payment, PaymentStatus.REFUSED)
        await town.publish(refused, sequence=2)
        await town.publish(payments_stated(town, town.settled(home, payment), sequence=3))
        assert await kinds(town, "mended") == ["payment_outdated"]
        assert [invoice["status"] for invoice in await town.invoices(home)] == ["paid"]
        await town.publish(payments_stated(town, refused, sequence=2, later=4 * MINUTES))
        assert len(await told(town)) == 1, "older than what is known"


async def test_a_page_takes_the_same_few_statements_whatever_it_holds(town, home) -> None:
    few = town.reservations(home, [date(2022, 9, 1) + timedelta(days=day) for day in range(5)])
    many = town.reservations(home, [date(2022, 9, 1) + timedelta(days=day) for day in range(250)])
    lost = [await statements_of(town, reservations_stated(town, *baskets)) for baskets in ((few,), (few, many))]
    agreeing = [await statements_of(town, reservations_stated(town, few, many)) for _time in range(2)]
    assert len(await charges(town)) == 255
    assert (lost, agreeing) == ([13, 13], [6, 6])


async def statements_of(town: Any, page: ReservationsStated) -> int:
    """How many statements the handler sends."""
    from billing.entrypoints.reconciliation import compare_reservations
    from chassis.messaging.consumer import Received
    from contracts.envelope import Envelope

    envelope = Envelope(
        new_id(), "planning", page.event_type, page.stated_at, page.statement_id, town.tenant, sequence=1
    )
    count = 0

    def note(*_arguments: object) -> None:
        nonlocal count
        count += 1

    async with town.harness.runtime.transaction(town.tenant) as transaction:
        connection = transaction.connection.sync_connection
        sqlalchemy_event.listen(connection, "before_cursor_execute", note)
        await compare_reservations(transaction, Received(page, envelope))
    return count


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARENT])
async def test_only_the_regisseur_reads(town, role) -> None:
    async with town.staff(role) as client:
        assert (await client.get("/reconciliation")).status_code == 403
