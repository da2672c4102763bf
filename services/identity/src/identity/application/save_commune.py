"""Registers a commune, or changes its description, for the platform's operator."""

from dataclasses import dataclass

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.events import TenantRegistered, TenantUpdated
from contracts.values import Role
from identity.application.announce_account import announce_account
from identity.application.ports import Context, Store
from identity.domain.accounts import Account
from identity.domain.passwords import require_strong


class SlugTakenError(DomainError):
    """Another commune has this slug."""

    slug = "slug-taken"
    sentence = "Une autre commune porte déjà ce nom court. Choisissez-en un autre."


class HostnameTakenError(DomainError):
    """Another commune answers at one of these host names."""

    slug = "hostname-taken"


@dataclass(frozen=True)
class NewAdministrator:
    """A commune's first administrator, with the password of their choice."""

    user_name: str
    password: str
    display_name: str
    email: str | None


async def save_commune(context: Context, description: TenantRegistered, administrator: NewAdministrator | None) -> None:
    """Publishes what changed. The administrator is created only when the user name is not there yet.

    Raises ``SlugTakenError``, ``HostnameTakenError``, ``WeakPasswordError`` or ``BusyError``.
    """
    account = await _missing_administrator(context, administrator) if administrator else None
    async with context.open_store() as store:
        await _save_description(store, description)
        if account and await store.accounts.by_user_name(account.user_name) is None:
            await store.accounts.add(account)
            await announce_account(store, account)


async def _missing_administrator(context: Context, wanted: NewAdministrator) -> Account | None:
    async with context.open_store() as store:
        if await store.accounts.by_user_name(wanted.user_name):
            return None
    require_strong(wanted.password, user_name=wanted.user_name, commune_names=context.commune_names)
    return Account(
        account_id=new_id(),
        user_name=wanted.user_name,
        display_name=wanted.display_name,
        email=wanted.email,
        roles=frozenset({Role.ADMINISTRATOR}),
        password_hash=await context.hasher.hash(wanted.password),
    )


async def _save_description(store: Store, description: TenantRegistered) -> None:
    known = await store.communes.locked(description.tenant_id)
    slug_taken, hostnames_taken = await store.communes.conflicts(description)
    if slug_taken:
        raise SlugTakenError
    if hostnames_taken:
        names = ", ".join(hostnames_taken)
        raise HostnameTakenError(f"Une autre commune répond déjà à cette adresse: {names}.", hostnames=hostnames_taken)
    if known is None:
        await store.communes.save(description, 1)
        await store.publish(description, sequence=1)
    elif known[0] != description:
        version = known[1] + 1
        await store.communes.save(description, version)
        await store.publish(TenantUpdated.model_validate(description.model_dump()), sequence=version)
