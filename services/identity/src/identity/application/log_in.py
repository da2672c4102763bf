"""Opens a session with user name and password."""

from dataclasses import replace

from chassis.ids import new_id
from identity.application.guard_attempts import AttemptGuard
from identity.application.issue_session import IssuedSession, add_refresh_token, issue_session
from identity.application.ports import BusyError, Caller, Context
from identity.domain.accounts import Account
from identity.domain.devices import device_of, give_device
from identity.domain.passwords import WrongCredentialsError
from identity.domain.sessions import open_session
from identity.domain.tickets import place_of, ticket_for
from identity.domain.user_names import fold


async def log_in(
    context: Context,
    *,
    user_name: str,
    password: str,
    remember: bool,
    address: str,
    device: str | None = None,
    ticket: str | None = None,
) -> IssuedSession:
    """The new session. The same work is done whether or not the user name exists.

    ``device``: what an earlier login gave; ``ticket``: what an earlier try that was put off gave. Raises
    ``WrongCredentialsError``, ``TooManyAttemptsError`` or ``BusyError``, which has the ticket of the next try.
    """
    name = fold(user_name)
    known_device = device_of(context.digest, name, device)
    waits = f"{context.tenant_id}/{name}"
    place = place_of(context.digest, waits, ticket)
    try:
        async with context.turn(Caller(address, known=known_device is not None, place=place)):
            guard = AttemptGuard(context, name, address, known_device)
            account = await _verified(context, guard, name, password)
            issued = await _open(context, guard, account, remember=remember)
    except BusyError as busy:
        if busy.place:
            busy.details["ticket"] = ticket_for(context.digest, waits, busy.place)
        raise
    return replace(issued, device=device if known_device else give_device(context.digest, name))


async def _verified(context: Context, guard: AttemptGuard, name: str, password: str) -> Account:
    async with context.open_store() as store:
        await guard.begin(store)
        account = await store.accounts.by_user_name(name)
    expected = None if account is None or account.closed else account.password_hash
    right = await context.hasher.verify(expected, password)
    if account is None or not right:
        raise WrongCredentialsError
    return account


async def _open(context: Context, guard: AttemptGuard, verified: Account, *, remember: bool) -> IssuedSession:
    now = context.now()
    session = open_session(new_id(), verified.account_id, remember=remember, now=now)
    async with context.open_store() as store:
        account = await store.accounts.by_id(verified.account_id, lock=True)
        if account is None or account.closed or account.password_hash != verified.password_hash:
            raise WrongCredentialsError  # changed while the password was being verified
        await guard.succeeded(store)
        await store.sessions.add(session)
        refresh_token = await add_refresh_token(store, session)
    return await issue_session(context, account, session, refresh_token, now)
