"""Rows lost and altered below the application: found at the press of a button, mended where that is safe, told."""

import asyncio
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from playwright.sync_api import Browser, expect

from driver import FamilyRecord, Parent, Portal, TownHall, until
from driver.pages import Camera, PortalPages
from portail_local.state import Options, State
from portail_local.system import System as LocalSystem

DAYS = [date(2022, 11, 14), date(2022, 11, 15)]
MENDED = "La réservation de Louis du 14/11/2022 manquait à la facturation : elle a été ajoutée."
ALTERED = re.compile(r"La réservation de Louis du 15/11/2022 est comptée 9,90\s€ à la facturation, et 5,00\s€")


class Superuser:
    """The databases of the running system, below every trigger and policy."""

    def __init__(self, portal: Portal) -> None:
        self._servers = LocalSystem(State(portal.state), Options(port=portal.ports.gateway))

    def run(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        """In a thread of its own: the browser's driver keeps this one's loop."""
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, self._run(service, statement, *arguments)).result()

    async def _run(self, service: str, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self._servers.postgres.url(database=service))
        try:
            await connection.execute("set session_replication_role = replica")
            rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
            return rows
        finally:
            await connection.close()


@pytest.fixture
def superuser(running_portal: Portal) -> Superuser:
    return Superuser(running_portal)


@pytest.fixture
def booked(parent: Parent, superuser: Superuser) -> dict[date, UUID]:
    """Louis's two days, charged, and old enough to be compared: a test does not wait for five minutes."""
    canteen = parent.activity("Cantine d'Alixan")["activity_id"]
    parent.pay_adhesion(canteen, "Louis")
    parent.draft("Louis", canteen, DAYS, DAYS[0], date(2022, 11, 16))
    parent.commit()
    family = UUID(parent.family.family_id)
    rows = superuser.run(
        "planning",
        "update reservation set booked_at = booked_at - interval '1 hour' where family_id = $1"
        " returning day, reservation_id",
        family,
    )
    until(
        lambda: superuser.run("billing", "select 1 from charge where family_id = $1", family),
        lambda found: len(found) == 2,
    )
    return {row["day"]: row["reservation_id"] for row in rows}


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def tab(request: pytest.FixtureRequest, browser: Browser, running_portal: Portal) -> Iterator[PortalPages]:
    context = browser.new_context(java_script_enabled=request.param, locale="fr-FR")
    yield PortalPages(context.new_page(), running_portal.url("alixan"))
    context.close()


def figure(portal: Portal, name: str, kind: str) -> float:
    """A metric of billing."""
    answer = httpx.get(f"http://127.0.0.1:{portal.ports.replica('billing', 0)}/metrics", trust_env=False)
    found = re.search(rf'^{name}{{kind="{kind}",service="billing"}} (\S+)$', answer.text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_a_row_deleted_by_hand_is_found_and_mended_and_one_altered_is_left(
    running_portal: Portal,
    superuser: Superuser,
    booked: dict[date, UUID],
    tab: PortalPages,
    family: FamilyRecord,
    town_hall: TownHall,
) -> None:
    charges = (
        "select day, quantity, unit_price_cents, invoice_id from charge where family_id = $1 order by day",
        UUID(family.family_id),
    )
    before = [tuple(row) for row in superuser.run("billing", *charges)]
    mended = figure(running_portal, "portail_reconciliation_mended_total", "charge_missing")
    altered = figure(running_portal, "portail_reconciliation_differences", "charge_differs")
    superuser.run("billing", "delete from charge where reservation_id = $1", booked[DAYS[0]])
    superuser.run("billing", "update charge set unit_price_cents = 990 where reservation_id = $1", booked[DAYS[1]])

    tab.enter_town_hall("alixan")
    tab.follow("Contrôles")
    tab.expect_title("Contrôles")
    tab.press("Vérifier maintenant")
    tab.expect_text("La vérification est faite")
    expect(tab.page.get_by_role("listitem").filter(has_text=MENDED).first).to_be_visible()
    left = tab.page.get_by_role("listitem").filter(has_text=ALTERED).filter(has_text=str(booked[DAYS[1]]))
    expect(left).to_be_visible()
    expect(left).to_contain_text("Rien n'a été modifié")
    Camera(tab.page).take("controles")

    assert [tuple(row) for row in superuser.run("billing", *charges)] == [
        before[0],
        (before[1][0], 1, 990, None),
    ], "the lost one is back, the altered one is as it was found"
    assert figure(running_portal, "portail_reconciliation_mended_total", "charge_missing") == mended + 1
    until(lambda: figure(running_portal, "portail_reconciliation_differences", "charge_differs") == altered + 1)

    superuser.run("billing", "update charge set unit_price_cents = 500 where reservation_id = $1", booked[DAYS[1]])
    tab.press("Vérifier maintenant")
    tab.expect_text("La vérification est faite")
    expect(left).to_have_count(0)
    until(lambda: figure(running_portal, "portail_reconciliation_differences", "charge_differs") == altered)
    tab.expect_text(MENDED)
    items = town_hall.api.get("billing", "/reconciliation", state="open")["items"]
    assert str(booked[DAYS[1]]) not in {each["subject_id"] for each in items}
