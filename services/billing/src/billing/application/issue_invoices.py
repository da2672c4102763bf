"""Issues the invoices of a month."""

from billing.application.ports import InvoicingRun, InvoicingStore


async def issue_invoices(store: InvoicingStore, run: InvoicingRun) -> bool:
    """Invoices what is owed for days before the end of the run's month and not invoiced yet; or a basket's share.

    A family that owes nothing, or is owed money, gets no invoice: its credit waits for a later run. Runs of one
    commune go one after the other, so that numbers have no gap and no charge is invoiced twice. Returns False when
    the schedule already did this month.
    """
    await store.lock_charges()
    if not await store.open_run(run):
        return False
    last = await store.lock_last_sequence(run.period)
    issued = await store.insert_invoices(run, after_sequence=last)
    if issued:
        await store.keep_last_sequence(run.period, last + issued)
        await store.insert_lines(run)
        await store.attach_charges(run)
        await store.debit_families(run)
        if run.prompt:
            await store.ask_prompt_payment(run)
        await store.announce_invoices(run)
    return True
