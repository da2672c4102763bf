"""A card holder in front of the bank, who reloads the page when the bank breaks off."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from driver.bank import ACCEPTED_CARD, BankPage, PaymentForm
from driver.crashes.ledger import Ledger
from driver.crashes.patience import insist

_CARD = {"number": ACCEPTED_CARD, "expiry": "12/30", "security_code": "123"}
_TAKEN = "ce numéro a déjà servi ce jour-là"
_SERVER_ERRORS = frozenset(range(500, 600))


class Cards:
    """All who pay. ``being_paid`` tells when someone stands between card and code."""

    def __init__(self, bank_url: str, ledger: Ledger) -> None:
        self._client = httpx.Client(base_url=bank_url, timeout=40, trust_env=False, follow_redirects=True)
        self._ledger = ledger
        self._paying = 0
        self._changed = threading.Condition()

    def pay(self, form: PaymentForm, once_more: Callable[[], PaymentForm]) -> str:
        """Card and code, until the bank says that the payment is accepted. Returns the way back to the portal.

        A bank that broke off may have taken the form: PayZen takes no form twice, so ``once_more`` starts anew.
        """
        shown = self._open(form)
        while _TAKEN in shown.text:
            shown = self._open(once_more())
        assert shown.is_success, shown.text
        payment_id = urlsplit(str(shown.url)).path.split("/")[2]
        own = f"/pay/{payment_id}"
        with self._in_front_of_the_bank():
            while (page := BankPage(self._client, shown)).heading != "Paiement accepté":
                shown = self._step(own, urlsplit(str(shown.url)).path.removeprefix(own), page)
        left = insist(
            self._ledger,
            lambda: self._client.get(f"{own}/return", follow_redirects=False),
            away=_SERVER_ERRORS,
        )
        return str(left.headers["location"])

    def wait_for_a_payer(self, seconds: float) -> bool:
        """Whether someone is paying, now or within that time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._paying > 0, seconds)

    def _open(self, form: PaymentForm) -> httpx.Response:
        return self._insist("POST", urlsplit(form.action).path, dict(form.fields))

    def _step(self, own: str, where: str, page: BankPage) -> httpx.Response:
        """Answers what the page asks; a step that broke off is seen by reloading, never sent twice."""
        try:
            if where == "/3ds":
                return self._client.post(f"{own}/3ds", data={"code": page.code_on_the_phone})
            if where == "":
                return self._client.post(f"{own}/card", data=_CARD)
        except httpx.TransportError as error:
            self._ledger.trouble(f"bank: {type(error).__name__}")
            reloaded = self._insist("GET", own)
            assert reloaded.is_success, reloaded.text
            return reloaded
        raise AssertionError(f"the bank says «{page.heading}» on {where}: {page.text[:500]}")

    def _insist(self, method: str, path: str, fields: dict[str, str] | None = None) -> httpx.Response:
        return insist(self._ledger, lambda: self._client.request(method, path, data=fields), away=_SERVER_ERRORS)

    @contextmanager
    def _in_front_of_the_bank(self) -> Iterator[None]:
        self._move(1)
        try:
            yield
        finally:
            self._move(-1)

    def _move(self, change: int) -> None:
        with self._changed:
            self._paying += change
            self._changed.notify_all()
