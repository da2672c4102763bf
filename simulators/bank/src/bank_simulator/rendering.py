"""Pages: templates, French amounts, and the headers that keep a payment page to itself."""

from collections.abc import Iterable
from pathlib import Path

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from bank_simulator.cards import TEST_CARDS
from bank_simulator.debits import TEST_ACCOUNTS
from bank_simulator.forms import RequestRefusedError
from bank_simulator.model import AttemptStatus, MessageStatus, PaymentStatus, RefundKind

STATIC = Path(__file__).parent / "static"

_PAYMENT_TEXT = {
    PaymentStatus.OPEN: "en cours",
    PaymentStatus.PAID: "payé",
    PaymentStatus.REFUSED: "refusé",
    PaymentStatus.ABANDONED: "abandonné après refus",
    PaymentStatus.CANCELLED: "annulé",
    PaymentStatus.EXPIRED: "délai dépassé",
}
_ATTEMPT_TEXT = {
    AttemptStatus.CHALLENGED: "attend le code",
    AttemptStatus.ACCEPTED: "accepté",
    AttemptStatus.REFUSED: "refusé",
    AttemptStatus.REJECTED: "accepté puis rejeté",
}
_REFUND_TEXT = {RefundKind.CANCELLATION: "Annulation", RefundKind.REFUND: "Remboursement"}
_MESSAGE_TEXT = {
    MessageStatus.HELD: "en attente d'envoi",
    MessageStatus.DROPPED: "perdu volontairement",
    MessageStatus.SENDING: "envoi en cours",
    MessageStatus.ANSWERED: "réponse",
    MessageStatus.FAILED: "échec",
}


def euros(cents: int) -> str:
    """``3400`` → ``34,00``, thousands apart by a no-break space."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}".replace(",", "\N{NO-BREAK SPACE}") + f",{rest:02}"


def grouped_code(code: str) -> str:
    """``482913`` → ``482 913``."""
    return f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]}"


def lower_first(text: str) -> str:
    """``Carte perdue`` → ``carte perdue``."""
    return text[:1].lower() + text[1:]


_environment = Environment(
    loader=PackageLoader("bank_simulator"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {
    "euros": euros,
    "grouped_code": grouped_code,
    "lower_first": lower_first,
    "payment_text": _PAYMENT_TEXT.__getitem__,
    "attempt_text": _ATTEMPT_TEXT.__getitem__,
    "message_text": _MESSAGE_TEXT.__getitem__,
    "refund_text": _REFUND_TEXT.__getitem__,
}
_environment.globals |= {"test_cards": TEST_CARDS, "test_accounts": TEST_ACCOUNTS, "protocol": None}


def page(
    template: str,
    *,
    status_code: int = 200,
    shop_origins: Iterable[str] = (),
    refresh: str | None = None,
    **values: object,
) -> HTMLResponse:
    """A page. ``shop_origins``: where its forms may be redirected; ``refresh``: value of the Refresh header."""
    form_action = " ".join(["'self'", *sorted(shop_origins)])
    headers = {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action {form_action}"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if refresh is not None:
        headers["Refresh"] = refresh
    return HTMLResponse(_environment.get_template(template).render(**values), status_code=status_code, headers=headers)


def request_refused(refusal: RequestRefusedError) -> HTMLResponse:
    """What the payer sees of a shop's wrong request, with what its developer must know."""
    return page(
        "request_refused.html", status_code=400, field=refusal.field, problem=refusal.problem, code=refusal.code
    )
