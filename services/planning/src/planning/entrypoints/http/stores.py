"""What families' routes look and write with."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.http.dependencies import CurrentRuntime, CurrentTransaction, scope_of
from planning.adapters.absence_store import SqlAbsenceStore
from planning.adapters.advanced_store import SqlAdvancedDraftStore
from planning.adapters.custody_store import SqlCustodyStore
from planning.adapters.offer_store import SqlOfferStore
from planning.adapters.withdrawal_store import SqlWithdrawalStore
from planning.domain.activities import Activity
from planning.domain.calendars import Holidays
from planning.entrypoints.desk import BasketDesk, desk_of


async def _looking(request: Request) -> BasketDesk:
    scope = scope_of(request)
    return desk_of(scope.runtime).looking((await scope.tenant()).id)


async def _drafting(runtime: CurrentRuntime, transaction: CurrentTransaction) -> SqlAdvancedDraftStore:
    return desk_of(runtime).drafting(transaction)


async def _published(
    runtime: CurrentRuntime, transaction: CurrentTransaction
) -> tuple[Mapping[UUID, Activity], Holidays]:
    return await desk_of(runtime).published(transaction)


async def _withdrawing(runtime: CurrentRuntime, transaction: CurrentTransaction) -> SqlWithdrawalStore:
    return desk_of(runtime).withdrawing(transaction)


async def _offering(runtime: CurrentRuntime, transaction: CurrentTransaction) -> SqlOfferStore:
    return desk_of(runtime).offering(transaction)


async def _absences(runtime: CurrentRuntime, transaction: CurrentTransaction) -> SqlAbsenceStore:
    return desk_of(runtime).absences(transaction)


async def _sharing(runtime: CurrentRuntime, transaction: CurrentTransaction) -> SqlCustodyStore:
    return desk_of(runtime).sharing(transaction)


Looking = Annotated[BasketDesk, Depends(_looking)]
"""Without a transaction: each look is one of its own."""
Drafting = Annotated[SqlAdvancedDraftStore, Depends(_drafting)]
"""In the request's transaction. Declare it after the principal, so that refusals open none."""
Published = Annotated[tuple[Mapping[UUID, Activity], Holidays], Depends(_published)]
"""The commune's activities with their calendars, and its holidays."""
Withdrawing = Annotated[SqlWithdrawalStore, Depends(_withdrawing)]
"""The same, for what a calendar closed."""
Offering = Annotated[SqlOfferStore, Depends(_offering)]
"""The same, for waiting lists."""
Absences = Annotated[SqlAbsenceStore, Depends(_absences)]
"""The same, for absences."""
Sharing = Annotated[SqlCustodyStore, Depends(_sharing)]
"""The same, for the days of children of two homes."""
