"""The API keeps what its document says; communes are kept apart; only the bank's addresses answer anyone."""

from typing import Any

import pytest

from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import ALIXAN, Harness
from chassis.testing.stateful import Link, follows_links
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, shop: Any, role: Role) -> None:
    payment_id, (_, attempt_id) = await shop.request(), await shop.begin()
    known = {
        "payment_id": payment_id,
        "attempt_id": attempt_id,
        "protocol": "paybox",
        "slug": "alixan",
        "outcome": "effectue",
    }
    family_id = shop.family_id if role is Role.PARENT else None
    headers = harness.signer.headers(ALIXAN.tenant_id, role, family_id=family_id)
    answers = await answers_to_anything(harness, headers, {**known, "regie_id": shop.regie_id})
    assert {200, 303, 403, 404, 422} <= answers.keys()
    assert role is not Role.PARENT or answers[201] > 0


async def test_chains_of_calls_are_answered_as_documented(harness: Harness, shop: Any) -> None:
    payment_id = await shop.request()
    payment, attempts = "GET /payments/{payment_id}", "POST /payments/{payment_id}/attempts"
    same = {"path.payment_id": "$request.path.payment_id"}
    started = {
        "path.attempt_id": "$response.body#/attempt_id",
        "path.protocol": "paybox",
        "path.slug": "alixan",
        "path.outcome": "effectue",
    }
    coming_back = "GET /pay/return/{protocol}/{slug}/{attempt_id}/{outcome}"
    links = [
        Link(payment, 200, attempts, same, {"confirmed": True}),  # or the second one is warned of paying twice
        Link(attempts, 201, payment, same),
        Link(attempts, 201, coming_back, started),
    ]
    known = {"payment_id": payment_id, "regie_id": shop.regie_id}
    parent = harness.signer.headers(ALIXAN.tenant_id, family_id=shop.family_id)
    await follows_links(harness, parent, links, known, enough=2)
    contract = "/regies/{regie_id}/contract"
    of_regie = {"path.regie_id": str(shop.regie_id)}
    kept = [
        Link(source, 200, target, of_regie)
        for source in ("GET /protocols", "GET /bank-files", "GET /payments", f"GET {contract}")
        for target in (f"GET {contract}", f"GET {contract}/state")
    ]
    administrator = harness.signer.headers(ALIXAN.tenant_id, Role.ADMINISTRATOR)
    await follows_links(harness, administrator, kept, known, enough=2)


async def test_only_the_banks_addresses_answer_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {
        "GET /pay/ipn/{protocol}/{slug}/{attempt_id}": 404,
        "POST /pay/ipn/{protocol}/{slug}": 404,
        "POST /pay/ipn/{protocol}/{slug}/{attempt_id}": 404,
        "GET /pay/return/{protocol}/{slug}/{attempt_id}": 404,
        "POST /pay/return/{protocol}/{slug}/{attempt_id}": 404,
        "GET /pay/return/{protocol}/{slug}/{attempt_id}/{outcome}": 404,
    }


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []
