"""Accounts, for the town hall."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.http.dependencies import Administrator, CurrentTransaction, Staff
from chassis.http.problems import documented_problems
from identity.adapters.queries import list_accounts
from identity.adapters.store import SqlStore
from identity.application.give_first_password import give_first_password
from identity.application.save_staff_account import save_staff_account
from identity.entrypoints.http.dependencies import CurrentContext, FormKey, UnkeyedRoute
from identity.entrypoints.http.models import (
    AccountAnswer,
    AccountPage,
    FirstPasswordAnswer,
    FirstPasswordRequest,
    StaffAccountRequest,
)

router = APIRouter(route_class=UnkeyedRoute, tags=["accounts"])


@router.get("/accounts")
async def get_accounts(
    _principal: Staff,
    transaction: CurrentTransaction,
    *,
    family_id: UUID | None = None,
    kind: Literal["staff"] | None = None,
    query: Annotated[str | None, Query(max_length=100)] = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> AccountPage:
    """Accounts by user name; ``query`` is looked for in user names, names and mail addresses.

    ``kind``: «staff» for the accounts of the town hall only.
    """
    accounts = await list_accounts(
        transaction.connection,
        family_id=family_id,
        staff=kind == "staff",
        query=query,
        after=cursor,
        limit=limit + 1,
    )
    items = [AccountAnswer.of(account) for account in accounts[:limit]]
    return AccountPage(items=items, next_cursor=items[-1].user_name if len(accounts) > limit else None)


@router.post("/accounts/{account_id}/first-password", responses=documented_problems(503))
async def post_first_password(
    account_id: UUID,
    principal: Staff,
    context: CurrentContext,
    form: FormKey,
    body: FirstPasswordRequest | None = None,
) -> FirstPasswordAnswer:
    """A password to start with; staff accounts get theirs from an administrator."""
    user_name, password = await give_first_password(
        context, account_id=account_id, by=principal.account_id, password=body.password if body else None, form=form
    )
    return FirstPasswordAnswer(user_name=user_name, first_password=password)


@router.put("/accounts/{account_id}")
async def put_account(
    account_id: UUID, body: StaffAccountRequest, principal: Administrator, transaction: CurrentTransaction
) -> AccountAnswer:
    """Creates or changes a staff account; a role taken away, or an account closed, ends its sessions."""
    account = await save_staff_account(
        SqlStore(transaction),
        account_id=account_id,
        by=principal.account_id,
        user_name=body.user_name,
        display_name=body.display_name,
        email=body.email,
        roles=frozenset(body.roles),
        closed=body.closed,
    )
    return AccountAnswer.of(account)
