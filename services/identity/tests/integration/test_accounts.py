"""Accounts opened by events, and those of the town hall."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.events import FamilyRegistered, GuardianChanged
from contracts.values import Guardian, PostalAddress, Role

ADDRESS = PostalAddress(line="2 rue des Écoles", postal_code="26300", city="Alixan")


def guardian(first_name: str, last_name: str, email: str | None = None) -> Guardian:
    return Guardian(guardian_id=new_id(), first_name=first_name, last_name=last_name, email=email)


def family(*guardians: Guardian, family_id: UUID | None = None) -> FamilyRegistered:
    return FamilyRegistered(family_id=family_id or new_id(), name="Famille", address=ADDRESS, guardians=guardians)


def change(of: Guardian, family_id: UUID, email: str) -> GuardianChanged:
    return GuardianChanged(
        guardian_id=of.guardian_id,
        family_id=family_id,
        first_name=of.first_name,
        last_name=of.last_name,
        email=email,
        phone=None,
    )


async def handled(harness: Harness, family_id: UUID, version: int = 1) -> None:
    await harness.eventually("select 1 from family where family_id = $1 and version >= $2", family_id, version)


async def accounts(harness: Harness, family_id: UUID) -> dict[str, Any]:
    rows = await harness.query("select * from account where family_id = $1", family_id)
    return {row["user_name"]: row for row in rows}


async def test_each_guardian_gets_an_account_and_it_is_announced(harness: Harness) -> None:
    registered = family(guardian("Élodie", "Dupré"), guardian("Hervé", "Dupré"))
    await harness.publish(registered, tenant_id=ALIXAN.tenant_id)
    await handled(harness, registered.family_id)
    opened = await accounts(harness, registered.family_id)
    assert set(opened) == {"elodie.dupre", "herve.dupre"}
    events = [json.loads(row["body"]) for row in await harness.outbox() if row["type"] == "identity.account_opened.v1"]
    announced = {event["user_name"]: event for event in events if event["family_id"] == str(registered.family_id)}
    assert set(announced) == set(opened)
    assert announced["elodie.dupre"]["account_id"] == str(opened["elodie.dupre"]["account_id"])
    assert announced["elodie.dupre"]["roles"] == ["parent"]


async def test_namesakes_registered_at_once_get_numbers(harness: Harness) -> None:
    families = [family(guardian("Marie", "Durand")) for _ in range(8)]
    await asyncio.gather(*(harness.publish(one, tenant_id=ALIXAN.tenant_id) for one in families))
    await harness.publish(family(guardian("Marie", "Durand")), tenant_id=VEYRAS.tenant_id)
    for one in families:
        await handled(harness, one.family_id)
    names = {name for one in families for name in await accounts(harness, one.family_id)}
    assert names == {"marie.durand", *(f"marie.durand{number}" for number in range(2, 9))}
    await harness.eventually(
        "select 1 from account where user_name = 'marie.durand' and tenant_id = $1", VEYRAS.tenant_id
    )


async def test_a_guardian_who_leaves_the_family_is_shut_out(town: Any, harness: Harness) -> None:
    staying, leaving = guardian("Reste", "Ici"), guardian("Part", "Ailleurs")
    registered = family(staying, leaving)
    await harness.publish(registered, tenant_id=ALIXAN.tenant_id)
    await handled(harness, registered.family_id)
    account = (await accounts(harness, registered.family_id))["part.ailleurs"]
    path = f"/accounts/{account['account_id']}/first-password"
    password = (await town.call("POST", path, {}, town.staff)).json()["first_password"]
    session = (await town.log_in("part.ailleurs", password)).json()

    left = family(staying, family_id=registered.family_id)
    await harness.publish(left, tenant_id=ALIXAN.tenant_id, sequence=3)
    await harness.eventually("select 1 from account where user_name = 'part.ailleurs' and closed")
    assert (await town.refresh(session["refresh_token"])).status_code == 401
    assert (await town.log_in("part.ailleurs", password)).status_code == 401
    assert (await town.call("POST", path, {}, town.staff)).status_code == 404

    await harness.publish(registered, tenant_id=ALIXAN.tenant_id, sequence=2)
    witness = family(guardian("Temoin", "Suivant"))
    await harness.publish(witness, tenant_id=ALIXAN.tenant_id)
    await handled(harness, witness.family_id)
    assert (await accounts(harness, registered.family_id))["part.ailleurs"]["closed"], "the older file changes nothing"

    await harness.publish(registered, tenant_id=ALIXAN.tenant_id, sequence=4)
    await harness.eventually("select 1 from account where user_name = 'part.ailleurs' and not closed")
    assert (await town.log_in("part.ailleurs", password)).status_code == 200


async def test_news_of_a_guardian_in_any_order(harness: Harness) -> None:
    """Version 2 comes first, then the family's file that was older, then version 1."""
    who, family_id = guardian("Ordre", "Inverse", "vieux@example.org"), new_id()
    started = harness.clock.instant
    try:
        harness.clock.instant = started + timedelta(minutes=2)
        await harness.publish(change(who, family_id, "neuf@example.org"), tenant_id=ALIXAN.tenant_id, sequence=2)
        (unopened,) = await harness.eventually("select * from account where user_name = 'ordre.inverse'")
        assert unopened["closed"]
        harness.clock.instant = started
        await harness.publish(family(who, family_id=family_id), tenant_id=ALIXAN.tenant_id)
        await handled(harness, family_id)
        await harness.publish(change(who, family_id, "entre@example.org"), tenant_id=ALIXAN.tenant_id, sequence=1)
        witness = family(guardian("Temoin", "Ordre"))
        await harness.publish(witness, tenant_id=ALIXAN.tenant_id)
        await handled(harness, witness.family_id)
    finally:
        harness.clock.instant = started
    (row,) = (await accounts(harness, family_id)).values()
    assert (row["email"], row["closed"], row["account_id"]) == ("neuf@example.org", False, unopened["account_id"])


