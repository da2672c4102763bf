"""What enrolment's routes ask for, besides the chassis's own."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from chassis.http.dependencies import CurrentTenant, CurrentTransaction
from enrolment.adapters.store import SqlStore


async def _store(tenant: CurrentTenant, transaction: CurrentTransaction) -> SqlStore:
    return SqlStore(transaction, tenant.time_zone)


async def _today(store: Annotated[SqlStore, Depends(_store)]) -> date:
    return store.local_day(store.now())


CurrentStore = Annotated[SqlStore, Depends(_store)]
"""The store on the request's transaction. Declare it after the principal, so that refusals open none."""
Today = Annotated[date, Depends(_today)]
"""The business day in the commune."""
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the previous part")]
Limit = Annotated[int, Query(ge=1, le=100)]
Words = Annotated[str | None, Query(max_length=100)]
