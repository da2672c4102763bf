"""An invoicing run in SQL: every step is one statement over all families."""

from sqlalchemy import text

from billing.application.ports import InvoicingRun
from billing.domain.period import Period
from chassis.database import Transaction
from chassis.outbox import OUTBOX
from chassis.tracing import current_traceparent
from contracts.events import InvoiceIssued

INVOICE_FILES = "invoice-files"
"""The job that makes the files of new invoices."""

CHARGES_LOCK = "hashtextextended('billing-charges/' || current_setting('app.tenant_id'), 0)"
"""Key of the commune's advisory lock: shared by whoever writes charges, exclusive for a run."""

# A family not known yet waits for the next run, like one that owes nothing.
_INSERT_INVOICES = """
    with totals as (
        select c.family_id, c.regie_id, sum(c.amount_cents) as amount_cents
        from charge c join family using (tenant_id, family_id)
        where c.invoice_id is null and {which}
        group by c.family_id, c.regie_id
        having sum(c.amount_cents) > 0
    ),
    numbered as (
        select t.*, f.name as family_name, f.address_line, f.postal_code, f.city,
               coalesce(r.name, 'Régie') as regie_name,
               coalesce((select g.first_name || ' ' || g.last_name from guardian g
                         where g.family_id = t.family_id and g.position is not null
                         order by g.position limit 1), f.name) as recipient,
               :after + row_number() over (order by f.name, t.family_id, r.name, t.regie_id) as sequence
        from totals t
        join family f using (family_id)
        left join regie r using (regie_id)
    )
    insert into invoice (tenant_id, invoice_id, run_id, period, sequence, number, family_id, family_name, recipient,
                         address_line, postal_code, city, regie_id, regie_name, issued_on, due_on, amount_cents)
    select :tenant, uuid7(), :run, cast(:period as date), sequence,
           to_char(cast(:period as date), 'YYMM') || lpad(sequence::text, greatest(3, length(sequence::text)), '0'),
           family_id, family_name, recipient, address_line, postal_code, city, regie_id, regie_name,
           :issued_on, :due_on, amount_cents
    from numbered
    """

_INSERT_LINES = """
    insert into invoice_line (tenant_id, invoice_id, position, member_first_name, element_name, days, quantity,
                              unit_price_cents, amount_cents)
    select i.tenant_id, i.invoice_id,
           row_number() over (partition by i.invoice_id
                              order by min(m.first_name), c.member_id, min(c.day), c.element_name, c.unit_price_cents),
           coalesce(min(m.first_name), ''), c.element_name, array_agg(c.day order by c.day), sum(c.quantity),
           c.unit_price_cents, sum(c.amount_cents)
    from invoice i
    join charge c using (tenant_id, family_id, regie_id)
    left join member m using (tenant_id, member_id)
    where i.run_id = :run and c.invoice_id is null and {which}
    group by i.tenant_id, i.invoice_id, c.member_id, c.element_name, c.unit_price_cents, c.quantity
    """

_ATTACH_CHARGES = """
    update charge c set invoice_id = i.invoice_id
    from invoice i
    where i.run_id = :run and i.tenant_id = c.tenant_id and i.family_id = c.family_id and i.regie_id = c.regie_id
      and c.invoice_id is null and {which}
    """

_DEBIT_FAMILIES = text(
    """
    insert into ledger_movement (tenant_id, family_id, occurred_at, kind, reference_id, label, debit_cents)
    select tenant_id, family_id, :now, 'invoice', invoice_id, 'Facture ' || number, amount_cents
    from invoice where run_id = :run order by sequence
    """
)

_ANNOUNCE = text(
    """
    insert into outbox (id, tenant_id, source, type, subject, sequence, time, traceparent, body)
    select uuid7(), tenant_id, 'billing', :type, invoice_id, version, :now, :traceparent,
           jsonb_build_object(
               'invoice_id', invoice_id, 'number', number, 'family_id', family_id,
               'regie', jsonb_build_object('regie_id', regie_id, 'name', regie_name),
               'period', period, 'issued_on', issued_on, 'due_on', due_on, 'amount_cents', amount_cents,
               'pay_until', p.pay_until)
    from invoice left join prompt_invoice p using (tenant_id, invoice_id) where run_id = :run order by sequence
    """
)


