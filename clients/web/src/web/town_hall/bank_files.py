"""PayFiP's file of payments, sent and compared with the portal's."""

import asyncio
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Response, UploadFile

from web.api import contracts, enrolment, statements
from web.api.enrolment import Regie
from web.api.errors import ApiProblem
from web.attempts import attempt
from web.forms import ShortText
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.payment_days import names_of
from web.visit import RegisseurVisit, Visit

router = APIRouter()

_PATH = "/mairie/rapprochements"
_READS_FILES = "payfip"


@dataclass(frozen=True)
class FileRefusal:
    """Why a file is not taken, line by line where it is its content."""

    sentence: str
    problems: tuple[str, ...] = ()


@router.get(_PATH)
async def list_files(visit: RegisseurVisit) -> Response:
    """What was sent, and the form that sends."""
    return await _files_page(visit)


@router.post(_PATH)
async def send_file(
    visit: RegisseurVisit, regie: ShortText = "", file: Annotated[UploadFile | str, File()] = ""
) -> Response:
    """Passes the file on. The same one again shows the same comparison, brought up to date."""
    try:
        regie_id = UUID(regie)
    except ValueError:
        regie_id = None
    if regie_id is None or isinstance(file, str) or not file.filename:
        return await _files_page(visit, 422, FileRefusal(_("Choisissez une régie et un fichier.")), regie)
    try:
        sent = await statements.send_bank_file(visit.api, regie_id, file.filename, file.file)
    except ApiProblem as problem:
        problems = problem.members.get("problems")
        lines = tuple(str(line) for line in problems) if isinstance(problems, list) else ()
        return await _files_page(visit, problem.status, FileRefusal(problem.detail, lines), regie)
    return see_other(f"{_PATH}/{sent.file_id}")


@router.get(f"{_PATH}/{{file_id}}")
async def show_file(visit: RegisseurVisit, file_id: UUID) -> Response:
    """A file beside what is known now."""
    report, regies = await asyncio.gather(
        statements.bank_file(visit.api, file_id), attempt(enrolment.regies(visit.api))
    )
    regie = names_of(regies).get(str(report.regie_id), "")
    return await visit.page("town_hall/statements/file.html", report=report, regie=regie)


async def _files_page(
    visit: Visit, status: int = 200, refusal: FileRefusal | None = None, chosen: str = ""
) -> Response:
    regies, files = await asyncio.gather(enrolment.regies(visit.api), attempt(statements.bank_files(visit.api)))
    return await visit.page(
        "town_hall/statements/files.html",
        status,
        files=files,
        regies=await _regies_with_files(visit, regies),
        regie_names=names_of(regies),
        chosen=chosen,
        refusal=refusal,
    )


async def _regies_with_files(visit: Visit, regies: list[Regie]) -> list[Regie]:
    """Those whose bank gives such a file."""
    states = await asyncio.gather(*(contracts.contract_state(visit.api, regie.regie_id) for regie in regies))
    return [regie for regie, state in zip(regies, states, strict=True) if state and state.protocol == _READS_FILES]
