"""Orders, their payments and adhesions in SQL."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from contracts.events import PaymentReversed
from enrolment.adapters.entitlements import price_row
from enrolment.adapters.sql import SqlPart, as_json
from enrolment.domain.adhesion import Adhesion
from enrolment.domain.eligibility import AdhesionStatus
from enrolment.domain.order import Order, OrderLine, OrderStatus, Payment, PaymentState, SurplusReason

_ORDERS = """
    select o.order_id, o.family_id, o.activity_id, o.status, o.payment_id, o.created_at,
        (select jsonb_agg(jsonb_build_array(a.adhesion_id, a.member_id, a.amount_cents, a.status) order by a.position)
         from adhesion a where a.tenant_id = o.tenant_id and a.order_id = o.order_id) as lines
    from adhesion_order o
"""


class SqlOrders(SqlPart):
    """See ``application.ports.Orders``."""

    async def find_order(self, order_id: UUID) -> Order | None:
        """Reads an order."""
        return next(iter(await self.find_orders([order_id])), None)

    async def find_orders(self, order_ids: Collection[UUID]) -> list[Order]:
        """Reads orders."""
        return [_to_order(row) for row in await self._run(f"{_ORDERS} where o.order_id = any(:ids)", ids=[*order_ids])]

    async def open_orders(self, family_id: UUID, activity_id: UUID) -> list[Order]:
        """Orders that are neither paid nor cancelled."""
        rows = await self._run(
            f"{_ORDERS} where o.family_id = :family_id and o.activity_id = :activity_id"
            " and o.status in ('draft', 'awaiting_payment') order by o.order_id",
            family_id=family_id,
            activity_id=activity_id,
        )
        return [_to_order(row) for row in rows]

    async def adhesion_statuses(self, family_id: UUID, activity_id: UUID) -> dict[UUID, AdhesionStatus]:
        """By member: active, or else awaiting payment."""
        rows = await self._run(
            "select member_id, status from adhesion where family_id = :family_id and activity_id = :activity_id"
            " and status in ('awaiting_payment', 'active') order by status desc",
            family_id=family_id,
            activity_id=activity_id,
        )
        # "awaiting_payment" sorts first when descending, so that an active adhesion of the same member overwrites it.
        return {row.member_id: AdhesionStatus(row.status) for row in rows}

    async def insert_order(self, order: Order) -> None:
        """Stores a new order with its lines."""
        await self._run(
            "insert into adhesion_order (tenant_id, order_id, family_id, activity_id, status, created_at)"
            " values (:tenant_id, :order_id, :family_id, :activity_id, :status, :created_at)",
            order_id=order.order_id,
            family_id=order.family_id,
            activity_id=order.activity_id,
            status=order.status.value,
            created_at=order.created_at,
        )
        await self._run(
            """
            insert into adhesion
                (tenant_id, adhesion_id, order_id, position, family_id, member_id, activity_id, status, amount_cents,
                 version)
            select :tenant_id, row.adhesion_id, :order_id, row.position, :family_id, row.member_id, :activity_id,
                row.status, row.amount_cents, 0
            from jsonb_to_recordset(cast(:lines as jsonb)) as row
                (adhesion_id uuid, position int, member_id uuid, status text, amount_cents int)
            """,
            order_id=order.order_id,
            family_id=order.family_id,
            activity_id=order.activity_id,
            lines=_lines_json(order.lines),
        )

    async def write_order(self, order: Order, *, paid_at: datetime | None = None) -> None:
        """Stores what may change of an order and of its lines that are not in force."""
        await self.write_orders([(order, paid_at)])

    async def write_orders(self, orders: Sequence[tuple[Order, datetime | None]]) -> None:
        """The same of several, each with its instant of payment."""
        lines = [line for order, _ in orders for line in order.lines]
        if lines:
            await self._run(
                """
                update adhesion set status = row.status, amount_cents = row.amount_cents
                from jsonb_to_recordset(cast(:lines as jsonb)) as row (adhesion_id uuid, status text, amount_cents int)
                where adhesion.adhesion_id = row.adhesion_id and adhesion.status <> 'active'
                """,
                lines=_lines_json(lines),
            )
        await self._run(
            """
            update adhesion_order set status = row.status, payment_id = row.payment_id, paid_at = row.paid_at
            from unnest(cast(:ids as uuid[]), cast(:statuses as text[]), cast(:payments as uuid[]),
                        cast(:times as timestamptz[])) as row (order_id, status, payment_id, paid_at)
            where adhesion_order.order_id = row.order_id
            """,
            ids=[order.order_id for order, _ in orders],
            statuses=[order.status.value for order, _ in orders],
            payments=[order.payment_id for order, _ in orders],
            times=[paid_at for _, paid_at in orders],
        )

    async def find_payment(self, payment_id: UUID) -> Payment | None:
        """Reads a payment."""
        return next(iter(await self.find_payments([payment_id])), None)

    async def find_payments(self, payment_ids: Collection[UUID]) -> list[Payment]:
        """Reads payments."""
        rows = await self._run(
            "select payment_id, order_id, amount_cents, state, reason, sequence from order_payment"
            " where payment_id = any(:ids)",
            ids=[*payment_ids],
        )
        return [
            Payment(row.payment_id, row.order_id, row.amount_cents, PaymentState(row.state), row.reason, row.sequence)
            for row in rows
        ]

    async def write_payments(self, payments: Sequence[Payment]) -> None:
        """Stores payments, new or known."""
        await self._run(
            """
            insert into order_payment
                (tenant_id, payment_id, order_id, amount_cents, state, reason, sequence, requested_at)
            select :tenant_id, row.*, :now
            from unnest(cast(:ids as uuid[]), cast(:orders as uuid[]), cast(:cents as int[]), cast(:states as text[]),
                        cast(:reasons as text[]), cast(:sequences as bigint[])) as row
            on conflict (tenant_id, payment_id) do update
            set state = excluded.state, reason = excluded.reason, sequence = excluded.sequence
            """,
            ids=[payment.payment_id for payment in payments],
            orders=[payment.order_id for payment in payments],
            cents=[payment.amount_cents for payment in payments],
            states=[payment.state.value for payment in payments],
            reasons=[payment.reason for payment in payments],
            sequences=[payment.sequence for payment in payments],
            now=self._transaction.now(),
        )

    async def enrolled_members(self, family_ids: Sequence[UUID]) -> set[tuple[UUID, UUID, UUID]]:
        """Family, activity and member of the adhesions in force."""
        rows = await self._run(
            "select family_id, activity_id, member_id from adhesion"
            " where family_id = any(:family_ids) and status = 'active'",
            family_ids=[*family_ids],
        )
        return {(row.family_id, row.activity_id, row.member_id) for row in rows}

    async def activate(self, adhesions: Sequence[tuple[Adhesion, datetime, date]]) -> None:
        """Puts adhesions in force at version 1, with their first price."""
        rows = [
            {
                "adhesion_id": adhesion.adhesion_id,
                "valid_from": adhesion.valid_from,
                "valid_until": adhesion.valid_until,
                "paid_at": paid_at,
                "priced_from": priced_from,
                **price_row(adhesion.price),
            }
            for adhesion, paid_at, priced_from in adhesions
        ]
        await self._run(
            """
            update adhesion
            set status = 'active', valid_from = row.valid_from, valid_until = row.valid_until, paid_at = row.paid_at,
                version = 1
            from jsonb_to_recordset(cast(:rows as jsonb)) as row
                (adhesion_id uuid, valid_from date, valid_until date, paid_at timestamptz)
            where adhesion.adhesion_id = row.adhesion_id
            """,
            rows=as_json(rows),
        )
        await self._run(
            """
            insert into adhesion_price
                (tenant_id, adhesion_id, effective_from, unit_price_cents, tariff_label, slot_prices)
            select :tenant_id, row.adhesion_id, row.priced_from, row.unit_price_cents, row.tariff_label, row.slot_prices
            from jsonb_to_recordset(cast(:rows as jsonb)) as row
                (adhesion_id uuid, priced_from date, unit_price_cents int, tariff_label text, slot_prices jsonb)
            """,
            rows=as_json(rows),
        )

    async def insert_surplus(self, payment: Payment, amount_cents: int, reason: SurplusReason, at: datetime) -> None:
        """Keeps for the town hall a sum that buys nothing."""
        await self._run(
            "insert into surplus_payment (tenant_id, payment_id, order_id, family_id, amount_cents, reason, settled_at)"
            " select :tenant_id, :payment_id, o.order_id, o.family_id, :amount_cents, :reason, :at"
            " from adhesion_order o where o.order_id = :order_id",
            payment_id=payment.payment_id,
            order_id=payment.order_id,
            amount_cents=amount_cents,
            reason=reason.value,
            at=at,
        )

    async def insert_return(self, back: PaymentReversed) -> None:
        """Keeps that money of a payment went back, once."""
        await self._run(
            "insert into payment_return (tenant_id, movement_id, payment_id, kind, amount_cents, returned_at)"
            " values (:tenant_id, :movement_id, :payment_id, :kind, :amount_cents, :returned_at)"
            " on conflict do nothing",
            movement_id=back.movement_id,
            payment_id=back.payment_id,
            kind=back.kind.value,
            amount_cents=back.amount_cents,
            returned_at=back.reversed_at,
        )


def _lines_json(lines: Sequence[OrderLine]) -> str:
    return as_json(
        [
            {
                "adhesion_id": line.adhesion_id,
                "position": position,
                "member_id": line.member_id,
                "status": line.status,
                "amount_cents": line.amount_cents,
            }
            for position, line in enumerate(lines)
        ]
    )


def _to_order(row: Row[Any]) -> Order:
    return Order(
        order_id=row.order_id,
        family_id=row.family_id,
        activity_id=row.activity_id,
        status=OrderStatus(row.status),
        lines=tuple(
            OrderLine(UUID(adhesion_id), UUID(member_id), amount_cents, AdhesionStatus(status))
            for adhesion_id, member_id, amount_cents, status in row.lines
        ),
        payment_id=row.payment_id,
        created_at=row.created_at,
    )
