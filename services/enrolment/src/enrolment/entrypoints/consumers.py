"""Events that enrolment listens to."""

from chassis.database import Transaction
from chassis.messaging.consumer import Consumer, Received
from contracts.events import AccountOpened, PaymentSettled
from enrolment.adapters.store import store_of_event
from enrolment.application.settle_payment import settle_payment


async def on_payment_settled(transaction: Transaction, received: Received[PaymentSettled]) -> None:
    """The bank's answer about a payment."""
    await settle_payment(await store_of_event(transaction), received.event, received.sequence)


async def on_account_opened(transaction: Transaction, received: Received[AccountOpened]) -> None:
    """A guardian's account: its user name is shown in the file. Staff accounts are of no interest here."""
    account = received.event
    if account.guardian_id is None:
        return
    store = await store_of_event(transaction)
    await store.note_account(account.guardian_id, account.account_id, account.user_name, received.sequence)


CONSUMERS = [
    Consumer("payments", {PaymentSettled: on_payment_settled}),
    Consumer("accounts", {AccountOpened: on_account_opened}),
]
