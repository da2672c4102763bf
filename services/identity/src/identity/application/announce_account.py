"""Tells the other services that a person may log in."""

from contracts.events import AccountOpened
from identity.application.ports import Store
from identity.domain.accounts import Account


async def announce_account(store: Store, account: Account) -> None:
    """Publishes ``AccountOpened``; the account's row is locked or new."""
    await store.publish(
        AccountOpened(
            account_id=account.account_id,
            user_name=account.user_name,
            roles=tuple(sorted(account.roles)),
            family_id=account.family_id,
            guardian_id=account.guardian_id,
        ),
        sequence=account.version,
    )
