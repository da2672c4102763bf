"""One's own account, and forgotten passwords."""

from typing import Annotated

from fastapi import APIRouter, Path

from chassis.errors import NotFoundError
from chassis.http.dependencies import AnyPrincipal, CurrentTransaction
from chassis.http.problems import documented_problems
from identity.adapters.store import SqlStore
from identity.application.change_password import change_password
from identity.application.request_reset import request_reset
from identity.application.reset_password import reset_password
from identity.entrypoints.http.dependencies import CallerAddress, CurrentContext, FormKey, UnkeyedRoute
from identity.entrypoints.http.models import (
    AccountAnswer,
    NewPassword,
    Nothing,
    PasswordChange,
    ResetRequest,
    SessionAnswer,
)

router = APIRouter(route_class=UnkeyedRoute, tags=["account"])


@router.get("/account")
async def get_account(principal: AnyPrincipal, transaction: CurrentTransaction) -> AccountAnswer:
    """The caller's account."""
    account = await SqlStore(transaction).accounts.by_id(principal.account_id)
    if account is None:
        raise NotFoundError
    return AccountAnswer.of(account)


@router.put("/account/password", responses=documented_problems(429, 503))
async def put_password(
    body: PasswordChange, principal: AnyPrincipal, context: CurrentContext, address: CallerAddress
) -> SessionAnswer:
    """Changes the password and ends the account's other sessions."""
    issued = await change_password(
        context,
        account_id=principal.account_id,
        session_id=principal.session_id,
        current=body.current_password,
        new=body.new_password,
        address=address,
    )
    return SessionAnswer.of(issued)


@router.post("/password-resets", status_code=202, responses=documented_problems(429))
async def post_reset(body: ResetRequest, context: CurrentContext, address: CallerAddress, form: FormKey) -> Nothing:
    """Asks for a mail with a link; the answer is the same whether or not the account exists."""
    await request_reset(context, user_name_or_email=body.user_name, address=address, form=form)
    return Nothing()


@router.put("/password-resets/{token}", status_code=204, responses=documented_problems(503))
async def put_reset(
    token: Annotated[str, Path(max_length=200)],
    body: NewPassword,
    context: CurrentContext,
    address: CallerAddress,
    form: FormKey,
) -> None:
    """Chooses the new password with the link's secret."""
    await reset_password(context, token=token, new=body.new_password, address=address, form=form)
