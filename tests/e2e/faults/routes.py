"""Who may call which route of the API, and how a route is called that must refuse."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import httpx

from driver import Api, until
from driver.operations import Operation

PARENTS = {
    "GET /api/identity/v1/account",
    "PUT /api/identity/v1/account/password",
    "DELETE /api/identity/v1/sessions/current",
    "GET /api/identity/v1/sessions/current",
    "GET /api/enrolment/v1/family",
    "PUT /api/enrolment/v1/family/guardians/{guardian_id}",
    "GET /api/enrolment/v1/activities",
    "GET /api/enrolment/v1/adhesion-orders",
    "POST /api/enrolment/v1/adhesion-orders",
    "GET /api/enrolment/v1/adhesion-orders/{order_id}",
    "DELETE /api/enrolment/v1/adhesion-orders/{order_id}",
    "POST /api/enrolment/v1/adhesion-orders/{order_id}/payment",
    "GET /api/planning/v1/members",
    "GET /api/planning/v1/planning",
    "GET /api/planning/v1/explain",
    "PUT /api/planning/v1/draft/members/{member_id}",
    "GET /api/planning/v1/draft",
    "DELETE /api/planning/v1/draft",
    "DELETE /api/planning/v1/draft/impossible-lines",
    "DELETE /api/planning/v1/draft/lines/{line_id}",
    "POST /api/planning/v1/draft/commit",
    "POST /api/planning/v1/draft/advanced-changes",
    "POST /api/planning/v1/draft/advanced-changes/preview",
    "GET /api/planning/v1/waiting-list",
    "POST /api/planning/v1/waiting-list",
    "DELETE /api/planning/v1/waiting-list/{waiting_id}",
    "POST /api/planning/v1/place-offers/{offer_id}/accept",
    "POST /api/planning/v1/place-offers/{offer_id}/decline",
    "GET /api/planning/v1/absences",
    "POST /api/planning/v1/absences",
    "POST /api/planning/v1/absences/{announcement_id}/documents",
    "GET /api/planning/v1/absences/documents/{absence_document_id}",
    "DELETE /api/planning/v1/absences/documents/{absence_document_id}",
    "GET /api/planning/v1/trail",
    "GET /api/planning/v1/agenda-addresses",
    "POST /api/planning/v1/agenda-addresses",
    "DELETE /api/planning/v1/agenda-addresses/{address_id}",
    "GET /api/planning/v1/reservations",
    "GET /api/billing/v1/summary",
    "POST /api/billing/v1/invoice-payments",
    "GET /api/billing/v1/account",
    "GET /api/billing/v1/payments",
    "GET /api/billing/v1/invoices",
    "GET /api/billing/v1/invoices/{invoice_id}",
    "GET /api/billing/v1/invoices/{invoice_id}/pdf",
    "GET /api/payment-gateway/v1/payments/{payment_id}",
    "GET /api/payment-gateway/v1/payments/{payment_id}/receipt",
    "POST /api/payment-gateway/v1/payments/{payment_id}/attempts",
    "GET /api/communication/v1/messages",
    "POST /api/communication/v1/messages",
    "POST /api/communication/v1/messages/read",
    "GET /api/communication/v1/messages/summary",
}
"""What a parent may ask for; every other route that wants a login is the town hall's or the operator's."""

REGISSEURS = {
    "POST /api/billing/v1/invoicing-runs",
    "GET /api/billing/v1/reconciliation",
    "GET /api/enrolment/v1/reconciliation",
    "POST /api/planning/v1/statements",
    "POST /api/payment-gateway/v1/statements",
    "GET /api/payment-gateway/v1/payments/{payment_id}/money",
    "POST /api/payment-gateway/v1/payments/{payment_id}/refunds",
    "GET /api/payment-gateway/v1/refunds",
    "GET /api/payment-gateway/v1/refunds/{refund_id}",
    "POST /api/payment-gateway/v1/refunds/{refund_id}/end",
    "GET /api/payment-gateway/v1/surpluses",
    "POST /api/payment-gateway/v1/surpluses/{movement_id}/decision",
    "POST /api/payment-gateway/v1/payments/{payment_id}/review/end",
    "GET /api/payment-gateway/v1/unplaced-money",
    "POST /api/payment-gateway/v1/unplaced-money/{message_id}/dealt-with",
    "GET /api/payment-gateway/v1/unconfirmed-money",
    "POST /api/payment-gateway/v1/unconfirmed-money/{movement_id}/decision",
    "GET /api/payment-gateway/v1/ledger/differences",
    "GET /api/billing/v1/ledger/differences",
    "GET /api/billing/v1/credits",
    "GET /api/payment-gateway/v1/bank-day",
    "GET /api/payment-gateway/v1/bank-day/movements",
    "GET /api/payment-gateway/v1/bank-movements.csv",
    "GET /api/payment-gateway/v1/bank-files",
    "GET /api/payment-gateway/v1/bank-files/{file_id}",
    "POST /api/payment-gateway/v1/regies/{regie_id}/bank-files",
}
"""Of the town hall's routes, those that an agent may not call."""

