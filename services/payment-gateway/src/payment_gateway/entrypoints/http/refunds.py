"""Money given back, and decisions on money that settles nothing: for the régie only."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.errors import NotFoundError
from chassis.http.dependencies import CurrentRuntime, CurrentTransaction, Regisseur
from chassis.http.scope import PortalRoute
from payment_gateway.adapters import queries, refund_queries
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.choose_terms import terms_to_speak
from payment_gateway.application.end_review import end_empty_review
from payment_gateway.application.request_refund import Wanted, decide_surplus, end_refund, request_refund
from payment_gateway.domain import history
from payment_gateway.domain.judgement import Decision, Verdict
from payment_gateway.entrypoints.refund_schemas import (
    DecisionIn,
    Difference,
    DifferenceList,
    MoneyTaken,
    PaymentMoney,
    Refund,
    RefundEndIn,
    RefundIn,
    RefundList,
)
from payment_gateway.entrypoints.schemas import Surplus, SurplusPage
from payment_gateway.entrypoints.wiring import store_of, times_of

router = APIRouter(route_class=PortalRoute, tags=["refunds"])


@router.get("/payments/{payment_id}/money")
async def get_money(
    payment_id: UUID, _principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> PaymentMoney:
    """What the bank took for a payment, what is left to give back, and its refunds."""
    if await queries.payment_by_id(transaction.connection, payment_id, None) is None:
        raise NotFoundError
    rows = await refund_queries.taken(transaction.connection, payment_id)
    attempt = await store_of(runtime, transaction).attempt(rows[0].attempt_id) if rows else None
    can_refund = PROTOCOLS[attempt.contract.protocol].can_refund if attempt else None
    return PaymentMoney(
        taken=[MoneyTaken.model_validate(row, from_attributes=True) for row in rows],
        refunds=[Refund.of(row) for row in await refund_queries.refunds(transaction.connection, payment_id=payment_id)],
        by_bank=bool(attempt and can_refund and can_refund(terms_to_speak(attempt, can_refund))),
    )


@router.post("/payments/{payment_id}/refunds", status_code=201)
async def refund_payment(
    payment_id: UUID, given: RefundIn, principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> Refund:
    """Writes a refund down, whole or part; the bank is asked at once afterwards, and ``status`` tells how it goes."""
    refund = await request_refund(
        store_of(runtime, transaction),
        PROTOCOLS,
        payment_id,
        Wanted(given.amount_cents, given.reason, given.consequence, given.movement_id),
        by=principal.account_id,
        real_now=runtime.clock.real_now(),
    )
    return await _read(transaction, refund.refund_id)


@router.get("/refunds")
async def list_open_refunds(_principal: Regisseur, transaction: CurrentTransaction) -> RefundList:
    """Refunds that are not over: with the bank, to make by hand, or to check."""
    return RefundList(items=[Refund.of(row) for row in await refund_queries.refunds(transaction.connection)])


@router.get("/refunds/{refund_id}")
async def get_refund(refund_id: UUID, _principal: Regisseur, transaction: CurrentTransaction) -> Refund:
    """One refund."""
    return await _read(transaction, refund_id)


@router.post("/refunds/{refund_id}/end")
async def note_end(
    refund_id: UUID, given: RefundEndIn, principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> Refund:
    """Notes that a refund by hand was made, or that nothing was given back."""
    store, by = store_of(runtime, transaction), principal.account_id
    await end_refund(store, refund_id, is_done=given.done, by=by, times=times_of(runtime))
    return await _read(transaction, refund_id)


@router.get("/surpluses")
async def list_surpluses(
    _principal: Regisseur,
    transaction: CurrentTransaction,
    decision: Decision | None = None,
    cursor: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> SurplusPage:
    """Money the bank took that settles nothing, newest first; ``decision=to_decide`` gives what waits for one."""
    rows = await queries.surpluses(transaction.connection, decision=decision, cursor=cursor, limit=limit + 1)
    items = [Surplus(**row._mapping, sentence=history.surplus_sentence(Verdict(row.reason))) for row in rows[:limit]]
    return SurplusPage(items=items, next_cursor=rows[limit - 1].movement_id if len(rows) > limit else None)


@router.post("/surpluses/{movement_id}/decision", status_code=204)
async def decide(
    movement_id: UUID, given: DecisionIn, principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> None:
    """The family's account is credited with what is left of it, or it is given back."""
    store, by = store_of(runtime, transaction), principal.account_id
    decision = Decision(given.decision)
    await decide_surplus(store, PROTOCOLS, movement_id, decision, given.reason, by=by, times=times_of(runtime))


@router.post("/payments/{payment_id}/review/end", status_code=204)
async def end_review(
    payment_id: UUID, _principal: Regisseur, runtime: CurrentRuntime, transaction: CurrentTransaction
) -> None:
    """Somebody looked at the bank's site: nothing was taken for a payment to review, which ends."""
    await end_empty_review(store_of(runtime, transaction), payment_id, times_of(runtime))


@router.get("/ledger/differences")
async def list_differences(_principal: Regisseur, transaction: CurrentTransaction) -> DifferenceList:
    """Payments whose ledger is not what the bank's transactions and refunds say: none, unless something is broken."""
    rows = await refund_queries.differences(transaction.connection)
    return DifferenceList(items=[Difference.of(row) for row in rows])


async def _read(transaction: CurrentTransaction, refund_id: UUID) -> Refund:
    rows = await refund_queries.refunds(transaction.connection, refund_id=refund_id)
    if not rows:
        raise NotFoundError
    return Refund.of(rows[0])
