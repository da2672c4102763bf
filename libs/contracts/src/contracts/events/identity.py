"""Events of identity: communes and accounts."""

from uuid import UUID

from contracts.event import Event, Value, event
from contracts.values import PostalAddress, Role


class Contact(Value):
    """How a commune's school service is reached."""

    email: str
    phone: str
    address: PostalAddress


class Look(Value):
    """A commune's own look: CSS colours (``#rrggbb``) and the short mark shown beside its name."""

    primary_color: str
    accent_color: str
    emblem: str


class _TenantState(Event):
    """``school_zone`` is A, B, C or another zone of the ministry; ``time_zone`` an IANA name.

    ``hostnames`` has at least one name; the first is the one used in links.
    """

    tenant_id: UUID
    slug: str
    name: str
    portal_title: str
    hostnames: tuple[str, ...]
    time_zone: str
    school_zone: str
    look: Look
    contact: Contact


@event("identity.tenant_registered.v1", subject="tenant_id")
class TenantRegistered(_TenantState):
    """A commune joined the platform."""


@event("identity.tenant_updated.v1", subject="tenant_id")
class TenantUpdated(_TenantState):
    """A commune's description changed."""


@event("identity.account_opened.v1", subject="account_id")
class AccountOpened(Event):
    """A person may log in. ``family_id`` and ``guardian_id`` are set for parents."""

    account_id: UUID
    user_name: str
    roles: tuple[Role, ...]
    family_id: UUID | None
    guardian_id: UUID | None
