"""Families: the list, and each one's file with all that concerns it."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import billing, custody, enrolment, identity, payments, planning
from web.api.client import Api
from web.api.enrolment import Family
from web.api.identity import ListedAccount
from web.api.planning import CommuneReservation
from web.attempts import attempt
from web.diet_words import diets
from web.forms import Code
from web.i18n import gettext as _
from web.town_hall.lists import Cursor, DayFilter, Parts, WordsFilter, month_after
from web.visit import StaffVisit

router = APIRouter()

_SHOWN = 10
"""Invoices and payments on the file; their own pages have the rest."""
_MOST_PARTS = 5
_LONGEST_PERIOD = timedelta(days=366)


@dataclass(frozen=True)
class BookedDays:
    """A member's days of one activity in one month."""

    month: date
    first_name: str
    element_name: str
    days: list[date]
    total_cents: int


@dataclass(frozen=True)
class Booked:
    """A family's reservations of a period; ``whole`` when none is left out."""

    lines: list[BookedDays]
    cancelled: int
    whole: bool


@router.get("/mairie/familles")
async def list_families(visit: StaffVisit, recherche: WordsFilter = "", cursor: Cursor = "") -> Response:
    """Families by name, found by a name of the family, of a guardian or of a member."""
    found = await enrolment.families(visit.api, recherche or None, cursor or None)
    parts = Parts.of(visit.request.url, found.next_cursor)
    return await visit.page("town_hall/families/list.html", families=found.items, words=recherche, parts=parts)


@router.get("/mairie/familles/{family_id}")
async def show_family(
    visit: StaffVisit, family_id: UUID, du: DayFilter = None, au: DayFilter = None, fait: Code = ""
) -> Response:
    """A family's file. The other services' parts may be missing; the file may not."""
    api, today = visit.api, (await visit.commune()).today
    start, last = _period(today, du, au)
    family, accounts, shared, booked, invoices, paid = await asyncio.gather(
        enrolment.family_file(api, family_id),
        attempt(identity.family_accounts(api, family_id)),
        attempt(custody.shared_members(api, family_id)),
        attempt(_booked(api, family_id, start, last + timedelta(days=1))),
        attempt(billing.commune_invoices(api, family_id=family_id, limit=_SHOWN)),
        attempt(payments.commune_payments(api, family_ids=[family_id], limit=_SHOWN)),
    )
    return await visit.page(
        "town_hall/families/file.html",
        family=family,
        guardians=_with_accounts(family, accounts),
        accounts_known=accounts is not None,
        shared=shared or [],
        diets=diets(),
        booked=booked,
        period=(start, last),
        invoices=invoices,
        payments=paid,
        notices=_notices(fait, today),
    )


def _notices(done: str, today: date) -> list[str]:
    """What is said after the file was saved, and what to do next."""
    next_month = f"{month_after(today, 1):%d/%m/%Y}"
    sentences = {
        "cree": _("Le dossier est créé."),
        "modifie": _("Le dossier est enregistré."),
        "quotient": _(
            "Le nouveau quotient compte à partir du %(day)s pour les personnes déjà inscrites, et dès maintenant pour"
            " une nouvelle inscription."
        )
        % {"day": next_month},
        "compte": _(
            "Le compte d'un nouveau responsable s'ouvre en quelques secondes : rechargez cette page s'il n'y est pas"
            " encore, puis éditez son premier mot de passe et remettez-lui la lettre."
        ),
    }
    return [sentences[code] for code in done.split("-") if code in sentences]


def _period(today: date, start: date | None, last: date | None) -> tuple[date, date]:
    """From the first of this month to the end of the third, unless asked otherwise; a year at most, never backwards."""
    start = start or today.replace(day=1)
    last = last or month_after(start, 3) - timedelta(days=1)
    return start, min(max(start, last), start + _LONGEST_PERIOD - timedelta(days=1))


def _with_accounts(
    family: Family, accounts: list[ListedAccount] | None
) -> list[tuple[enrolment.Guardian, ListedAccount | None]]:
    by_guardian = {account.guardian_id: account for account in accounts or []}
    return [(guardian, by_guardian.get(guardian.guardian_id)) for guardian in family.guardians]


async def _booked(api: Api, family_id: UUID, start: date, end: date) -> Booked:
    found: list[CommuneReservation] = []
    cursor: str | None = None
    for _part in range(_MOST_PARTS):
        page = await planning.family_reservations(api, family_id, start, end, cursor)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    kept = [reservation for reservation in found if reservation.status == "booked"]
    return Booked(_lines(kept), len(found) - len(kept), whole=cursor is None)


def _lines(reservations: list[CommuneReservation]) -> list[BookedDays]:
    def place(reservation: CommuneReservation) -> tuple[date, str, str]:
        return reservation.day.replace(day=1), reservation.first_name, reservation.element_name

    ordered = sorted(reservations, key=lambda reservation: (*place(reservation), reservation.day))
    lines = []
    for (month, first_name, element_name), grouped in groupby(ordered, key=place):
        group = list(grouped)
        total = sum(reservation.unit_price_cents for reservation in group)
        lines.append(BookedDays(month, first_name, element_name, [r.day for r in group], total))
    return lines
