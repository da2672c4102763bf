"""Family files: what the town hall stores, what is published, what a parent may change and see."""

import json
from typing import TYPE_CHECKING, Any

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS
from contracts.events import AccountOpened
from contracts.values import Role

if TYPE_CHECKING:
    from ..conftest import Commune, Home

pytestmark = pytest.mark.integration


async def published(commune: "Commune", home: "Home") -> list[tuple[str, int]]:
    """Short types and sequences of everything published about a family, oldest first."""
    rows = await commune.harness.query(
        "select type, sequence from kept.published_event"
        " where body::jsonb->>'family_id' = $1 or body::jsonb->'family_ids' ? $1 order by seq",
        str(home.family_id),
    )
    return [(row["type"].split(".")[1], row["sequence"]) for row in rows]


async def test_a_new_file_is_published_whole(commune: "Commune") -> None:
    home = await commune.family()
    assert await published(commune, home) == [
        ("family_registered", 1),
        ("member_registered", 1),
        ("member_registered", 1),
    ]
    (event,) = await commune.events("family_registered", "family_id", home.family_id)
    assert json.loads(event["body"]) == {
        "family_id": str(home.family_id),
        "name": "Martin",
        "address": {"line": "3 rue des Écoles", "postal_code": "26300", "city": "Alixan"},
        "guardians": home.file()["guardians"],
        "missing": [],
    }
    (louis,) = await commune.events("member_registered", "member_id", home.members["Louis"])
    assert json.loads(louis["body"]) == {
        **home.member("Louis"),
        "family_ids": [str(home.family_id)],
        "diet": "standard",
        "missing": [],
    }


async def test_what_is_still_to_be_handed_in_is_told_until_it_is(commune: "Commune") -> None:
    home = await commune.family()
    start = len(await published(commune, home))
    louis = home.member("Louis", missing=["Attestation d'assurance 2022/2023", "Vaccinations"])
    await commune.family(home, members=[louis, home.member("Estelle")], missing=["Justificatif de domicile"])
    read = await commune.read(home, "/family")
    assert read["missing"] == ["Justificatif de domicile"]
    assert {each["first_name"]: each["missing"] for each in read["members"]} == {
        "Louis": ["Attestation d'assurance 2022/2023", "Vaccinations"],
        "Estelle": [],
    }
    await commune.family(home, members=[home.member("Louis"), home.member("Estelle")])
    assert (await published(commune, home))[start:] == [
        ("family_registered", 2),
        ("member_registered", 2),
        ("family_registered", 3),
        ("member_registered", 3),
    ]
    files = await commune.events("family_registered", "family_id", home.family_id)
    assert [json.loads(event["body"])["missing"] for event in files] == [[], ["Justificatif de domicile"], []]
    members = await commune.events("member_registered", "member_id", home.members["Louis"])
    assert [json.loads(event["body"])["missing"] for event in members] == [[], louis["missing"], []]


@pytest.mark.parametrize("missing", [["x" * 101], [""], ["Photo", "Photo "], [f"Pièce {n}" for n in range(11)]])
async def test_what_is_missing_is_said_in_few_words_and_once(commune: "Commune", missing: list[str]) -> None:
    await commune.family(commune.home(), missing=missing, expect=422)


async def test_a_parents_new_address_leaves_what_is_missing(commune: "Commune") -> None:
    home = await commune.family()
    await commune.family(home, missing=["Justificatif de domicile"])
    async with commune.parent(home) as client:
        answer = await client.put(
            f"/family/guardians/{home.guardian_id}", json={"email": None, "phone": "07 00 00 00 00"}
        )
    assert answer.status_code < 300, answer.text
    files = await commune.events("family_registered", "family_id", home.family_id)
    assert json.loads(files[-1]["body"])["missing"] == ["Justificatif de domicile"]


async def test_the_same_file_again_publishes_nothing(commune: "Commune") -> None:
    home = await commune.family()
    before = await published(commune, home)
    await commune.family(home)
    assert await published(commune, home) == before


