"""The family ledger and the history of payments: what comes from other services' events."""

from sqlalchemy import text

from chassis.database import Transaction
from chassis.messaging.consumer import Received
from contracts.events import AdhesionPaid, PaymentSettled

_ADHESION_MOVEMENTS = text(
    """
    insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label,
                                 debit_cents, credit_cents)
    select :tenant, :family, :at, side.kind, :adhesion,
           side.prefix
               || coalesce(' ' || (select name from activity where activity_id = :activity), '')
               || coalesce(' – ' || (select first_name from member where member_id = :member), ''),
           case side.kind when 'adhesion' then cast(:cents as bigint) else 0 end,
           case side.kind when 'payment' then cast(:cents as bigint) else 0 end
    from (values (1, 'adhesion', 'Adhésion'), (2, 'payment', 'Paiement – Adhésion')) as side(rank, kind, prefix)
    order by side.rank
    on conflict (tenant_id, kind, reference_id) do nothing
    """
)


async def record_adhesion(transaction: Transaction, received: Received[AdhesionPaid]) -> None:
    """An adhesion is paid on the spot: the family is debited and credited at once. A free one leaves no movement."""
    adhesion = received.event
    if adhesion.amount_cents == 0:
        return
    await transaction.connection.execute(
        _ADHESION_MOVEMENTS,
        {
            "tenant": transaction.tenant_id,
            "family": adhesion.family_id,
            "at": received.envelope.time,
            "adhesion": adhesion.adhesion_id,
            "activity": adhesion.activity_id,
            "member": adhesion.member_id,
            "cents": adhesion.amount_cents,
        },
    )


async def keep_payment_outcome(transaction: Transaction, received: Received[PaymentSettled]) -> None:
    """The last outcome of a payment, of invoices or of adhesions; a success is final."""
    settled = received.event
    await transaction.connection.execute(
        text(
            "insert into payment (tenant_id, payment_id, family_id, version, label, amount_cents, status, reason,"
            " settled_at) values (:tenant, :payment, :family, :version, :label, :cents, :status, :reason, :at)"
            " on conflict (tenant_id, payment_id) do update set version = excluded.version, label = excluded.label,"
            " amount_cents = excluded.amount_cents, status = excluded.status, reason = excluded.reason,"
            " settled_at = excluded.settled_at"
            " where payment.status <> 'succeeded'"
            " and (payment.version < excluded.version or excluded.status = 'succeeded')"
        ),
        {
            "tenant": transaction.tenant_id,
            "payment": settled.payment_id,
            "family": settled.family_id,
            "version": received.sequence,
            "label": settled.label,
            "cents": settled.amount_cents,
            "status": settled.status.value,
            "reason": settled.reason,
            "at": settled.settled_at,
        },
    )
