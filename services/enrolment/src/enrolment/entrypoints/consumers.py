"""Events that enrolment listens to."""

from collections.abc import Sequence

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received, Together
from contracts.events import AccountOpened, PaymentReversed, PaymentSettled
from enrolment.adapters.store import store_of_event
from enrolment.application.note_return import note_return
from enrolment.application.settle_payments import Outcome, settle_payments


async def on_payments_settled(transaction: Transaction, events: Sequence[Received[PaymentSettled]]) -> None:
    """The bank's answers about payments."""
    outcomes = [Outcome(each.event, each.sequence, each.envelope.traceparent) for each in events]
    await settle_payments(await store_of_event(transaction), outcomes)


async def on_account_opened(transaction: Transaction, received: Received[AccountOpened]) -> None:
    """A guardian's account: its user name is shown in the file. Staff accounts are of no interest here."""
    account = received.event
    if account.guardian_id is None:
        return
    store = await store_of_event(transaction)
    await store.note_account(account.guardian_id, account.account_id, account.user_name, received.sequence)


async def on_payment_reversed(transaction: Transaction, received: Received[PaymentReversed]) -> None:
    """Money of a payment went back, or did not come."""
    await note_return(await store_of_event(transaction), received.event)


CONSUMERS = [
    Consumer("payments", {PaymentSettled: Together(on_payments_settled), PaymentReversed: on_payment_reversed}),
    Consumer("accounts", {AccountOpened: on_account_opened}),
]
