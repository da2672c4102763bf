"""The way to the bank: a page whose form the browser sends there."""

from uuid import UUID

from fastapi import Response

from web.api import payments
from web.api.errors import ApiProblem
from web.navigation import see_other
from web.security.headers import CONTENT_SECURITY_POLICY, policy_for_bank
from web.visit import Visit

_TOLD_BY_ITS_PAGE = frozenset({"payment-already-paid", "payment-closed"})


def payment_path(payment_id: UUID) -> str:
    """The page that says where a payment stands."""
    return f"/paiement/{payment_id}"


async def go_to_bank(visit: Visit, payment_id: UUID, *, confirmed: bool = False) -> Response:
    """The page with the bank's form; the payment's own page when it cannot be paid now.

    ``confirmed``: the parent read that another attempt may still succeed.
    """
    patience = visit.state.settings.payment_patience_seconds
    try:
        form = await payments.start_attempt(visit.api, payment_id, patience, confirmed=confirmed)
    except ApiProblem as problem:
        if problem.slug == "attempt-in-progress":
            return see_other(f"{payment_path(payment_id)}?autre=true")
        if problem.slug in _TOLD_BY_ITS_PAGE:
            return see_other(payment_path(payment_id))
        raise
    if form is None:
        return see_other(payment_path(payment_id))
    page = await visit.page("family/payment/to_bank.html", form=form, payment_path=payment_path(payment_id))
    page.headers[CONTENT_SECURITY_POLICY] = policy_for_bank(form.action)
    return page