class SqlInvoicingStore:
    """``InvoicingStore`` on a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection

    async def lock_charges(self) -> None:
        """Exclusive until the transaction ends.

        Every statement of a run joins all open charges of the commune: hash joins are right, and nested loops, which
        PostgreSQL may choose while it has no statistics of rows just written, take minutes instead of a second.
        """
        await self._connection.execute(
            text(f"select pg_advisory_xact_lock({CHARGES_LOCK}), set_config('enable_nestloop', 'off', true)")
        )

    async def open_run(self, run: InvoicingRun) -> bool:
        """See the port."""
        opened = await self._connection.execute(
            text(
                "insert into invoicing_run (tenant_id, run_id, period, automatic, requested_by, basket_id, created_at)"
                " values (:tenant, :run, :period, :automatic, :requested_by, :basket, :now)"
                " on conflict (tenant_id, period) where automatic do nothing"
            ),
            {
                "tenant": self._transaction.tenant_id,
                "run": run.run_id,
                "period": run.period.first_day,
                "automatic": run.automatic,
                "requested_by": run.requested_by,
                "basket": run.prompt and run.prompt.basket_id,
                "now": self._transaction.now(),
            },
        )
        return opened.rowcount == 1

    async def lock_last_sequence(self, period: Period) -> int:
        """See the port."""
        key = {"tenant": self._transaction.tenant_id, "period": period.first_day}
        await self._connection.execute(
            text("insert into invoice_counter (tenant_id, period) values (:tenant, :period) on conflict do nothing"),
            key,
        )
        last = await self._connection.scalar(
            text("select last_sequence from invoice_counter where period = :period for update"),
            {"period": period.first_day},
        )
        return int(last)

    async def insert_invoices(self, run: InvoicingRun, *, after_sequence: int) -> int:
        """See the port."""
        return await self._run(
            _INSERT_INVOICES,
            run,
            tenant=self._transaction.tenant_id,
            period=run.period.first_day,
            issued_on=run.issued_on,
            due_on=run.due_on,
            after=after_sequence,
        )

    async def keep_last_sequence(self, period: Period, sequence: int) -> None:
        """See the port."""
        await self._connection.execute(
            text("update invoice_counter set last_sequence = :sequence where period = :period"),
            {"period": period.first_day, "sequence": sequence},
        )

    async def insert_lines(self, run: InvoicingRun) -> None:
        """See the port."""
        await self._run(_INSERT_LINES, run)

    async def attach_charges(self, run: InvoicingRun) -> None:
        """See the port."""
        await self._run(_ATTACH_CHARGES, run)

    async def _run(self, statement: str, run: InvoicingRun, **values: object) -> int:
        """Runs a statement over the run's charges; how many rows it wrote."""
        if run.prompt:
            which = "c.basket_id = :basket and c.pay_until = :pay_until"
            values |= {"basket": run.prompt.basket_id, "pay_until": run.prompt.pay_until}
        else:
            which, values["end"] = "c.day < :end", run.period.end
        done = await self._connection.execute(text(statement.format(which=which)), {**values, "run": run.run_id})
        return done.rowcount

    async def debit_families(self, run: InvoicingRun) -> None:
        """See the port."""
        await self._connection.execute(_DEBIT_FAMILIES, {"run": run.run_id, "now": self._transaction.now()})

    async def ask_prompt_payment(self, run: InvoicingRun) -> None:
        """See the port."""
        await self._connection.execute(
            text(
                "insert into prompt_invoice (tenant_id, invoice_id, pay_until, status)"
                " select tenant_id, invoice_id, :pay_until, 'open' from invoice where run_id = :run"
            ),
            {"run": run.run_id, "pay_until": run.prompt and run.prompt.pay_until},
        )

    async def announce_invoices(self, run: InvoicingRun) -> None:
        """Same columns as ``chassis.outbox.insert_events``, for all invoices at once."""
        await self._connection.execute(
            _ANNOUNCE,
            {
                "run": run.run_id,
                "type": InvoiceIssued.event_type,
                "now": self._transaction.now(),
                "traceparent": current_traceparent(),
            },
        )
        self._transaction.wake(OUTBOX)
        self._transaction.wake(INVOICE_FILES)