ADMINISTRATORS = {
    "PUT /api/identity/v1/accounts/{account_id}",
    "PUT /api/enrolment/v1/regies/{regie_id}",
    "PUT /api/enrolment/v1/activities/{activity_id}",
    "POST /api/enrolment/v1/activities/{activity_id}/preview",
    "PUT /api/planning/v1/activities/{activity_id}/calendar",
    "PUT /api/planning/v1/activities/{activity_id}/waiting-list-rules",
    "POST /api/planning/v1/activities/{activity_id}/withdrawals",
    "PUT /api/planning/v1/activities/{activity_id}/absence-policy",
    "PUT /api/planning/v1/holidays/{school_year}",
    "PUT /api/planning/v1/school-week",
    "PUT /api/payment-gateway/v1/regies/{regie_id}/contract",
    "POST /api/payment-gateway/v1/regies/{regie_id}/contract/test",
}
"""Of the town hall's routes, those that neither an agent nor a régisseur may call."""

AGENTS = {
    "POST /api/planning/v1/families/{family_id}/baskets",
    "POST /api/planning/v1/families/{family_id}/absences",
    "POST /api/planning/v1/families/{family_id}/waiting-list",
    "DELETE /api/planning/v1/families/{family_id}/waiting-list/{waiting_id}",
    "POST /api/planning/v1/families/{family_id}/place-offers/{offer_id}/accept",
    "POST /api/planning/v1/families/{family_id}/place-offers/{offer_id}/decline",
}
"""Of the town hall's routes, those that a régisseur may not call: they serve families."""

UPSERTS = {
    "PUT /api/enrolment/v1/regies/{regie_id}",
    "PUT /api/enrolment/v1/activities/{activity_id}",
    "POST /api/enrolment/v1/activities/{activity_id}/preview",
    "PUT /api/enrolment/v1/families/{family_id}",
    "PUT /api/identity/v1/accounts/{account_id}",
    "PUT /api/payment-gateway/v1/regies/{regie_id}/contract",
}
"""Routes where the caller chooses the id: a foreign one cannot be told from a new one."""

Content = dict[str, Any]
Send = Callable[[Operation], httpx.Response]
_NO_TOKEN = "0" * 43
_TOO_MANY = 429


def ask(api: Api, operation: Operation, ids: dict[str, str], content: Content | None = None) -> httpx.Response:
    """Calls an operation with these ids, and a body (of a GET, a query) that is empty unless given.

    The gateway may say that so many calls are too many at once: then it is asked again.
    """
    body = content or ({} if operation.method == "GET" else {"json": {}})
    address = operation.address({"token": _NO_TOKEN, **ids})
    return until(
        lambda: api.send(operation.method, address, **body), lambda answer: answer.status_code != _TOO_MANY, seconds=30
    )


def unexpected(
    operations: Iterable[Operation], expected: set[int], send: Send, secrets: Iterable[str] = ()
) -> dict[str, str]:
    """The answers with another status than the expected ones, or that hold one of the secrets."""
    hidden = re.compile("|".join(map(re.escape, secrets)) or r"(?!)")
    answers = {str(operation): send(operation) for operation in operations}
    return {
        name: f"{answer.status_code} {answer.text[:200]}"
        for name, answer in answers.items()
        if answer.status_code not in expected or hidden.search(answer.text)
    }


def with_status(operations: Iterable[Operation], status: int, send: Send) -> set[str]:
    """The operations that answer so."""
    return {str(operation) for operation in operations if send(operation).status_code == status}
