"""Bodies of requests and answers."""

import zoneinfo
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contracts.events.identity import Look
from contracts.values import PostalAddress, Role
from identity.application.issue_session import IssuedSession
from identity.domain.accounts import STAFF_ROLES, Account
from identity.domain.passwords import LONGEST

_NO_CONTROLS = r"^[^\x00-\x1f\x7f]*$"
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_CONTROLS)]
"""One line of text."""
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$"),
]
UserName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._\-]*$"),
]
Typed = Annotated[str, StringConstraints(max_length=254)]
"""Whatever somebody types as their name."""
Password = Annotated[str, StringConstraints(max_length=LONGEST)]
Token = Annotated[str, StringConstraints(max_length=200)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?$")]
Hostname = Annotated[
    str,
    StringConstraints(
        to_lower=True,
        max_length=253,
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9\-]{0,61}[A-Za-z0-9])?)*$",
    ),
]


def _known_time_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("unknown time zone")
    return name


def _staff_only(role: Role) -> Role:
    if role not in STAFF_ROLES:
        raise ValueError("not a role of the town hall")
    return role


TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_time_zone)]
StaffRole = Annotated[Role, AfterValidator(_staff_only)]


class Request(BaseModel):
    """Unknown members are refused."""

    model_config = ConfigDict(extra="forbid")


class Credentials(Request):
    """``remember``: thirty days instead of twelve hours.

    ``device``: what the last login on this device gave, if any; attacks from elsewhere do not hold it up.
    ``ticket``: what a ``busy`` answer gave for this user name less than three minutes ago; it keeps the place in the
    line, once.
    """

    user_name: Typed
    password: Password
    remember: bool = False
    device: Token | None = None
    ticket: Token | None = None


class RefreshRequest(Request):
    """The token of the last answer."""

    refresh_token: Token


class PasswordChange(Request):
    """One's own password."""

    current_password: Password
    new_password: Password


class ResetRequest(Request):
    """A user name or a mail address."""

    user_name: Typed


class NewPassword(Request):
    """The password chosen through a mailed link."""

    new_password: Password


class FirstPasswordRequest(Request):
    """Drawn when absent."""

    password: Password | None = None


class StaffAccountRequest(Request):
    """Someone of the town hall. ``closed``: they keep no access; their roles wait for the day it is given back."""

    user_name: UserName
    display_name: Line
    email: Email | None = None
    roles: Annotated[list[StaffRole], Field(min_length=1, max_length=3)]
    closed: bool = False


class LookRequest(Request):
    """A commune's look."""

    primary_color: Color
    accent_color: Color
    emblem: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=_NO_CONTROLS)]


class AddressRequest(Request):
    """A postal address."""

    line: Line
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{5}$")]
    city: Line


class ContactRequest(Request):
    """How the commune is reached."""

    email: Email
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=_NO_CONTROLS)]
    address: AddressRequest


class AdministratorRequest(Request):
    """The commune's first administrator."""

    user_name: UserName
    password: Password
    display_name: Line
    email: Email | None = None


class CommuneRequest(Request):
    """The whole description of a commune; the first host name is the one used in links."""

    slug: Slug
    name: Line
    portal_title: Line
    hostnames: Annotated[list[Hostname], Field(min_length=1, max_length=10)]
    time_zone: TimeZone
    school_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z \-]{0,39}$")]
    look: LookRequest
    contact: ContactRequest
    administrator: AdministratorRequest | None = None


class ContactAnswer(BaseModel):
    """How the commune is reached."""

    email: str
    phone: str
    address: PostalAddress


class CommuneAnswer(BaseModel):
    """A commune, for the operator."""

    tenant_id: UUID
    slug: str
    name: str
    portal_title: str
    hostnames: list[str]
    time_zone: str
    school_zone: str
    look: Look
    contact: ContactAnswer


class CurrentCommuneAnswer(CommuneAnswer):
    """The commune of this host, with its business day and instant."""

    today: date
    now: datetime


class SessionAccount(BaseModel):
    """Whose session it is."""

    account_id: UUID
    user_name: str
    display_name: str
    roles: list[Role]
    family_id: UUID | None
    guardian_id: UUID | None


class SessionAnswer(BaseModel):
    """Tokens of a session; lifetimes in seconds of real time. ``device`` comes with a login: see ``Credentials``."""

    access_token: str
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    must_change_password: bool
    account: SessionAccount
    device: str | None

    @classmethod
    def of(cls, issued: IssuedSession) -> "SessionAnswer":
        """The answer for a session."""
        account = issued.account
        return cls(
            access_token=issued.access_token,
            expires_in=issued.expires_in,
            refresh_token=issued.refresh_token,
            refresh_expires_in=issued.refresh_expires_in,
            must_change_password=account.must_change_password,
            account=SessionAccount(
                account_id=account.account_id,
                user_name=account.user_name,
                display_name=account.display_name,
                roles=sorted(account.roles),
                family_id=account.family_id,
                guardian_id=account.guardian_id,
            ),
            device=issued.device,
        )


class AccountAnswer(SessionAccount):
    """An account, as its owner or the town hall sees it."""

    email: str | None
    must_change_password: bool
    has_password: bool
    closed: bool

    @classmethod
    def of(cls, account: Account) -> "AccountAnswer":
        """The answer for an account."""
        return cls(
            account_id=account.account_id,
            user_name=account.user_name,
            display_name=account.display_name,
            email=account.email,
            roles=sorted(account.roles),
            family_id=account.family_id,
            guardian_id=account.guardian_id,
            must_change_password=account.must_change_password,
            has_password=account.password_hash is not None,
            closed=account.closed,
        )


class AccountPage(BaseModel):
    """A page of accounts."""

    items: list[AccountAnswer]
    next_cursor: str | None


class FirstPasswordAnswer(BaseModel):
    """To be printed and handed over; nobody can read it again."""

    user_name: str
    first_password: str


class Nothing(BaseModel):
    """An empty object."""
