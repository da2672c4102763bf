"""What the port offers besides paying, on each protocol: refunds, and trying a contract."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.values import Role
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.application.bank_port import BankUnavailableError, RefundImpossibleError, RefundOrder

NOW = datetime(2022, 7, 4, 7, 0, tzinfo=UTC)


def order(transaction_id: str, cents: int = 1000, call_number: str | None = "900") -> RefundOrder:
    return RefundOrder("ref-1", None, transaction_id, call_number, cents, 42, NOW)


def terms(contract: dict[str, Any]) -> Any:
    return PROTOCOLS[contract["protocol"]].terms.model_validate(contract)


def paybox_contract(shop: Any, host: Any, **changed: Any) -> dict[str, Any]:
    addresses = {"page_url": f"{host.address}/php/", "direct_url": f"{host.address}/PPPS.php"}
    contract: dict[str, Any] = shop.contract(**{**addresses, **changed})
    return contract


async def test_paybox_gives_back_what_it_took(shop: Any, paybox_host: Any) -> None:
    contract = terms(paybox_contract(shop, paybox_host))
    done = await PROTOCOLS["paybox"].refund(contract, order("77"))
    assert (done.done, done.code, done.refund_id) == (True, "00000", "0000000077")
    (asked,) = paybox_host.refunds
    assert (asked["TYPE"], asked["NUMTRANS"], asked["NUMAPPEL"]) == ("00014", "0000000077", "0000000900")
    assert (asked["MONTANT"], asked["NUMQUESTION"], asked["DATEQ"]) == ("0000001000", "0000000042", "04072022070000")
    refused = await PROTOCOLS["paybox"].refund(contract, order("77", cents=3401))
    assert (refused.done, refused.code) == (False, "00011")
    assert "refusé le remboursement" in (refused.sentence or "")


@pytest.mark.parametrize("missing", ["direct_url", "call_number"])
async def test_paybox_needs_the_premium_contract_and_both_numbers(shop: Any, paybox_host: Any, missing: str) -> None:
    contract = terms(paybox_contract(shop, paybox_host, **({"direct_url": None} if missing == "direct_url" else {})))
    with pytest.raises(RefundImpossibleError):
        await PROTOCOLS["paybox"].refund(contract, order("77", call_number=None if missing == "call_number" else "9"))


async def test_payzen_cancels_or_refunds(payzen: Any) -> None:
    contract = terms(payzen.contract())
    credit = payzen.transaction("AUTHORISED", 1000, operationType="CREDIT", uuid="C" * 32)
    payzen.refund = payzen._said(credit)
    done = await PROTOCOLS["payzen"].refund(contract, order("a" * 32))
    assert (done.done, done.refund_id) == (True, "c" * 32)
    payzen.refund = payzen._error("PSP_511")
    assert (await PROTOCOLS["payzen"].refund(contract, order("a" * 32))).code == "PSP_511"
    payzen.is_down = True
    with pytest.raises(BankUnavailableError):
        await PROTOCOLS["payzen"].refund(contract, order("a" * 32))
    with pytest.raises(RefundImpossibleError):
        await PROTOCOLS["payzen"].refund(terms(payzen.contract(rest_password=None)), order("a" * 32))


async def test_payfip_gives_nothing_back(treasury: Any) -> None:
    with pytest.raises(RefundImpossibleError, match="comptable public"):
        await PROTOCOLS["payfip"].refund(terms(treasury.contract()), order("x"))


async def test_a_paybox_contract_can_be_tried(shop: Any, paybox_host: Any) -> None:
    async with shop.client(Role.ADMINISTRATOR) as client:
        path = f"/regies/{shop.regie_id}/contract"
        await client.put(path, json=paybox_contract(shop, paybox_host))
        good = (await client.post(f"{path}/test")).json()
        paybox_host.opens_direct = False
        closed = (await client.post(f"{path}/test")).json()
        paybox_host.loses_direct = True
        lost = (await client.post(f"{path}/test")).json()
        await client.put(path, json=paybox_contract(shop, paybox_host, hmac_key="AB" * 64))
        wrong = (await client.post(f"{path}/test")).json()
        paybox_host.is_down = True
        silent = (await client.post(f"{path}/test")).json()
    assert (good["works"], "n'a pas refusé" in good["sentence"]) == (True, True)
    assert (closed["works"], "premium" in closed["sentence"]) == (False, True)
    assert (lost["works"], "(PPPS) ne répond pas" in lost["sentence"]) == (False, True)
    assert (wrong["works"], "clé HMAC" in wrong["sentence"]) == (False, True)
    assert (silent["works"], "ne répond pas" in silent["sentence"]) == (False, True)
