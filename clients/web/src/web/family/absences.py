"""«Mes absences»: days that can no longer be cancelled and on which a child will not come, with what proves it."""

from dataclasses import dataclass
from itertools import groupby
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, Response, UploadFile

from web.absence_words import reasons, states
from web.api import absences
from web.api.absences import Absence, Announcement, PossibleAbsence
from web.api.client import SentFile
from web.api.errors import ApiProblem
from web.downloads import pass_on
from web.family.planning_view import ticked_whens
from web.forms import Code, Ticked
from web.i18n import gettext as _
from web.navigation import ABSENCES, see_other
from web.visit import ParentVisit, Visit

router = APIRouter()

Files = Annotated[list[UploadFile | str] | None, File(max_length=20)]
_WAITS = "absence_announced"
_REFUSALS = frozenset({404, 409, 413, 422})


@dataclass(frozen=True)
class Announced:
    """Days announced together. Until the town hall has decided ``open`` says that documents come and go."""

    days: list[Absence]

    @property
    def open(self) -> bool:
        """Whether the town hall has still to decide."""
        return any(each.state == _WAITS for each in self.days)


@dataclass(frozen=True)
class Refused:
    """Why something was not done, day by day where it is about days; what was typed is shown again."""

    status: int
    sentence: str
    lines: tuple[str, ...] = ()
    typed: Announcement | None = None
    had_files: bool = False

    @classmethod
    def of(cls, problem: ApiProblem, typed: Announcement | None = None, *, had_files: bool = False) -> "Refused":
        """What the API refused."""
        if problem.status not in _REFUSALS:
            raise problem
        return cls(problem.status, problem.detail, tuple(problem.reasons), typed, had_files)


@router.get(ABSENCES)
async def show_absences(visit: ParentVisit, fait: Code = "") -> Response:
    """The days whose absence can be announced, then those that were."""
    notices = {
        "annonce": _("L'absence est annoncée."),
        "joint": _("Le justificatif est joint : la mairie le voit avec l'absence."),
        "retire": _("Le justificatif est retiré : plus personne ne peut le lire."),
    }
    return await _page(visit, notice=notices.get(fait, ""))


@router.post(ABSENCES)
async def announce(
    visit: ParentVisit,
    *,
    enfant: Annotated[UUID, Form()],
    activite: Annotated[UUID, Form()],
    motif: Annotated[str, Form(max_length=20)] = "",
    papier: Ticked = False,
    jour: Annotated[list[str] | None, Form(max_length=200)] = None,
    documents: Files = None,
) -> Response:
    """Announces the ticked days with their documents, all or none."""
    wish = Announcement(enfant, activite, frozenset(ticked_whens(jour or [])), motif, papier)
    files = _chosen(documents)
    if not wish.whens:
        refused = Refused(422, _("Cochez au moins un jour d'absence."), (), wish, bool(files))
        return await _page(visit, refused=refused)
    if motif not in reasons():
        refused = Refused(422, _("Choisissez la raison de l'absence."), (), wish, bool(files))
        return await _page(visit, refused=refused)
    try:
        await absences.announce(visit.api, wish, files)
    except ApiProblem as problem:
        return await _page(visit, refused=Refused.of(problem, wish, had_files=bool(files)))
    return see_other(f"{ABSENCES}?fait=annonce")


@router.post(f"{ABSENCES}/{{announcement_id}}/documents")
async def add_documents(visit: ParentVisit, announcement_id: UUID, documents: Files = None) -> Response:
    """Joins more to what was announced."""
    files = _chosen(documents)
    if not files:
        return await _page(visit, refused=Refused(422, _("Choisissez le fichier à joindre.")))
    try:
        await absences.add_documents(visit.api, announcement_id, files)
    except ApiProblem as problem:
        return await _page(visit, refused=Refused.of(problem, had_files=True))
    return see_other(f"{ABSENCES}?fait=joint")


@router.post(f"{ABSENCES}/documents/{{absence_document_id}}/retirer")
async def take_document_back(visit: ParentVisit, absence_document_id: UUID) -> Response:
    """Deletes what was sent."""
    try:
        await absences.take_document_back(visit.api, absence_document_id)
    except ApiProblem as problem:
        return await _page(visit, refused=Refused.of(problem))
    return see_other(f"{ABSENCES}?fait=retire")


@router.get(f"{ABSENCES}/documents/{{absence_document_id}}")
async def download_document(visit: ParentVisit, absence_document_id: UUID) -> Response:
    """What the family sent."""
    return await pass_on(visit.api, absences.own_document_path(absence_document_id))


def _chosen(documents: list[UploadFile | str] | None) -> list[SentFile]:
    """A browser sends an empty part for a field without a file."""
    return [
        SentFile("documents", each.filename, each.file)
        for each in documents or []
        if not isinstance(each, str) and each.filename
    ]


async def _page(visit: Visit, *, notice: str = "", refused: Refused | None = None) -> Response:
    own = await absences.own_absences(visit.api)
    announced: dict[UUID, list[Absence]] = {}
    for each in own.announced:
        announced.setdefault(each.announcement_id, []).append(each)
    return await visit.page(
        "family/planning/absences.html",
        refused.status if refused else 200,
        groups=[list(days) for _key, days in groupby(own.possible, _whose)],
        announced=[Announced(days) for days in announced.values()],
        supplements=own.supplements,
        reasons=reasons(),
        states=states(),
        notice=notice,
        refused=refused,
    )


def _whose(each: PossibleAbsence) -> tuple[UUID, UUID]:
    return each.member_id, each.activity_id
