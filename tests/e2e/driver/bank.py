"""The bank's page as the card holder uses it, and the hand that makes the bank misbehave."""

import html
import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from driver.waiting import until

ACCEPTED_CARD = "4012 0010 3714 1112"
FRICTIONLESS_CARD = "4012 0010 3844 3335"
INSUFFICIENT_FUNDS_CARD = "4970 1051 0000 0053"
REFUSED_AFTER_CODE_CARD = "4970 1005 0000 0050"

_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_PHONE_CODE = re.compile(r'class="sms-code">([\d\s\u202f\xa0]+)<')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class PaymentForm:
    """What sends a browser to the bank: address and signed fields, in their order."""

    action: str
    fields: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        return cls(answer["action"], tuple((name, value) for name, value in answer["fields"]))

    def field(self, name: str) -> str:
        return dict(self.fields)[name]

    @property
    def reference(self) -> str:
        return self.field("PBX_CMD")


class BankPage:
    """One payment in one browser tab, which is always on some page of the bank."""

    def __init__(self, client: httpx.Client, shown: httpx.Response) -> None:
        self._client = client
        self._shown = shown
        self.payment_id = urlsplit(str(shown.url)).path.split("/")[2]

    @property
    def heading(self) -> str:
        """The page's first heading, as read aloud."""
        found = _HEADING.search(self._shown.text)
        return " ".join(html.unescape(_TAG.sub("", found[1])).split()) if found else ""

    @property
    def text(self) -> str:
        return " ".join(html.unescape(_TAG.sub(" ", self._shown.text)).split())

    @property
    def code_on_the_phone(self) -> str:
        """The 3-D Secure code of the drawn telephone."""
        found = _PHONE_CODE.search(self._shown.text)
        assert found, f"no telephone on «{self.heading}»"
        return re.sub(r"\D", "", found[1])

    def type_card(self, number: str = ACCEPTED_CARD, expiry: str = "12/30", security_code: str = "123") -> None:
        self._submit("/card", {"number": number, "expiry": expiry, "security_code": security_code})

    def type_code(self, code: str | None = None) -> None:
        """The one on the telephone by default."""
        self._submit("/3ds", {"code": code or self.code_on_the_phone})

    def type_wrong_code(self) -> None:
        right = self.code_on_the_phone
        self.type_code(f"{(int(right) + 1) % 1_000_000:06d}")

    def pay(self, number: str = ACCEPTED_CARD) -> None:
        """Card and code, up to the page that says the payment is accepted."""
        self.type_card(number)
        if number not in {FRICTIONLESS_CARD, INSUFFICIENT_FUNDS_CARD}:
            self.type_code()

    def try_another_card(self) -> None:
        self._shown = self._client.get(f"/pay/{self.payment_id}", follow_redirects=True)

    def cancel(self) -> str:
        """«Annuler». Returns the shop's address where the browser is sent."""
        return self._leave("POST", "/cancel")

    def give_up(self) -> str:
        """«Abandonner le paiement» after a refusal."""
        return self._leave("POST", "/give-up")

    def back_to_shop(self) -> str:
        """«Retour à la boutique»."""
        return self._leave("GET", "/return")

    def _submit(self, step: str, fields: dict[str, str]) -> None:
        self._shown = self._client.post(f"/pay/{self.payment_id}{step}", data=fields, follow_redirects=True)

    def _leave(self, method: str, step: str) -> str:
        own = f"/pay/{self.payment_id}"
        response = self._client.request(method, own + step)
        while response.is_redirect and response.headers["location"].startswith(own):
            response = self._client.get(response.headers["location"])
        assert response.is_redirect, f"the bank does not let go: {response.status_code}"
        return str(response.headers["location"])


class Bank:
    """The simulator: its pages and its controls (``/control``)."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def open_page(self, form: PaymentForm) -> BankPage:
        """What the browser does with the form."""
        shown = self._client.post(urlsplit(form.action).path, data=dict(form.fields), follow_redirects=True)
        assert shown.is_success, shown.text
        return BankPage(self._client, shown)

    def misbehave(self, reference: str, **behaviour: Any) -> None:
        """From now on for that reference; see the simulator's README."""
        order = {"reference": reference, "behaviour": behaviour}
        self._client.put("/control/behaviour", json=order).raise_for_status()

    def behave(self) -> None:
        self._client.delete("/control/behaviour").raise_for_status()

    def resend(self, payment_id: str, **behaviour: Any) -> dict[str, Any]:
        """The server-to-server message once more, now; the answer it got."""
        response = self._client.post(f"/control/payments/{payment_id}/resend", json={"behaviour": behaviour})
        sent: dict[str, Any] = response.raise_for_status().json()
        return sent

    def messages(self, payment_id: str) -> list[dict[str, Any]]:
        """Messages sent for a payment, with the shop's answers."""
        sent: list[dict[str, Any]] = (
            self._client.get(f"/control/payments/{payment_id}").raise_for_status().json()["messages"]
        )
        return sent

    def wait_for_messages(self, payment_id: str, count: int) -> list[dict[str, Any]]:
        return until(lambda: self.messages(payment_id), lambda sent: len(sent) >= count)
