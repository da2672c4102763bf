"""Events identity follows: families and their guardians."""

from chassis.database import Transaction
from chassis.errors import TransientError
from chassis.messaging.consumer import Consumer, Received
from contracts.events import FamilyRegistered, GuardianChanged
from identity.adapters.store import SqlStore
from identity.application.follow_families import follow_family, follow_guardian
from identity.domain.accounts import UserNameTakenError


async def _on_family(transaction: Transaction, received: Received[FamilyRegistered]) -> None:
    try:
        await follow_family(SqlStore(transaction), received.event, version=received.sequence, at=received.envelope.time)
    except UserNameTakenError as error:
        raise TransientError("a town-hall account took the user name at the same moment") from error


async def _on_guardian(transaction: Transaction, received: Received[GuardianChanged]) -> None:
    try:
        await follow_guardian(
            SqlStore(transaction), received.event, version=received.sequence, at=received.envelope.time
        )
    except UserNameTakenError as error:
        raise TransientError("a town-hall account took the user name at the same moment") from error


CONSUMERS = [Consumer("families", {FamilyRegistered: _on_family, GuardianChanged: _on_guardian})]
