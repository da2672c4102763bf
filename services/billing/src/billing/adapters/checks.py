"""Where the account disagrees with what it accounts for: nowhere, unless something is broken."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, text

from chassis.database import Transaction

# Every movement has two sides of one amount. What can go wrong is a movement that is missing: the family's balance is
# then not what is due on its invoices, less what the town holds for it.
_DIFFERENCES = text(
    """
    with due as (
        select family_id, sum(amount_cents - paid_cents - credited_cents) as cents from invoice group by family_id
    ),
    held as (
        select family_id, sum(cents) as cents from payment_use where invoice_id is null group by family_id
    ),
    undecided as (
        select s.family_id, sum(greatest(s.amount_cents - coalesce(r.cents, 0), 0)) as cents
        from surplus s left join (select tenant_id, source_id, sum(amount_cents) as cents from payment_return
                                  where is_surplus group by tenant_id, source_id) r
            on r.tenant_id = s.tenant_id and r.source_id = s.surplus_id
        where s.decision <> 'credited' group by s.family_id
    ),
    owed as (
        select family_id, sum(amount_cents) as cents from payment_return
        where purpose = 'adhesion_order' and kind <> 'refund' and not is_surplus group by family_id
    ),
    account as (
        select family_id, sum(cents) filter (where account = 'family') as cents, sum(cents) as total
        from ledger_side group by family_id
    ),
    families as (
        select family_id from due union select family_id from held union select family_id from undecided
        union select family_id from owed union select family_id from account
    ),
    said as (
        select family_id, coalesce(account.cents, 0) as balance, coalesce(account.total, 0) as total,
            coalesce(due.cents, 0) - coalesce(held.cents, 0) - coalesce(undecided.cents, 0) + coalesce(owed.cents, 0)
                as expected
        from families left join due using (family_id) left join held using (family_id)
        left join undecided using (family_id) left join owed using (family_id) left join account using (family_id)
    ),
    paid as (
        select invoice_id, sum(cents) as cents from payment_use where invoice_id is not null group by invoice_id
    ),
    returned as (
        select source_id, sum(amount_cents) as cents from payment_return where not is_surplus group by source_id
    ),
    used as (
        select source_id, sum(cents) as cents from payment_use group by source_id
    )
    select 'unbalanced' as kind, family_id, family_id as about_id, total::bigint as found_cents,
        0::bigint as expected_cents from said where total <> 0
    union all
    select 'family', family_id, family_id, balance::bigint, expected::bigint from said where balance <> expected
    union all
    select 'invoice', i.family_id, i.invoice_id, i.paid_cents, coalesce(p.cents, 0)::bigint
    from invoice i left join paid p using (invoice_id) where i.paid_cents <> coalesce(p.cents, 0)
    union all
    select 'payment', p.family_id, p.payment_id, coalesce(u.cents, 0)::bigint,
        (p.amount_cents - coalesce(r.cents, 0))::bigint
    from payment p join invoice_payment ip using (tenant_id, payment_id)
    left join used u on u.source_id = p.payment_id left join returned r on r.source_id = p.payment_id
    where p.status = 'succeeded' and coalesce(u.cents, 0) <> p.amount_cents - coalesce(r.cents, 0)
    order by 1, 2, 3 limit :limit
    """
)


async def differences(transaction: Transaction, limit: int = 100) -> Sequence[RowMapping]:
    """Families, invoices and payments whose account is not what the rest says: kind, family, amounts in cents."""
    return (await transaction.connection.execute(_DIFFERENCES, {"limit": limit})).mappings().all()
