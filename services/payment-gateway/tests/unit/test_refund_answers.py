"""What a bank's answer to a refund proves: done, surely not done, or neither, and then it is not asked anew."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from payment_gateway.adapters.paybox import PROTOCOL as PAYBOX
from payment_gateway.adapters.paybox import refusals as paybox_refusals
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.adapters.payzen import PROTOCOL as PAYZEN
from payment_gateway.adapters.payzen import statuses as payzen_statuses
from payment_gateway.adapters.payzen.terms import PayZenTerms
from payment_gateway.application.bank_port import BankUnavailableError, RefundOrder, RefundOutcome

DEBIT, CREDIT = "d" * 32, "c" * 32
PAYZEN_ORDER = RefundOrder("ref-1", None, DEBIT, None, 1000, 42, datetime.now(UTC))
PAYBOX_ORDER = RefundOrder("ref-1", None, "77", "88", 1000, 42, datetime.now(UTC))
PAID = ("AUTHORISED", "CAPTURED", "ACCEPTED")
NEVER = ("REFUSED", "CAPTURE_FAILED", "CANCELLED", "EXPIRED", "ABANDONED", "NOT_CREATED")
EITHER = (
    "INITIAL", "WAITING_AUTHORISATION", "WAITING_AUTHORISATION_TO_VALIDATE", "AUTHORISED_TO_VALIDATE",
    "UNDER_VERIFICATION", "PRE_AUTHORISED", "WAITING_FOR_PAYMENT", "SUSPENDED", "PENDING", "REFUND_TO_RETRY",
    "SOMETHING_NEW",
)  # fmt: skip


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes both banks answer these bytes."""

    def answers(raw: bytes) -> None:
        async def answer(*_: object, **__: object) -> tuple[int, bytes]:
            return 200, raw

        for module in ("paybox.direct", "payzen.rest"):
            monkeypatch.setattr(f"payment_gateway.adapters.{module}.call_bank", answer)

    return answers


async def by_payzen(answer: dict[str, Any], status: str = "SUCCESS", *, says: Any) -> RefundOutcome | None:
    """None when nothing is known."""
    says(json.dumps({"status": status, "answer": answer}).encode())
    terms = PayZenTerms.model_validate(
        {
            "protocol": "payzen",
            "mode": "test",
            "shop_name": "REGIE",
            "site_id": "12345678",
            "page_url": "https://secure.payzen.eu/vads-payment/",
            "rest_url": "https://api.payzen.eu/api-payment/V4/",
            "form_key": "1122334455667788",
            "rest_password": "testpassword_x",
        }
    )
    try:
        return await PAYZEN.refund(terms, PAYZEN_ORDER)
    except BankUnavailableError:
        return None


async def by_paybox(code: str, bank: Any, says: Any) -> RefundOutcome | None:
    """None when nothing is known."""
    says(f"NUMTRANS=0000000099&CODEREPONSE={code}&COMMENTAIRE=x".encode())
    terms = PayboxTerms.model_validate(
        {
            "protocol": "paybox",
            "mode": "test",
            "shop_name": "REGIE",
            "site": "1999888",
            "rang": "32",
            "identifiant": "2",
            "page_url": "https://preprod-tpeweb.paybox.com/php/",
            "direct_url": "https://preprod-ppps.paybox.com/PPPS.php",
            "bank_public_key_pem": bank.public_key_pem,
            "hmac_key": "0123456789ABCDEF" * 8,
        }
    )
    try:
        return await PAYBOX.refund(terms, PAYBOX_ORDER)
    except BankUnavailableError:
        return None


def transaction(
    status: str, operation: str | None = "CREDIT", amount: int = 1000, uuid: str = CREDIT
) -> dict[str, Any]:
    said = {"uuid": uuid, "amount": amount, "currency": "EUR", "detailedStatus": status}
    return {**said, "operationType": operation} if operation else said


def check_refused(said: RefundOutcome | None, code: str) -> None:
    assert said is not None
    assert not said.done
    assert said.sentence is not None
    assert said.sentence.startswith("La banque a refusé le remboursement : ")
    assert said.sentence.endswith(f" (code {code}).")
    assert len(said.sentence) > len("La banque a refusé le remboursement :  (code 00015).") + 15, "it says why"


@pytest.mark.parametrize("status", PAID)
async def test_a_credit_the_bank_makes_is_done(says: Any, status: str) -> None:
    said = await by_payzen(transaction(status), says=says)
    assert said is not None
    assert (said.done, said.refund_id) == (True, CREDIT)


@pytest.mark.parametrize("status", NEVER)
async def test_a_credit_that_fails_gives_nothing_back(says: Any, status: str) -> None:
    check_refused(await by_payzen(transaction(status), says=says), status)


@pytest.mark.parametrize("status", EITHER)
async def test_a_credit_that_waits_is_neither(says: Any, status: str) -> None:
    assert await by_payzen(transaction(status), says=says) is None


@pytest.mark.parametrize("operation", ["DEBIT", None])
async def test_a_debit_says_nothing_but_that_it_is_cancelled(says: Any, operation: str | None) -> None:
    cancelled = await by_payzen(transaction("CANCELLED", operation, uuid=DEBIT), says=says)
    assert cancelled is not None
    assert (cancelled.done, cancelled.refund_id) == (True, DEBIT)
    for status in (*PAID, *EITHER, "REFUSED", "CAPTURE_FAILED"):
        assert await by_payzen(transaction(status, operation, uuid=DEBIT), says=says) is None, status


@pytest.mark.parametrize(
    ("status", "operation"), [("CAPTURED", "CREDIT"), ("CANCELLED", "DEBIT"), ("REFUSED", "CREDIT")]
)
async def test_another_amount_is_looked_at(says: Any, status: str, operation: str) -> None:
    """A part was asked for and the whole is cancelled, or less is given back."""
    assert await by_payzen(transaction(status, operation, amount=3400), says=says) is None


@pytest.mark.parametrize("code", ["INT_999", "PSP_099", "PSP_999", "ACQ_999", "PSP_777", "SOMETHING"])
async def test_payzens_own_trouble_is_neither(says: Any, code: str) -> None:
    assert await by_payzen({"errorCode": code}, "ERROR", says=says) is None


@pytest.mark.parametrize("code", [*payzen_statuses._REFUND_REFUSALS, "INT_009", "INT_902"])
async def test_payzens_refusals_say_why(says: Any, code: str) -> None:
    check_refused(await by_payzen({"errorCode": code}, "ERROR", says=says), code)


@pytest.mark.parametrize(
    "code", ["00001", "00002", "00003", "00097", "00098", "00099", "00190", "00197", "99999", "ABC"]
)
async def test_payboxs_own_trouble_is_neither(says: Any, bank: Any, code: str) -> None:
    assert await by_paybox(code, bank, says) is None


@pytest.mark.parametrize("code", [*paybox_refusals._REFUND_REFUSALS, "00105", "00157"])
async def test_payboxs_refusals_say_why(says: Any, bank: Any, code: str) -> None:
    check_refused(await by_paybox(code, bank, says), code)


async def test_a_refund_by_paybox_is_done(says: Any, bank: Any) -> None:
    said = await by_paybox("00000", bank, says)
    assert said is not None
    assert (said.done, said.refund_id) == (True, "0000000099")