async def test_only_what_changed_is_published(commune: "Commune") -> None:
    home = await commune.family()
    start = len(await published(commune, home))
    await commune.family(home, name="Martin-Durand")
    guardian = {**home.file()["guardians"][0], "phone": "07 00 00 00 00"}
    await commune.family(home, name="Martin-Durand", guardians=[guardian])
    moved = [home.member("Louis", school="École Pasteur"), home.member("Estelle")]
    await commune.family(home, name="Martin-Durand", guardians=[guardian], members=moved)
    assert (await published(commune, home))[start:] == [
        ("family_registered", 2),
        ("family_registered", 3),
        ("guardian_changed", 3),
        ("member_registered", 2),
    ]


async def test_a_child_of_two_homes(commune: "Commune") -> None:
    home, other = await commune.family(), commune.home()
    other.members["Louis"] = home.members["Louis"]
    await commune.family(other, members=[other.member("Louis", last_name="Martin")])
    events = await commune.events("member_registered", "member_id", home.members["Louis"])
    assert [json.loads(event["body"])["family_ids"] for event in events] == [
        [str(home.family_id)],
        sorted([str(home.family_id), str(other.family_id)]),
    ]
    activity_id = await commune.activity()
    for each in (home, other):
        await commune.settle(each, await commune.pay(each, await commune.order(each, activity_id, "Louis")))
    assert {len(await commune.adhesions(each)) for each in (home, other)} == {1}
    await commune.family(home, members=[home.member("Estelle")], expect=409)
    assert len((await commune.read(home, "/family"))["members"]) == 2


async def test_a_guardian_has_one_file(commune: "Commune") -> None:
    home, other = await commune.family(), commune.home()
    other.guardian_id = home.guardian_id
    await commune.family(other, expect=409)
    async with commune.staff() as client:
        assert (await client.get(f"/families/{other.family_id}")).status_code == 404
    assert (await commune.read(home, "/family"))["guardians"][0]["guardian_id"] == str(home.guardian_id)


async def test_a_guardian_leaves_the_file(commune: "Commune") -> None:
    home = await commune.family()
    await commune.family(home, guardians=[])
    assert (await commune.read(home, "/family"))["guardians"] == []
    assert (await published(commune, home))[-1] == ("family_registered", 2)


async def test_a_parent_changes_own_contact_details(commune: "Commune") -> None:
    home = await commune.family()
    path = f"/family/guardians/{home.guardian_id}"
    async with commune.parent(home) as client:
        changed = await client.put(path, json={"email": " nouveau@example.org ", "phone": "  "})
        again = await client.put(path, json={"email": "nouveau@example.org", "phone": None})
        bad = await client.put(path, json={"email": "pas une adresse", "phone": None})
        sneaky = await client.put(path, json={"email": None, "phone": None, "last_name": "Autre"})
    assert (changed.status_code, changed.json()["email"], changed.json()["phone"]) == (200, "nouveau@example.org", None)
    assert (again.status_code, bad.status_code, sneaky.status_code) == (200, 422, 422)
    assert (await published(commune, home))[3:] == [("family_registered", 2), ("guardian_changed", 2)]


async def test_a_stale_file_undoes_nothing(commune: "Commune") -> None:
    """Neither another agent's change, nor a parent's, nor one made to a shared child in its other file."""
    home, other = await commune.family(), commune.home()
    other.members = {"Louis": home.members["Louis"]}
    await commune.family(other, members=[home.member("Louis")])
    contact = {"email": "nouveau@example.org", "phone": None}

    async def read_version() -> str:
        return str((await commune.read(home, "/family"))["version"])

    async def by_another_agent() -> None:
        await commune.family(home, quotient_familial=300)

    async def by_the_parent() -> None:
        async with commune.parent(home) as client:
            await client.put(f"/family/guardians/{home.guardian_id}", json=contact)

    async def in_the_other_home() -> None:
        await commune.family(other, members=[home.member("Louis", school="École Pasteur")])

    for change in (by_another_agent, by_the_parent, in_the_other_home):
        stale = await read_version()
        await change()
        current = await read_version()
        assert current != stale
        await commune.family(home, name="Perdu", if_version=stale, expect=409)
        await commune.family(home, name="Créé deux fois", if_version="", expect=409)
        assert await read_version() == current, "nothing was changed"
    await commune.family(home, if_version=current)
    await commune.family(home, if_version=current)  # the same again: it is as wanted


