"""Reads reservations in the order in which they are stated."""

from collections.abc import Sequence

from sqlalchemy import text

from chassis.database import Transaction
from chassis.statements import Owned
from contracts.event import Event
from contracts.events.planning import ReservationState, StatedReservation
from contracts.events.statement import Position
from planning.adapters.reservation_queries import ELEMENT_NAME

# A place that is only offered is nobody's yet.
# One whose activity is not known (any more) cannot be stated whole: it counts as changed now, and is only named.
# What a list of the day adds to a bill is stated like a reservation, which billing keeps it as.
_PAGE = text(
    f"""
    with r as (
        select tenant_id, reservation_id, version, family_id, member_id, activity_id, regie_id, day, slot, tariff_label,
               unit_price_cents, status, billed, '' as also, booked_at, cancelled_at, attendance_at
        from reservation where status <> 'offered'
        union all
        select tenant_id, charge_id, version, family_id, member_id, activity_id, regie_id, day, slot, tariff_label,
               unit_price_cents, status, true, ' – ' || words, changed_at, null, null
        from presence_charge
    )
    select r.*, coalesce({ELEMENT_NAME}, '') || r.also as element_name,
           case when a.activity_id is null then cast(:now as timestamptz)
                else greatest(r.booked_at, r.cancelled_at, r.attendance_at) end as changed_at
    from r left join activity a using (tenant_id, activity_id)
    where (r.day, r.reservation_id) > (cast(:after_day as date), cast(:after_id as uuid))
      and (r.day, r.reservation_id) <= (cast(:until_day as date), cast(:until_id as uuid))
    order by r.day, r.reservation_id
    limit :limit
    """  # noqa: S608 - ours
)


class SqlStatementStore:
    """``StatementStore`` on a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def reservations(self, after: Position, until: Position, limit: int) -> Sequence[Owned[StatedReservation]]:
        """See the port."""
        rows = await self._transaction.connection.execute(
            _PAGE,
            {
                "after_day": after.day,
                "after_id": after.id,
                "until_day": until.day,
                "until_id": until.id,
                "limit": limit,
                "now": self._transaction.now(),
            },
        )
        return [
            Owned(
                Position(day=row["day"], id=row["reservation_id"]),
                row["changed_at"],
                StatedReservation(family_id=row["family_id"], reservation=ReservationState.model_validate({**row})),
            )
            for row in rows.mappings()
        ]

    async def publish(self, event: Event, *, sequence: int) -> None:
        """See the port."""
        await self._transaction.publish(event, sequence=sequence)
