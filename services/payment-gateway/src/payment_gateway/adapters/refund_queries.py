"""What the régie's pages read: what was taken, refunds, and where the ledger disagrees with them."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from payment_gateway.adapters.refund_store import TAKEN
from payment_gateway.adapters.tables import bank_transaction, payment, refund
from payment_gateway.domain.judgement import TransactionOutcome
from payment_gateway.domain.refund import Refund

Rows = Sequence[Row[*tuple[Any, ...]]]

_REFUND = [
    *(refund.c[field.name] for field in fields(Refund)),
    payment.c.label,
    payment.c.family_id,
    payment.c.regie_id,
]


async def taken(connection: AsyncConnection, payment_id: UUID) -> Rows:
    """What the bank took for a payment, what settled it first."""
    columns = bank_transaction.c
    statement = select(*TAKEN, columns.accepted_at, columns.decided_at, columns.confirmed_at)
    statement = statement.where(columns.payment_id == payment_id)
    return (
        await connection.execute(statement.order_by(columns.outcome != TransactionOutcome.SETTLED, columns.accepted_at))
    ).all()


async def refunds(
    connection: AsyncConnection, *, payment_id: UUID | None = None, refund_id: UUID | None = None, limit: int = 100
) -> Rows:
    """Refunds of a payment, or one, or those that are not over; newest first."""
    columns = refund.c
    statement = select(*_REFUND).join(payment, payment.c.payment_id == columns.payment_id)
    if refund_id:
        statement = statement.where(columns.refund_id == refund_id)
    elif payment_id:
        statement = statement.where(columns.payment_id == payment_id)
    else:
        statement = statement.where(columns.ended_at.is_(None))
    return (await connection.execute(statement.order_by(columns.refund_id.desc()).limit(limit))).all()


# Every entry has two sides of one amount; what can go wrong is an entry that is missing, or filed elsewhere.
_DIFFERENCES = text(
    """
    with ledger as (
        select payment_id, sum(cents) filter (where account = 'bank') as bank,
            -sum(cents) filter (where account = 'settled') as settled,
            -sum(cents) filter (where account = 'undecided') as undecided,
            -sum(cents) filter (where account = 'credited') as credited,
            sum(cents) as total
        from ledger_side group by payment_id
    ),
    backs as (
        select tenant_id, protocol, site, transaction_id, sum(amount_cents) as cents
        from bank_reversal group by tenant_id, protocol, site, transaction_id
    ),
    said as (
        select payment_id, sum(net) as bank,
            coalesce(sum(net) filter (where outcome = 'settled'), 0) as settled,
            coalesce(sum(net) filter (where outcome <> 'settled' and decision <> 'credited'), 0) as undecided,
            coalesce(sum(net) filter (where decision = 'credited'), 0) as credited
        from (
            select t.payment_id, t.outcome, t.decision, t.amount_cents - coalesce(b.cents, 0) as net
            from bank_transaction t left join backs b using (tenant_id, protocol, site, transaction_id)
        ) each group by payment_id
    ),
    misfiled as (
        select distinct e.payment_id from ledger_entry e join payment p using (tenant_id, payment_id)
        where (e.family_id, e.regie_id) is distinct from (p.family_id, p.regie_id)
    ),
    found as (
        select payment_id, 'unbalanced' as kind, total as ledger_cents, 0 as expected_cents from ledger where total <> 0
        union all
        select payment_id, account, ledger_cents, expected_cents
        from (select payment_id, l.bank, s.bank as s_bank, l.settled, s.settled as s_settled, l.undecided,
                     s.undecided as s_undecided, l.credited, s.credited as s_credited
              from ledger l full join said s using (payment_id)) both_sides
        cross join lateral (values ('bank', bank, s_bank), ('settled', settled, s_settled),
            ('undecided', undecided, s_undecided), ('credited', credited, s_credited))
            as side(account, ledger_cents, expected_cents)
        where coalesce(ledger_cents, 0) <> coalesce(expected_cents, 0)
        union all
        select payment_id, 'given_back_twice', bank, 0 from said where bank < 0
        union all
        select payment_id, 'unsettled', coalesce(s.settled, 0), p.amount_cents from payment p
        left join (select payment_id, sum(amount_cents) as settled from bank_transaction where outcome = 'settled'
                   group by payment_id) s using (payment_id)
        where (p.status = 'succeeded') <> (coalesce(s.settled, 0) = p.amount_cents)
        union all
        select payment_id, 'misfiled', 0, 0 from misfiled
    )
    select f.payment_id, p.label, p.family_id, f.kind, coalesce(f.ledger_cents, 0)::bigint as ledger_cents,
        coalesce(f.expected_cents, 0)::bigint as expected_cents
    from found f join payment p using (payment_id) order by f.payment_id desc, f.kind limit :limit
    """
)


async def differences(connection: AsyncConnection, limit: int = 100) -> Rows:
    """Payments whose ledger is not what the bank's transactions and refunds say."""
    return (await connection.execute(_DIFFERENCES, {"limit": limit})).all()
