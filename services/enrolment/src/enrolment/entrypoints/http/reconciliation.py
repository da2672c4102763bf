"""The town hall reads what comparing with the payments showed."""

from fastapi import APIRouter

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
from enrolment.adapters.comparison import family_names
from enrolment.domain.comparison import Kind, advice, sentence

router = APIRouter(route_class=PortalRoute, tags=["town hall"])


@router.get("/reconciliation")
async def read_reconciliation(
    _principal: Regisseur,
    transaction: CurrentTransaction,
    state: DifferenceState = None,
    cursor: DifferenceCursor = None,
    limit: DifferenceLimit = 50,
) -> Reconciliation:
    """Differences with the payments, the last found first, and when the last check was."""
    rows = await list_differences(transaction, state=state, cursor=cursor, limit=limit + 1)
    checks = [Check.model_validate(row) for row in await last_checks(transaction)]
    families = await family_names(transaction.connection, [row["family_id"] for row in rows])
    items = []
    for row in rows[:limit]:
        kind, name = Kind(row["kind"]), families.get(row["family_id"])
        told = sentence(
            kind,
            row["day"],
            f"famille {name}" if name else "famille inconnue",
            mended=row["mended_at"] is not None,
            expected=row["expected"] or {},
            found=row["found"] or {},
        )
        items.append(DifferenceView.of(row, told, advice(kind)))
    return Reconciliation(
        checks=checks, items=items, next_cursor=items[-1].difference_id if len(rows) > limit else None
    )
