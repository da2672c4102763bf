"""«Terminer»: the route that a whole town takes in the same minute."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.http.dependencies import AnyPrincipal, CurrentKey, FamilyId
from chassis.http.problems import documented_problems
from chassis.idempotency import REPLAYED
from planning.application.commit_draft import Asked, commit_draft
from planning.domain.review import ReviewedLine
from planning.entrypoints.http.common import CurrentCommune
from planning.entrypoints.http.entrance import EntranceRoute
from planning.entrypoints.http.family_models import CommittedBasket, DraftLineView
from planning.entrypoints.http.stores import Looking
from planning.entrypoints.http.trail import actor_of


class CommitRoute(EntranceRoute):
    """Its answer is kept for an idempotency key with the basket itself, in no transaction of the request's own."""

    keeps_answers = False


router = APIRouter(route_class=CommitRoute, tags=["family"], responses=documented_problems(429))


@router.post("/draft/commit", response_model=CommittedBasket)
async def post_commit(
    family_id: FamilyId, principal: AnyPrincipal, commune: CurrentCommune, key: CurrentKey, looking: Looking
) -> Response:
    """Books and cancels the whole draft, or nothing."""
    committed = await commit_draft(looking, commune, family_id, Asked(actor_of(principal), key, _answer))
    headers = REPLAYED if committed.again else None
    return Response(committed.answer, headers=headers, media_type="application/json")


def _answer(basket_id: UUID, reviewed: Sequence[ReviewedLine], now: datetime) -> bytes:
    lines = [DraftLineView.of(line) for line in reviewed]
    total = sum(line.amount_cents for line in lines)
    until = min(filter(None, (line.pay_until(now) for line in reviewed)), default=None)
    basket = CommittedBasket(basket_id=basket_id, lines=lines, count=len(lines), total_cents=total, pay_until=until)
    return basket.model_dump_json().encode()
