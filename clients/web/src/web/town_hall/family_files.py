"""A family's file, created and changed at the counter."""

import asyncio
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from web.api import calendars, custody, enrolment, family_files
from web.api.enrolment import Family
from web.api.errors import ApiProblem, if_there
from web.api.family_files import KnownChild
from web.attempts import attempt
from web.diet_words import diets
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall import family_form
from web.town_hall.family_form import Difference
from web.town_hall.lists import month_after
from web.town_hall.rows import Fields
from web.town_hall.typed_form import TypedForm
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/familles/{family_id}/modifier"
_LONGEST_SEARCH = 100


@dataclass(frozen=True)
class Found:
    """The children found in other files by these words; ``whole`` when none is left out."""

    words: str
    children: list[KnownChild]
    whole: bool


@router.get("/mairie/familles/nouvelle")
async def new_family(visit: StaffVisit) -> Response:
    """An empty form; the family's id is drawn now, so that sending it twice makes one."""
    return await _file_page(visit, uuid4(), None, TypedForm({"marque": uuid4().hex}))


@router.get(_PATH)
async def edit_family(visit: StaffVisit, family_id: UUID) -> Response:
    """A family's file as it is, as a form."""
    stored = await enrolment.family_file(visit.api, family_id)
    fields = family_form.fields_of(stored) | {"marque": uuid4().hex}
    return await _file_page(visit, family_id, stored, TypedForm(fields))


@router.post(_PATH)
async def save_family(visit: StaffVisit, family_id: UUID) -> Response:
    """Saves what was typed, or first shows it again: with more rows, with children found, with one of them added."""
    form = await visit.request.form()
    fields = family_form.typed_fields({name: value for name, value in form.items() if isinstance(value, str)})
    stored = await if_there(enrolment.family_file(visit.api, family_id))
    if chosen := fields.pop("ajouter", ""):
        fields = family_form.with_child(fields, await _chosen_child(visit, chosen)) | {"recherche": ""}
        return await _file_page(visit, family_id, stored, TypedForm(fields), added=True)
    words = fields.get("recherche", "").strip()[:_LONGEST_SEARCH]
    if words and (fields.get("suite") == "chercher" or words != fields.get("cherche")):
        found = Found(words, *await family_files.known_children(visit.api, words))
        return await _file_page(visit, family_id, stored, TypedForm(fields), found=found)
    if fields.get("suite") != "enregistrer":
        return await _file_page(visit, family_id, stored, TypedForm(fields))
    document, places = family_form.document_of(family_id, fields)
    try:
        await family_files.save(visit.api, family_id, document)
    except ApiProblem as problem:
        typed = TypedForm(fields, family_form.errors_of(problem, places))
        return await _refused(visit, family_id, typed, problem)
    done = ["modifie" if fields.get("version") else "cree"]
    if stored and stored.quotient_familial != document["quotient_familial"]:
        done.append("quotient")
    if family_form.has_new_guardian(fields):
        done.append("compte")
    return see_other(f"/mairie/familles/{family_id}?fait={'-'.join(done)}")


async def _refused(visit: Visit, family_id: UUID, typed: TypedForm, problem: ApiProblem) -> Response:
    """What was typed stays. A file that was changed meanwhile is shown beside it, and may then be saved over."""
    stored = await if_there(enrolment.family_file(visit.api, family_id))
    if problem.slug == "family-changed" and stored:
        differences = family_form.differences(stored, typed.fields)
        merged = TypedForm(family_form.with_stored(typed.fields, stored))
        return await _file_page(visit, family_id, stored, merged, status=problem.status, differences=differences)
    said = _("Corrigez les champs signalés. Ce que vous avez saisi est resté.") if typed.errors else problem.detail
    return await _file_page(visit, family_id, stored, typed, status=problem.status, refusal=said)


async def _chosen_child(visit: Visit, chosen: str) -> KnownChild:
    """The child named by «family/member», read again."""
    try:
        family_id, member_id = (UUID(each) for each in chosen.split("/"))
    except ValueError as error:
        raise HTTPException(404) from error
    file = await enrolment.family_file(visit.api, family_id)
    for member in file.members:
        if member.member_id == member_id:
            return KnownChild(member, family_id, file.name)
    raise HTTPException(404)


async def _homes(visit: Visit, family_id: UUID, fields: Fields) -> dict[str, str]:
    """The other homes of the members who have one, by the member's id."""
    shared = await attempt(custody.shared_members(visit.api, family_id)) or []
    names = {
        str(each.member_id): ", ".join(home.name for home in each.homes if home.family_id != family_id)
        for each in shared
    }
    added = {
        fields[f"{name.removesuffix('.foyer')}.id"]: value
        for name, value in fields.items()
        if name.endswith(".foyer") and f"{name.removesuffix('.foyer')}.id" in fields
    }
    return names | added


async def _file_page(
    visit: Visit,
    family_id: UUID,
    stored: Family | None,
    form: TypedForm,
    *,
    status: int = 200,
    refusal: str = "",
    differences: list[Difference] | None = None,
    found: Found | None = None,
    added: bool = False,
) -> Response:
    schools, homes, commune = await asyncio.gather(
        attempt(calendars.schools(visit.api)), _homes(visit, family_id, form.fields), visit.commune()
    )
    return await visit.page(
        "town_hall/families/edit.html",
        status,
        family_id=family_id,
        stored=stored,
        form=form,
        wrong=[(name, family_form.named(name), sentence) for name, sentence in form.errors.items()],
        most_guardians=family_form.MOST_GUARDIANS,
        most_members=family_form.MOST_MEMBERS,
        schools=schools or [],
        diets=diets(),
        homes=homes,
        counts_from=month_after(commune.today, 1),
        refusal=refusal,
        differences=differences,
        found=found,
        added=added,
    )
