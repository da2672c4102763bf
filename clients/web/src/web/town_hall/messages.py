"""Messages with the families."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Response

from web.api import communication, enrolment
from web.api.errors import ApiProblem, ServiceUnavailableError
from web.forms import Code, ShortText, Text
from web.i18n import gettext as _
from web.navigation import see_other
from web.town_hall.refusals import Refusal
from web.visit import StaffVisit, Visit

router = APIRouter()

_PATH = "/mairie/messages"


@router.get(_PATH)
async def list_conversations(visit: StaffVisit) -> Response:
    """Those with unread messages first, then the latest."""
    conversations = await communication.conversations(visit.api)
    ordered = sorted(conversations, key=lambda conversation: conversation.unread == 0)
    return await visit.page("town_hall/messages/list.html", conversations=ordered)


@router.get(f"{_PATH}/{{family_id}}")
async def show_conversation(visit: StaffVisit, family_id: UUID, fait: Code = "") -> Response:
    """A family's exchange; seeing it marks it read."""
    notice = _("Votre message est envoyé à la famille.") if fait == "message" else ""
    return await _conversation_page(visit, family_id, notice=notice)


@router.post(f"{_PATH}/{{family_id}}")
async def answer(visit: StaffVisit, family_id: UUID, subject: ShortText = "", body: Text = "") -> Response:
    """Writes to the family."""
    subject, body = subject.strip(), body.replace("\r\n", "\n").strip()
    missing = frozenset(name for name, value in (("subject", subject), ("body", body)) if not value)
    if missing:
        refusal = Refusal(_("Un message a besoin d'un objet et d'un texte."), missing)
        return await _conversation_page(visit, family_id, 422, subject=subject, body=body, refusal=refusal)
    try:
        await communication.answer_family(visit.api, family_id, subject, body)
    except ApiProblem as problem:
        refusal = Refusal.of(problem)
        return await _conversation_page(visit, family_id, problem.status, subject=subject, body=body, refusal=refusal)
    return see_other(f"{_PATH}/{family_id}?fait=message")


async def _conversation_page(
    visit: Visit,
    family_id: UUID,
    status: int = 200,
    *,
    subject: str = "",
    body: str = "",
    notice: str = "",
    refusal: Refusal | None = None,
) -> Response:
    family, messages = await asyncio.gather(_family(visit, family_id), communication.conversation(visit.api, family_id))
    ordered = sorted(messages, key=lambda message: message.sent_at, reverse=True)
    if not subject and not refusal and ordered:
        subject = _answer_subject(ordered[0].subject)
    return await visit.page(
        "town_hall/messages/thread.html",
        status,
        family_id=family_id,
        family=family,
        messages=ordered,
        form={"subject": subject, "body": body},
        notice=notice,
        refusal=refusal,
    )


async def _family(visit: Visit, family_id: UUID) -> enrolment.Family | None:
    """Whose conversation it is. An unknown family is a page that does not exist; enrolment away hides only the name."""
    try:
        return await enrolment.family_file(visit.api, family_id)
    except ServiceUnavailableError:
        return None


def _answer_subject(subject: str) -> str:
    prefix = _("Re : ")
    return subject if subject.startswith(prefix) else f"{prefix}{subject}"[:150]
