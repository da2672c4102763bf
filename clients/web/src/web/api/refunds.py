"""payment-gateway: money given back, and money that settles nothing. For the régie. Amounts in cents."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from web.api.client import Answer, Api, Page, Query

_BASE = "payment-gateway/v1"
_EURO = "978"


class MoneyTaken(Answer):
    """Money the bank took; ``left_cents`` may still be given back.

    ``was_given_back``: a refund that was not paid out after all.
    """

    movement_id: UUID
    outcome: Literal["settled", "surplus", "to_review"]
    was_given_back: bool = False
    decision: Literal["to_decide", "credited", "refunded"] | None = None
    amount_cents: int
    left_cents: int
    currency: str
    accepted_at: datetime

    @property
    def may_be_refunded(self) -> bool:
        """Surplus money is decided on first."""
        return self.left_cents > 0 and self.decision in {None, "credited"}


class Refund(Answer):
    """A refund and where it stands; ``sentence`` says why and what to do."""

    refund_id: UUID
    payment_id: UUID
    family_id: UUID
    label: str
    amount_cents: int
    reason: str
    consequence: Literal["owed_again", "credit_note"] | None = None
    status: Literal["in_progress", "by_hand", "to_check", "done", "refused", "undone"]
    sentence: str | None = None
    requested_at: datetime
    ended_at: datetime | None = None

    @property
    def waits_for_a_person(self) -> bool:
        """Whether the régie says how it ended."""
        return self.status in {"by_hand", "to_check"}


class PaymentMoney(Answer):
    """What was taken for a payment and what goes back. ``by_bank``: the bank gives back when asked online."""

    taken: list[MoneyTaken]
    refunds: list[Refund]
    by_bank: bool

    @property
    def refundable(self) -> list[MoneyTaken]:
        """Of what something may be given back now: one refund at a time."""
        if any(refund.ended_at is None for refund in self.refunds):
            return []
        return [taken for taken in self.taken if taken.may_be_refunded]

    @property
    def is_undecided(self) -> bool:
        """Whether something of it waits for a decision."""
        return any(taken.decision == "to_decide" for taken in self.taken)

    @property
    def gone_cents(self) -> int:
        """What was given back by refunds that are done."""
        return sum(refund.amount_cents for refund in self.refunds if refund.status == "done")


class Refunds(Answer):
    """Refunds, newest first."""

    items: list[Refund]


class Surplus(Answer):
    """Money the bank took that settles nothing; ``sentence`` says why."""

    movement_id: UUID
    payment_id: UUID
    family_id: UUID
    label: str
    amount_cents: int
    currency: str
    due_cents: int
    sentence: str
    decision: Literal["to_decide", "credited", "refunded"]
    received_at: datetime

    @property
    def is_euro(self) -> bool:
        """An account is kept in euros."""
        return self.currency == _EURO


class Difference(Answer):
    """A place where the accounts disagree, in words."""

    sentence: str
    label: str = ""
    payment_id: UUID | None = None
    family_id: UUID


class Differences(Answer):
    """None, unless something is broken."""

    items: list[Difference]


async def money(api: Api, payment_id: UUID) -> PaymentMoney:
    """What was taken for a payment. ``ApiProblem`` 404, forbidden."""
    return await api.get(PaymentMoney, f"{_BASE}/payments/{payment_id}/money")


async def refund(api: Api, payment_id: UUID, body: dict[str, object]) -> Refund:
    """Gives money back. ``ApiProblem`` with the reason why not."""
    return await api.send(Refund, "POST", f"{_BASE}/payments/{payment_id}/refunds", body)


async def one(api: Api, refund_id: UUID) -> Refund:
    """A refund. ``ApiProblem`` 404."""
    return await api.get(Refund, f"{_BASE}/refunds/{refund_id}")


async def end(api: Api, refund_id: UUID, *, done: bool) -> Refund:
    """Notes how a refund ended. ``ApiProblem`` refund-over."""
    return await api.send(Refund, "POST", f"{_BASE}/refunds/{refund_id}/end", {"done": done})


async def waiting(api: Api) -> list[Refund]:
    """Refunds that are not over."""
    return (await api.get(Refunds, f"{_BASE}/refunds")).items


async def surpluses(api: Api) -> list[Surplus]:
    """Money that waits for a decision, newest first."""
    query: Query = {"decision": "to_decide", "limit": 100}
    return (await api.get(Page[Surplus], f"{_BASE}/surpluses", query)).items


async def decide(api: Api, movement_id: UUID, decision: str, reason: str) -> None:
    """Decides on it. ``ApiProblem`` surplus-decided, foreign-money."""
    body = {"decision": decision, "reason": reason}
    await api.command("POST", f"{_BASE}/surpluses/{movement_id}/decision", body)


async def end_review(api: Api, payment_id: UUID) -> None:
    """The bank took nothing for a payment to review. ``ApiProblem`` review-over, surplus-undecided."""
    await api.command("POST", f"{_BASE}/payments/{payment_id}/review/end")


async def differences(api: Api) -> list[Difference]:
    """Where the ledgers of payments and of accounts disagree with what they account for."""
    found: list[Difference] = []
    for base in (_BASE, "billing/v1"):
        found += (await api.get(Differences, f"{base}/ledger/differences")).items
    return found
