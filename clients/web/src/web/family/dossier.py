"""The family's file, and the activities with their prices."""

from fastapi import APIRouter, Response

from web.api import enrolment
from web.api.errors import ApiProblem
from web.diet_words import diets
from web.forms import Code, ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.visit import ParentVisit, Visit

router = APIRouter()


@router.get("/dossier")
async def show_file(visit: ParentVisit, fait: Code = "") -> Response:
    """The family, its members, and the caller's coordinates."""
    notice = _("Vos coordonnées sont enregistrées.") if fait == "coordonnees" else ""
    return await _file_page(visit, notice=notice)


@router.post("/dossier/coordonnees")
async def change_coordinates(visit: ParentVisit, email: ShortText = "", phone: ShortText = "") -> Response:
    """Changes the caller's e-mail address and telephone."""
    guardian_id = visit.session.account.guardian_id if visit.session else None
    if guardian_id is None:
        return await _file_page(visit, 409, error=_("Votre compte n'est lié à aucun responsable: écrivez à la mairie."))
    if "@" not in email:
        return await _file_page(visit, 422, error=_("L'adresse e-mail doit être du type nom@exemple.fr."))
    try:
        await enrolment.change_coordinates(visit.api, guardian_id, email.strip(), phone.strip())
    except ApiProblem as problem:
        return await _file_page(visit, problem.status, error=problem.detail)
    return see_other("/dossier?fait=coordonnees#coordonnees")


async def _file_page(visit: Visit, status: int = 200, notice: str = "", error: str = "") -> Response:
    family = await enrolment.family(visit.api)
    guardian_id = visit.session.account.guardian_id if visit.session else None
    own = next((guardian for guardian in family.guardians if guardian.guardian_id == guardian_id), None)
    return await visit.page(
        "family/dossier.html", status, family=family, own=own, diets=diets(), notice=notice, error=error
    )


@router.get("/activites")
async def show_activities(visit: ParentVisit) -> Response:
    """What the commune proposes, and at which price for this family."""
    return await visit.page("family/activities.html", activities=await enrolment.activities(visit.api))
