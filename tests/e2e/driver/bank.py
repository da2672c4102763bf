"""The bank's page as the card holder uses it, and the hand that makes the bank misbehave."""

import hashlib
import hmac
import html
import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import httpx

from driver.local_client import local_client
from driver.waiting import until

ACCEPTED_CARD = "4012 0010 3714 1112"
FRICTIONLESS_CARD = "4012 0010 3844 3335"
INSUFFICIENT_FUNDS_CARD = "4970 1051 0000 0053"
REFUSED_AFTER_CODE_CARD = "4970 1005 0000 0050"
LIMIT_EXCEEDED_CARD = "4970 1061 0000 0051"
ACCEPTED_ACCOUNT = "FR76 3000 1007 9412 3456 7890 185"
REFUSED_ACCOUNT = "FR14 2004 1010 0505 0001 3M02 606"

_REFERENCE_FIELDS = ("PBX_CMD", "vads_order_id")

_HEADING = re.compile(r"<h1[^>]*>(.*?)</h1>", re.DOTALL)
_PHONE_CODE = re.compile(r'class="sms-code">([\d\s\u202f\xa0]+)<')
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class PaymentForm:
    """What sends a browser to the bank: address and fields, in their order."""

    action: str
    fields: tuple[tuple[str, str], ...]
    method: str = "POST"

    @classmethod
    def read(cls, answer: dict[str, Any]) -> Self:
        fields = tuple((name, value) for name, value in answer["fields"])
        return cls(answer["action"], fields, answer.get("method", "POST"))

    def field(self, name: str) -> str:
        return dict(self.fields)[name]

    @property
    def reference(self) -> str:
        """The attempt's reference at the bank. PayFiP's form does not carry it: see ``Bank.reference_of``."""
        return next(value for name, value in self.fields if name in _REFERENCE_FIELDS)


def asked_by_another_shop(form: PaymentForm, reference: str = "") -> PaymentForm:
    """Paybox: the same amount, addresses and, unless another is given, reference, asked for by somebody else's shop,
    which gets the money.
    """
    changed = {"PBX_SITE": "1999777", "PBX_RANG": "01", "PBX_IDENTIFIANT": "987654321"}
    changed |= {"PBX_CMD": reference} if reference else {}
    fields = [(name, changed.get(name, value)) for name, value in form.fields if name != "PBX_HMAC"]
    text = "&".join(f"{name}={value}" for name, value in fields)
    seal = hmac.new(bytes.fromhex("FEDCBA9876543210" * 8), text.encode(), hashlib.sha512).hexdigest().upper()
    return PaymentForm(form.action, (*fields, ("PBX_HMAC", seal)), form.method)


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
        """Card, and code if one is asked for, up to the page that says what became of the payment."""
        self.type_card(number)
        if _PHONE_CODE.search(self._shown.text):
            self.type_code()

    def pay_by_debit(self, iban: str = ACCEPTED_ACCOUNT, holder: str = "Claire Martin") -> None:
        """One direct debit, at a bank that offers it."""
        self._submit("/debit", {"holder": holder, "iban": iban})

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
        self._client = local_client(url)

    def close(self) -> None:
        self._client.close()

    def open_page(self, form: PaymentForm) -> BankPage:
        """What the browser does with the form."""
        address = urlsplit(form.action)
        if form.method == "GET":
            query = dict(parse_qsl(address.query)) | dict(form.fields)
            shown = self._client.get(address.path, params=query, follow_redirects=True)
        else:
            shown = self._client.post(address.path, data=dict(form.fields), follow_redirects=True)
        assert shown.is_success, shown.text
        return BankPage(self._client, shown)

    def reference_of(self, page: BankPage) -> str:
        """The reference under which the shop asked for this payment."""
        return str(self.payment(page.payment_id)["reference"])

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

    def refund(self, payment_id: str, amount_cents: int | None = None) -> dict[str, Any]:
        """By hand in the bank's back office: all that is left by default."""
        return self._control(payment_id, "refund", amount_cents=amount_cents)

    def reject_debit(self, payment_id: str) -> None:
        """The payer's bank sends an accepted debit back."""
        self._control(payment_id, "reject-debit")

    def expire(self, payment_id: str) -> None:
        """The time of the page is over."""
        self._control(payment_id, "expire")

    def pass_night(self, payment_id: str) -> None:
        """What was accepted is captured, what never ended is forgotten."""
        self._control(payment_id, "night")

    def payment(self, payment_id: str) -> dict[str, Any]:
        """A payment as the bank knows it."""
        known: dict[str, Any] = self._client.get(f"/control/payments/{payment_id}").raise_for_status().json()
        return known

    def messages(self, payment_id: str) -> list[dict[str, Any]]:
        """Messages sent for a payment, with the shop's answers."""
        sent: list[dict[str, Any]] = self.payment(payment_id)["messages"]
        return sent

    def wait_for_messages(self, payment_id: str, count: int) -> list[dict[str, Any]]:
        return until(lambda: self.messages(payment_id), lambda sent: len(sent) >= count)

    def _control(self, payment_id: str, step: str, **order: Any) -> dict[str, Any]:
        response = self._client.post(f"/control/payments/{payment_id}/{step}", json=order)
        done: dict[str, Any] = response.raise_for_status().json()
        return done
