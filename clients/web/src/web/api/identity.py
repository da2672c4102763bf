"""identity: the commune, accounts and sessions."""

from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from web.api.client import Answer, Api, Page, Query

_BASE = "identity/v1"


class Look(Answer):
    """The commune's colours (``#rrggbb``) and emblem (a letter or two)."""

    primary_color: str
    accent_color: str
    emblem: str


class PostalAddress(Answer):
    """Where the town hall is."""

    line: str
    postal_code: str
    city: str


class Contact(Answer):
    """How to reach the town hall."""

    email: str | None = None
    phone: str | None = None
    address: PostalAddress | None = None


class Commune(Answer):
    """The commune of the host. ``today`` and ``now`` are of the business clock; ``time_zone`` is an IANA name."""

    tenant_id: UUID
    slug: str
    name: str
    portal_title: str
    time_zone: str
    look: Look
    contact: Contact
    today: date
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The commune's clocks."""
        return ZoneInfo(self.time_zone)


class Account(Answer):
    """Who is logged in."""

    account_id: UUID
    user_name: str
    display_name: str
    roles: list[str] = Field(default_factory=list)
    family_id: UUID | None = None
    guardian_id: UUID | None = None


class ApiSession(Answer):
    """Tokens; durations in seconds."""

    access_token: str
    expires_in: float
    refresh_token: str
    refresh_expires_in: float
    must_change_password: bool = False
    account: Account
    device: str | None = None


async def commune(api: Api) -> Commune:
    """The commune of the host. ``ApiProblem`` 404 when the host is no commune's."""
    return await api.get(Commune, f"{_BASE}/commune")


class Credentials(BaseModel):
    """What opens a session. ``device``: what the last login here gave; ``ticket``: what a busy answer gave."""

    user_name: str
    password: str
    remember: bool
    device: str | None
    ticket: str | None


async def log_in(api: Api, credentials: Credentials) -> ApiSession:
    """Opens a session. ``ApiProblem``: wrong-credentials, too-many-attempts, busy."""
    return await api.send(ApiSession, "POST", f"{_BASE}/sessions", credentials)


async def refresh(api: Api, refresh_token: str) -> ApiSession:
    """Fresh tokens. ``ApiProblem`` session-ended."""
    return await api.send(ApiSession, "POST", f"{_BASE}/sessions/refresh", {"refresh_token": refresh_token})


async def log_out(api: Api) -> None:
    """Ends the session of the access token."""
    await api.command("DELETE", f"{_BASE}/sessions/current")


async def check_session(api: Api) -> None:
    """Answers while the session of the access token goes on. ``ApiProblem`` session-ended."""
    await api.command("GET", f"{_BASE}/sessions/current")


async def change_password(api: Api, current: str, new: str) -> ApiSession:
    """Sets an own password and gives new tokens. ``ApiProblem``: wrong-password, weak-password."""
    body = {"current_password": current, "new_password": new}
    return await api.send(ApiSession, "PUT", f"{_BASE}/account/password", body)


async def ask_password_reset(api: Api, user_name: str) -> None:
    """Has a link sent by mail, if the account exists; never says whether it does."""
    await api.command("POST", f"{_BASE}/password-resets", {"user_name": user_name})


async def reset_password(api: Api, token: str, new: str) -> None:
    """Sets the password with the link's token. ``ApiProblem``: reset-expired, weak-password."""
    await api.command("PUT", f"{_BASE}/password-resets/{token}", {"new_password": new})


class ListedAccount(Account):
    """An account, as the town hall sees it. ``closed``: it opens nothing any more."""

    email: str | None = None
    has_password: bool = True
    must_change_password: bool = False
    closed: bool = False


class FirstPassword(Answer):
    """To be handed over on paper: nobody can read it again."""

    user_name: str
    first_password: str


async def family_accounts(api: Api, family_id: UUID) -> list[ListedAccount]:
    """The accounts of a family's guardians, for the staff."""
    return (await api.get(Page[ListedAccount], f"{_BASE}/accounts", {"family_id": str(family_id), "limit": 100})).items


async def staff_accounts(api: Api) -> list[ListedAccount]:
    """The accounts of everyone of the town hall."""
    found: list[ListedAccount] = []
    cursor: str | None = None
    while True:
        asked: Query = {"kind": "staff", "limit": 100, "cursor": cursor}
        page = await api.get(Page[ListedAccount], f"{_BASE}/accounts", asked)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


async def save_staff_account(api: Api, account_id: UUID, document: dict[str, Any]) -> None:
    """Creates or changes the account of someone of the town hall, in the API's fields.

    ``ApiProblem``: user-name-taken, own-access, not-a-staff-account, or 422 with ``errors`` for what is wrong in it.
    """
    await api.command("PUT", f"{_BASE}/accounts/{account_id}", document)


async def give_first_password(api: Api, account_id: UUID) -> FirstPassword:
    """Draws a password that must be changed at the first login; ends the account's sessions."""
    return await api.send(FirstPassword, "POST", f"{_BASE}/accounts/{account_id}/first-password")
