"""The town hall reads what comparing with planning and with the payments showed."""

from fastapi import APIRouter
from sqlalchemy import RowMapping

from billing.adapters import comparison
from billing.domain.comparison import Kind
from billing.domain.difference_words import Told, advice, sentence
from chassis.http.dependencies import CurrentTransaction, Regisseur
from chassis.http.reconciliation import (
    Check,
    DifferenceCursor,
    DifferenceLimit,
    DifferenceState,
    DifferenceView,
    Reconciliation,
)
from chassis.http.scope import PortalRoute
from chassis.reconciliation import last_checks, list_differences

router = APIRouter(route_class=PortalRoute)


@router.get("/reconciliation")
async def read_reconciliation(
    _principal: Regisseur,
    transaction: CurrentTransaction,
    state: DifferenceState = None,
    cursor: DifferenceCursor = None,
    limit: DifferenceLimit = 50,
) -> Reconciliation:
    """Differences with planning and with the payments, the last found first, and when the last checks were."""
    rows = await list_differences(transaction, state=state, cursor=cursor, limit=limit + 1)
    checks = [Check.model_validate(row) for row in await last_checks(transaction)]
    families, members = await comparison.names(
        transaction, [row["family_id"] for row in rows], [row["member_id"] for row in rows if row["member_id"]]
    )
    items = []
    for row in rows[:limit]:
        family, member = families.get(row["family_id"]), members.get(row["member_id"])
        told = _told(row, f"famille {family}" if family else "famille inconnue", member or "un membre inconnu")
        items.append(DifferenceView.of(row, sentence(told), advice(told)))
    return Reconciliation(
        checks=checks, items=items, next_cursor=items[-1].difference_id if len(rows) > limit else None
    )


def _told(row: RowMapping, family: str, member: str) -> Told:
    return Told(
        Kind(row["kind"]),
        row["day"],
        family,
        member,
        row["mended_at"] is not None,
        row["expected"] or {},
        row["found"] or {},
    )
