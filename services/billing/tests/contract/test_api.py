"""The API keeps what its document says; communes are kept apart; nothing answers without a token."""

from typing import Any

import pytest
from sqlalchemy import text

from billing.adapters.invoicing import INVOICE_FILES
from chassis.testing.contract import answers_to_anything, routes_open_to_anyone
from chassis.testing.isolation import isolation_gaps, isolation_leaks
from chassis.testing.plugin import Harness
from chassis.testing.stateful import Link, follows_links
from contracts.values import Role


@pytest.mark.parametrize("role", [Role.PARENT, Role.ADMINISTRATOR])
async def test_whatever_is_sent_the_answer_is_documented(harness: Harness, town: Any, home: Any, role: Role) -> None:
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    family_id = home.family_id if role is Role.PARENT else None
    headers = harness.signer.headers(town.tenant, role, family_id=family_id)
    answers = await answers_to_anything(harness, headers, {"invoice_id": invoice["invoice_id"]})
    assert {200, 403, 404, 422} <= answers.keys()
    assert role is Role.PARENT or answers[201] > 0


async def test_chains_of_calls_are_answered_as_documented(harness: Harness, town: Any, home: Any) -> None:
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    await harness.run_job(INVOICE_FILES)
    chosen = {"invoice_ids": ["$response.body#/items/0/invoice_id"]}
    links = [Link("GET /invoices", 200, "POST /invoice-payments", body=chosen)]
    parent = harness.signer.headers(town.tenant, family_id=home.family_id)
    known = {"invoice_id": invoice["invoice_id"]}
    await follows_links(harness, parent, links, known, enough=2)
    links = [
        Link("POST /invoicing-runs", 201, "GET /invoicing-runs"),
        Link("GET /invoicing-runs", 200, "GET /invoices"),
    ]
    regisseur = harness.signer.headers(town.tenant, Role.REGISSEUR)
    await follows_links(harness, regisseur, links, known, enough=2)


async def test_nothing_answers_without_token(harness: Harness) -> None:
    assert await routes_open_to_anyone(harness) == {}


async def test_communes_are_kept_apart(harness: Harness) -> None:
    assert await isolation_gaps(harness) == []
    assert await isolation_leaks(harness) == []


@pytest.mark.parametrize("table", ["invoice", "charge", "ledger_movement", "invoice_pdf", "family"])
async def test_the_application_sees_no_row_without_a_commune(
    harness: Harness, town: Any, home: Any, table: str
) -> None:
    await town.book(home)
    await town.run()
    async with harness.runtime.database.platform() as connection:
        assert (await connection.execute(text(f"select 1 from {table}"))).all() == []
