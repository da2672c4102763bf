"""The family ledger and the history of payments: what comes from other services' events."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from contracts.events import AdhesionPaid, PaymentSettled
from contracts.values import PaymentStatus

_ADHESION_MOVEMENTS = text(
    """
    insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label,
                                 debit_cents, credit_cents)
    select :tenant, a.family_id, a.at, side.kind, a.adhesion_id,
           side.prefix || coalesce(' ' || activity.name, '') || coalesce(' – ' || member.first_name, ''),
           case side.kind when 'adhesion' then a.cents else 0 end,
           case side.kind when 'payment' then a.cents else 0 end
    from unnest(cast(:families as uuid[]), cast(:times as timestamptz[]), cast(:adhesions as uuid[]),
                cast(:activities as uuid[]), cast(:members as uuid[]), cast(:cents as bigint[]))
         with ordinality as a(family_id, at, adhesion_id, activity_id, member_id, cents, place)
    left join activity on activity.activity_id = a.activity_id
    left join member on member.member_id = a.member_id
    cross join (values (1, 'adhesion', 'Adhésion'), (2, 'payment', 'Paiement – Adhésion')) as side(rank, kind, prefix)
    order by a.place, side.rank
    on conflict (tenant_id, kind, reference_id) do nothing
    """
)
_OUTCOMES = text(
    """
    insert into payment (tenant_id, payment_id, family_id, version, label, amount_cents, status, reason, settled_at)
    select :tenant, p.* from unnest(
        cast(:payments as uuid[]), cast(:families as uuid[]), cast(:versions as bigint[]), cast(:labels as text[]),
        cast(:cents as bigint[]), cast(:statuses as text[]), cast(:reasons as text[]), cast(:times as timestamptz[])
    ) as p
    on conflict (tenant_id, payment_id) do update
    set version = excluded.version, label = excluded.label, amount_cents = excluded.amount_cents,
        status = excluded.status, reason = excluded.reason, settled_at = excluded.settled_at
    where payment.status <> 'succeeded' and (payment.version < excluded.version or excluded.status = 'succeeded')
    """
)


async def record_adhesions(transaction: Transaction, events: Sequence[Received[AdhesionPaid]]) -> None:
    """An adhesion is paid on the spot: the family is debited and credited at once. A free one leaves no movement."""
    paid = [received for received in events if received.event.amount_cents]
    if not paid:
        return
    await transaction.connection.execute(
        _ADHESION_MOVEMENTS,
        {
            "tenant": transaction.tenant_id,
            "families": [received.event.family_id for received in paid],
            "times": [received.envelope.time for received in paid],
            "adhesions": [received.event.adhesion_id for received in paid],
            "activities": [received.event.activity_id for received in paid],
            "members": [received.event.member_id for received in paid],
            "cents": [received.event.amount_cents for received in paid],
        },
    )


async def keep_payment_outcomes(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    """The last outcome of each payment, of invoices or of adhesions; a success is final."""
    last = dict[UUID, Received[PaymentSettled]]()
    for received in sorted(events, key=_finality):
        last[received.event.payment_id] = received
    kept = list(last.values())
    await transaction.connection.execute(
        _OUTCOMES,
        {
            "tenant": transaction.tenant_id,
            "payments": [received.event.payment_id for received in kept],
            "families": [received.event.family_id for received in kept],
            "versions": [received.sequence for received in kept],
            "labels": [received.event.label for received in kept],
            "cents": [received.event.amount_cents for received in kept],
            "statuses": [received.event.status.value for received in kept],
            "reasons": [received.event.reason for received in kept],
            "times": [received.event.settled_at for received in kept],
        },
    )


def _finality(received: Received[PaymentSettled]) -> tuple[bool, int]:
    """Of two outcomes of one payment the greater counts."""
    return received.event.status is PaymentStatus.SUCCEEDED, received.sequence
