"""A guardian's first password, printed and handed over."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import enrolment, identity
from web.i18n import gettext as _
from web.town_hall import first_passwords
from web.town_hall.first_passwords import Holder
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/comptes/{account_id}/premier-mot-de-passe"


@router.get(_PATH)
async def ask_first_password(visit: StaffVisit, family_id: UUID, account_id: UUID) -> Response:
    """Says what it does before it is done."""
    return await first_passwords.ask(visit, await _holder(visit, family_id, account_id))


@router.post(_PATH)
async def give_first_password(visit: StaffVisit, family_id: UUID, account_id: UUID) -> Response:
    """Shows the letter, once."""
    return await first_passwords.give(visit, await _holder(visit, family_id, account_id))


async def _holder(visit: Visit, family_id: UUID, account_id: UUID) -> Holder:
    """The guardian, who must be of that family."""
    family, accounts = await asyncio.gather(
        enrolment.family_file(visit.api, family_id), identity.family_accounts(visit.api, family_id)
    )
    account = next((each for each in accounts if each.account_id == account_id), None)
    if account is None:
        raise HTTPException(404)
    return Holder(
        account,
        steps=[(_("Familles"), "/mairie/familles"), (family.name, f"/mairie/familles/{family_id}")],
        back=_("Retour à la famille"),
        purpose=_("pour inscrire vos enfants, réserver leurs jours et payer vos factures"),
        address=family.address,
    )
