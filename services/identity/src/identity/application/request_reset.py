"""Notes that somebody forgot a password. Whether the account exists is found out later, by a job."""

from chassis.ids import new_id
from identity.application.guard_attempts import count_reset_request
from identity.application.ports import Context
from identity.domain.resets import Reset


async def request_reset(context: Context, *, user_name_or_email: str, address: str, form: bytes | None) -> None:
    """Always does the same work. The same form sent twice is one request.

    Raises ``TooManyAttemptsError`` for an address that asks endlessly.
    """
    async with context.open_store() as store:
        await count_reset_request(context, store, address)
        await store.resets.add(Reset(new_id(), user_name_or_email, context.now(), asked_with=form))
