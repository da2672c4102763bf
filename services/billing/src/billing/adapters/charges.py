"""Charges, kept in step with reservations and frozen once invoiced."""

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import text

from billing.adapters.invoicing import CHARGES_LOCK
from chassis.database import PLAN_ONCE, Transaction
from contracts.events import AttendanceRecorded, ReservationsCommitted
from contracts.events.planning import StatedReservation

_INCOMING = """
    jsonb_to_recordset(cast(:reservations as jsonb)) as r(
        reservation_id uuid, version bigint, family_id uuid, member_id uuid, activity_id uuid, regie_id uuid,
        day date, element_name text, tariff_label text, unit_price_cents bigint, status text,
        billed boolean, pay_until timestamptz)
"""

_KEEP_VERSIONS = text(
    f"""
    insert into reservation (tenant_id, reservation_id, version, kept_at)
    select :tenant, reservation_id, max(version), cast(:now as timestamptz)
    from {_INCOMING} group by reservation_id order by reservation_id
    on conflict (tenant_id, reservation_id) do update set version = excluded.version
    where reservation.version < excluded.version
    returning reservation_id
    """  # noqa: S608 - our own text
)

_HOLD = f"select pg_advisory_xact_lock_shared({CHARGES_LOCK})"
_HOLD_AND_PLAN_ONCE = text(f"{_HOLD}, {PLAN_ONCE}")

# By the family as well: to the planner of a new table all indexes cost the same, and one begins with the family.
_DROP_OPEN = text(
    "delete from charge where invoice_id is null and family_id = any(:families) and reservation_id = any(:reservations)"
)

# The open charge is what brings the invoiced quantity (0 or 1) to the wanted one (0 or 1): +1, -1 or none at all.
_INSERT_CHARGES = text(
    f"""
    with wanted as (
        select distinct on (reservation_id) r.*, (r.status = 'booked' and r.billed)::int as quantity
        from {_INCOMING}
        where reservation_id = any(:changed)
        order by reservation_id, version desc
    )
    insert into charge (tenant_id, charge_id, reservation_id, family_id, regie_id, member_id, activity_id, day,
                        element_name, tariff_label, quantity, unit_price_cents, basket_id, pay_until)
    select :tenant, uuid7(), w.reservation_id, w.family_id, w.regie_id, w.member_id, w.activity_id, w.day,
           w.element_name, w.tariff_label, w.quantity - invoiced.quantity,
           case when w.quantity < invoiced.quantity then invoiced.unit_price_cents else w.unit_price_cents end,
           case when w.pay_until is not null then cast(:basket as uuid) end,
           case when cast(:basket as uuid) is not null then w.pay_until end
    from wanted w
    cross join lateral (
        select coalesce(sum(c.quantity), 0) as quantity,
               (array_agg(c.unit_price_cents order by c.charge_id desc))[1] as unit_price_cents
        from charge c where c.reservation_id = w.reservation_id and c.invoice_id is not null
    ) invoiced
    where w.quantity <> invoiced.quantity
    """  # noqa: S608 - our own text
)


async def keep_reservations(transaction: Transaction, committed: ReservationsCommitted) -> None:
    """A basket was booked or cancelled: see ``keep_states``. What it has to pay at once is charged apart."""
    family = committed.family_id
    states = [StatedReservation(family_id=family, reservation=reservation) for reservation in committed.reservations]
    await keep_states(transaction, states, committed.basket_id)


async def keep_attendances(transaction: Transaction, recorded: AttendanceRecorded) -> None:
    """Absences were announced or decided, which may excuse the family from paying them: see ``keep_states``."""
    family = recorded.family_id
    states = [StatedReservation(family_id=family, reservation=each.reservation) for each in recorded.attendances]
    await keep_states(transaction, states)


async def keep_states(
    transaction: Transaction, states: Sequence[StatedReservation], basket_id: UUID | None = None
) -> None:
    """Applies what is newer than what is known, in four statements whatever the number of reservations.

    A reservation that is cancelled, or no longer billed, loses its open charge; when it was invoiced already, the day
    is given back by a charge of quantity -1, at the price that was invoiced, for the next invoice. The price of a
    booking is taken as received.
    """
    rows = reservations_json(states)
    connection = transaction.connection
    await connection.execute(_HOLD_AND_PLAN_ONCE)
    kept = await connection.execute(
        _KEEP_VERSIONS, {"tenant": transaction.tenant_id, "now": transaction.now(), "reservations": rows}
    )
    if not (changed := list(kept.scalars())):
        return
    await drop_open_charges(transaction, {state.family_id for state in states}, changed)
    await connection.execute(
        _INSERT_CHARGES,
        {"tenant": transaction.tenant_id, "reservations": rows, "changed": changed, "basket": basket_id},
    )


async def drop_open_charges(
    transaction: Transaction, family_ids: Iterable[UUID], reservation_ids: Sequence[UUID]
) -> None:
    """Deletes the charges of reservations of these families that are on no invoice yet."""
    found_by = {"families": list(family_ids), "reservations": reservation_ids}
    await transaction.connection.execute(_DROP_OPEN, found_by)


async def hold_charges(transaction: Transaction) -> None:
    """Keeps invoicing runs off until the transaction ends."""
    await transaction.connection.execute(text(_HOLD))


async def forget_versions(transaction: Transaction, versions: Sequence[tuple[UUID, int]]) -> None:
    """Forgets reservations that still have these versions, so that the same state can be applied anew."""
    await transaction.connection.execute(
        text(
            "delete from reservation where (reservation_id, version) in"
            " (select * from unnest(cast(:ids as uuid[]), cast(:versions as bigint[])))"
        ),
        {"ids": [each for each, _version in versions], "versions": [version for _each, version in versions]},
    )


def reservations_json(states: Iterable[StatedReservation]) -> str:
    """Rows for ``jsonb_to_recordset``."""
    return json.dumps(
        [{**state.reservation.model_dump(mode="json"), "family_id": str(state.family_id)} for state in states]
    )