async def test_the_user_name_of_a_guardians_account_is_shown(commune: "Commune") -> None:
    home = await commune.family()
    account_id = new_id()
    for user_name, sequence in (("camille.martin", 2), ("old.name", 1)):
        opened = AccountOpened(
            account_id=account_id,
            user_name=user_name,
            roles=(Role.PARENT,),
            family_id=home.family_id,
            guardian_id=home.guardian_id,
        )
        message_id = new_id()
        await commune.harness.publish(opened, tenant_id=ALIXAN.tenant_id, sequence=sequence, message_id=message_id)
        await commune.harness.eventually("select 1 from inbox where message_id = $1", message_id)
    assert (await commune.read(home, "/family"))["guardians"][0]["account_user_name"] == "camille.martin"


async def test_an_agent_finds_families_and_adhesions(commune: "Commune") -> None:
    home = commune.home()
    home.name = "Zz 100%_"
    await commune.family(home)
    paid = await commune.pay(home, await commune.order(home, await commune.activity(), "Louis"))
    await commune.settle(home, paid)
    async with commune.staff(Role.AGENT) as client:
        for words in ("100%_", "camille zz", "louis zz"):
            page = (await client.get("/families", params={"query": words})).json()
            assert [item["family_id"] for item in page["items"]] == [str(home.family_id)]
        assert page["items"][0] == {
            "family_id": str(home.family_id),
            "name": "Zz 100%_",
            "city": "Alixan",
            "member_count": 2,
            "guardians": ["Camille Zz 100%_"],
        }
        found = (await client.get("/adhesions", params={"query": "louis zz", "status": "active"})).json()["items"]
        assert [(item["first_name"], item["family_name"], item["unit_price_cents"]) for item in found] == [
            ("Louis", "Zz 100%_", 500)
        ]
        assert (await client.get("/adhesions", params={"query": "estelle zz"})).json()["items"] == []


async def test_a_list_is_read_part_by_part(commune: "Commune") -> None:
    homes = [await commune.family() for _ in range(5)]
    seen: list[str] = []
    params: dict[str, Any] = {"limit": 2}
    async with commune.staff() as client:
        while True:
            page = (await client.get("/families", params=params)).json()
            seen += [item["family_id"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            params["cursor"] = page["next_cursor"]
    assert len(seen) == len(set(seen))
    assert {str(home.family_id) for home in homes} <= set(seen)


@pytest.mark.parametrize(
    "changes",
    [
        {"quotient_familial": -1},
        {"quotient_familial": 2**40},
        {"name": ""},
        {"name": "x" * 200},
        {"address": {"line": "a", "postal_code": "ABC", "city": "c"}},
        {"balance_cents": 5},
        {"members": [{"member_id": "1"}]},
    ],
)
async def test_a_malformed_file_changes_nothing(commune: "Commune", changes: dict[str, Any]) -> None:
    home = await commune.family()
    await commune.family(home, **changes, expect=422)
    assert (await commune.read(home, "/family"))["name"] == "Martin"


async def test_another_commune_sees_nothing(commune: "Commune") -> None:
    home = await commune.family()
    async with commune.parent(home, "veyras") as client:
        assert (await client.get("/family")).status_code == 403
    headers = commune.harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)
    async with commune.harness.client("veyras", headers) as client:
        assert (await client.get(f"/families/{home.family_id}")).status_code == 404
        assert (await client.get("/families")).json()["items"] == []


async def test_reading_takes_as_many_statements_for_a_large_family(commune: "Commune") -> None:
    small, large = await commune.family(), commune.home()
    large.members = {f"Enfant {number}": new_id() for number in range(12)}
    await commune.family(large)
    for _ in range(4):
        order = await commune.order(large, await commune.activity(), *large.members)
        await commune.settle(large, await commune.pay(large, order))
    assert len((await commune.read(large, "/family"))["members"][0]["adhesions"]) == 4
    for path in ("/family", "/activities", "/adhesion-orders"):
        counts = [await commune.statements(home, path) for home in (small, large)]
        assert counts[0] == counts[1] <= 6, (path, counts)
