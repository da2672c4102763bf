"""A guardian's first password, printed and handed over."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import enrolment, identity
from web.api.enrolment import Family
from web.api.errors import ApiProblem
from web.api.identity import FamilyAccount
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/comptes/{account_id}/premier-mot-de-passe"


@router.get(_PATH)
async def ask_first_password(visit: StaffVisit, family_id: UUID, account_id: UUID) -> Response:
    """Says what it does before it is done: the password in use stops working."""
    family, account = await _account(visit, family_id, account_id)
    return await _asking(visit, family, account)


@router.post(_PATH)
async def give_first_password(visit: StaffVisit, family_id: UUID, account_id: UUID) -> Response:
    """Draws it and shows the letter, once: nothing keeps it."""
    family, account = await _account(visit, family_id, account_id)
    try:
        given = await identity.give_first_password(visit.api, account_id)
    except ApiProblem as problem:
        return await _asking(visit, family, account, problem.status, Refusal.of(problem))
    return await visit.page(
        "town_hall/families/letter.html", family=family, account=account, given=given, host=visit.browser.host
    )


async def _account(visit: Visit, family_id: UUID, account_id: UUID) -> tuple[Family, FamilyAccount]:
    """The account, which must be of that family."""
    family, accounts = await asyncio.gather(
        enrolment.family_file(visit.api, family_id), identity.family_accounts(visit.api, family_id)
    )
    for account in accounts:
        if account.account_id == account_id:
            return family, account
    raise HTTPException(404)


async def _asking(
    visit: Visit, family: Family, account: FamilyAccount, status: int = 200, refusal: Refusal | None = None
) -> Response:
    return await visit.page(
        "town_hall/families/first_password.html", status, family=family, account=account, refusal=refusal
    )
