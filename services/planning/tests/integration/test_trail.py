"""Who booked or cancelled what, when: what the family and the town hall read."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from chassis.ids import new_id
from chassis.testing.plugin import VEYRAS
from contracts.events import FamilyRegistered, GuardianChanged
from contracts.values import Guardian, PostalAddress, Role
from planning.adapters import guardians
from planning.adapters.trail_store import write_trail
from planning.domain.rules import Action
from planning.domain.slots import MemberSlot
from planning.domain.trail import PORTAL, Actor, ActorKind, Trace

CAMILLE = Guardian(guardian_id=new_id(), first_name="Camille", last_name="Dupont", email=None)


@pytest.fixture
def names(harness, world) -> Any:
    """The family's file, or a guardian's change, as enrolment tells them."""

    async def keep(family_id, *people, version=1, changed=False) -> None:
        async with harness.runtime.transaction(world.tenant_id) as transaction:
            if changed:
                for one in people:
                    event = GuardianChanged(**one.model_dump(), family_id=family_id)
                    await guardians.keep_changed(transaction, event, version)
            else:
                address = PostalAddress(line="1 rue", postal_code="26300", city="Alixan")
                file = FamilyRegistered(family_id=family_id, name="Dupont", address=address, guardians=people)
                await guardians.keep_listed(transaction, file, version)

    return keep


async def trail_of(world, family, **params) -> list[dict[str, Any]]:
    async with world.parent(family) as client:
        answer = await client.get("/trail", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def told(entry: dict[str, Any]) -> tuple[Any, ...]:
    return entry["action"], entry["first_name"], entry["element_name"], entry["days"]


async def commit_as(world, harness, family, guardian) -> None:
    headers = harness.signer.headers(world.tenant_id, family_id=family, guardian_id=guardian.guardian_id)
    async with harness.client(headers=headers) as client:
        assert (await client.post("/draft/commit")).status_code == 200


async def test_a_basket_is_told_with_who_and_when(world, harness, names) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await names(family, CAMILLE)
    await world.want(family, louis, canteen, "2022-09-01", "2022-09-02")
    await commit_as(world, harness, family, CAMILLE)
    world.stand_at(2022, 8, 1)
    await world.want(family, louis, canteen, "2022-09-02", "2022-09-05")
    await commit_as(world, harness, family, CAMILLE)
    latest, other, first = await trail_of(world, family)
    assert [told(latest), told(other)] == [
        ("cancel", "Louis", "Cantine d'Alixan", ["2022-09-01"]),
        ("book", "Louis", "Cantine d'Alixan", ["2022-09-05"]),
    ]
    assert told(first) == ("book", "Louis", "Cantine d'Alixan", ["2022-09-01", "2022-09-02"])
    assert (first["happened_at"], latest["happened_at"]) == ("2022-07-04T07:00:00Z", "2022-08-01T09:00:00Z")
    assert (first["actor"], first["actor_first_name"], first["actor_last_name"]) == ("family", "Camille", "Dupont")


async def test_a_refused_basket_leaves_nothing(world) -> None:
    canteen = await world.activity(capacity=1)
    (family, louis), (other, zoe) = await world.enrolled(canteen), await world.enrolled(canteen, "Zoé")
    await world.want(family, louis, canteen, "2022-09-05")
    await world.book(other, zoe, canteen, "2022-09-05")
    assert (await world.commit(family)).status_code == 409
    assert await trail_of(world, family) == []


async def test_names_follow_the_file_and_stay_for_who_left(world, harness, names) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    await world.want(family, louis, canteen, "2022-09-01")
    await commit_as(world, harness, family, CAMILLE)
    assert [entry["actor_last_name"] for entry in await trail_of(world, family)] == [None]
    await names(family, CAMILLE, version=2)
    await names(family, CAMILLE.model_copy(update={"last_name": "Martin"}), version=3, changed=True)
    await names(family, CAMILLE, version=2)
    await names(family, version=4)
    assert [entry["actor_last_name"] for entry in await trail_of(world, family)] == ["Martin"]


async def test_the_other_home_is_not_told(world, registered) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
    await world.book(mother, theo, canteen, "2022-09-05")
    assert len(await trail_of(world, mother)) == 1
    assert await trail_of(world, father) == []


async def test_the_town_hall_and_the_portal_act_too(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    slots = tuple(MemberSlot(louis, canteen, date(2022, 9, day), "day") for day in (5, 6))
    agent = Actor(ActorKind.TOWN_HALL, account_id=new_id())
    async with harness.runtime.transaction(world.tenant_id) as transaction:
        closed = Trace(family, agent, Action.CANCEL, slots, "Grève du personnel")
        await write_trail(transaction, [closed, Trace(family, PORTAL, Action.BOOK, slots[:1])])
    entries = {entry["actor"]: entry for entry in await trail_of(world, family)}
    assert told(entries["town_hall"]) == ("cancel", "Louis", "Cantine d'Alixan", ["2022-09-05", "2022-09-06"])
    assert (entries["town_hall"]["reason"], entries["town_hall"]["actor_last_name"]) == ("Grève du personnel", None)
    assert entries["portal"]["action"] == "book"


async def test_the_town_hall_reads_any_family_page_by_page(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen)
    for day in ("2022-09-01", "2022-09-02", "2022-09-05"):
        await world.book(family, louis, canteen, day)
    async with world.staff() as client:
        page = (await client.get(f"/families/{family}/trail", params={"limit": 3})).json()
        rest = (await client.get(f"/families/{family}/trail", params={"cursor": page["next_cursor"]})).json()
        assert (await client.get(f"/families/{new_id()}/trail")).status_code == 404
    assert rest["next_cursor"] is None
    ids = [entry["entry_id"] for entry in page["items"] + rest["items"]]
    assert len(ids) == len(set(ids)) == 5
    async with world.parent(family) as client:
        assert (await client.get(f"/families/{family}/trail")).status_code == 403
    headers = harness.signer.headers(VEYRAS.tenant_id, Role.AGENT)
    async with harness.client("veyras", headers) as client:
        assert (await client.get(f"/families/{family}/trail")).status_code == 404


@pytest.mark.parametrize("statement", ["update trail set reason = 'x'", "delete from trail"])
async def test_nothing_of_the_trail_is_changed_afterwards(world, harness, statement) -> None:
    with pytest.raises(Exception, match="permission denied"):
        async with harness.runtime.transaction(world.tenant_id) as transaction:
            await transaction.connection.execute(text(statement))