async def test_the_town_hall_finds_accounts_page_by_page(town: Any) -> None:
    for name in ("Alba", "Boris", "Chloé"):
        await town.register(name, "Zzpage")
    found, cursor = [], None
    while True:
        path = "/accounts?query=ZZpage&limit=2" + (f"&cursor={cursor}" if cursor else "")
        page = (await town.call("GET", path, headers=town.staff)).json()
        found += [item["user_name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ["alba.zzpage", "boris.zzpage", "chloe.zzpage"]
    assert (await town.call("GET", "/accounts?query=%25", headers=town.staff)).json()["items"] == []
    parent = town.harness.signer.headers(ALIXAN.tenant_id)
    assert (await town.call("GET", "/accounts", headers=parent)).status_code == 403


STAFF = {"user_name": "Agent.Un", "display_name": "Agent Un", "email": "agent@alixan.example", "roles": ["agent"]}


async def test_staff_accounts_belong_to_administrators(town: Any) -> None:
    path = f"/accounts/{new_id()}"
    assert (await town.call("PUT", path, STAFF, town.staff)).status_code == 403
    created = await town.call("PUT", path, STAFF, town.administrator)
    assert (created.status_code, created.json()["user_name"]) == (200, "agent.un")
    assert (await town.call("POST", f"{path}/first-password", {}, town.staff)).status_code == 403
    given = await town.call(
        "POST", f"{path}/first-password", {"password": "premier jour au guichet"}, town.administrator
    )
    assert given.json()["first_password"] == "premier jour au guichet"
    assert (await town.log_in("agent.un", "premier jour au guichet")).json()["account"]["roles"] == ["agent"]
    promoted = await town.call("PUT", path, {**STAFF, "roles": ["agent", "regisseur"]}, town.administrator)
    assert promoted.json()["roles"] == ["agent", "regisseur"]
    await town.call("PUT", path, {**STAFF, "roles": ["regisseur", "agent"]}, town.administrator)
    events = [row for row in await town.harness.outbox() if str(row["subject"]) in path]
    assert [row["sequence"] for row in events] == [1, 2]


@pytest.mark.parametrize(
    ("changed", "status", "slug"),
    [
        ({"roles": ["parent"]}, 422, "invalid-payload"),
        ({"roles": []}, 422, "invalid-payload"),
        ({"user_name": "avec espace"}, 422, "invalid-payload"),
        ({"display_name": "a\r\nBcc: x"}, 422, "invalid-payload"),
        ({"user_name": "deja.pris"}, 409, "user-name-taken"),
    ],
)
async def test_wrong_staff_accounts_are_refused(town: Any, changed: dict[str, Any], status: int, slug: str) -> None:
    await town.register("Deja", "Pris")
    refused = await town.call(
        "PUT", f"/accounts/{new_id()}", {**STAFF, "user_name": "x", **changed}, town.administrator
    )
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (status, slug)


async def test_a_parents_account_is_not_edited_by_hand(town: Any) -> None:
    parent = await town.register("Pas", "Agent")
    refused = await town.call("PUT", f"/accounts/{parent['account_id']}", STAFF, town.administrator)
    assert refused.json()["type"].endswith(":not-a-staff-account")


async def test_another_communes_accounts_are_not_there(town: Any) -> None:
    parent = await town.register("Voisin", "Curieux")
    headers = town.harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)
    async with town.harness.client("veyras", headers) as client:
        given = await client.post(f"/accounts/{parent['account_id']}/first-password", json={})
        listed = await client.get("/accounts?query=voisin.curieux")
    assert (given.status_code, listed.json()["items"]) == (404, [])
