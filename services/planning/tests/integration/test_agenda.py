"""Secret addresses: told once, hashed, renewed, revoked; what a calendar program reads there."""

from datetime import UTC, date
from typing import Any

import pytest
from icalendar import Calendar

from chassis.ids import new_id
from contracts.events.enrolment import OfferedSlot

FEED = "/api/planning/v1/agendas/"


class Agenda:
    """The addresses of a family, and a calendar program that logs in nowhere."""

    def __init__(self, world, harness, family) -> None:
        self.world, self.harness, self.family = world, harness, family

    async def renew(self, member=None, **headers) -> dict[str, Any]:
        async with self.world.parent(self.family, **headers) as client:
            answer = await client.post("/agenda-addresses", json={"member_id": str(member) if member else None})
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def read(self, path: str, slug: str = "alixan", **headers) -> Any:
        async with self.harness.client(slug) as client:
            return await client.get(f"http://{slug}.localhost{path}", headers=headers)

    async def events(self, path: str) -> list[Any]:
        answer = await self.read(path)
        assert answer.status_code == 200, answer.text
        return list(Calendar.from_ical(answer.content).walk("VEVENT"))


@pytest.fixture
async def house(world, harness) -> Any:
    canteen = await world.activity()
    family, children = await world.family("Louis", "Estelle")
    for child in children:
        await world.adhesion(family, child, canteen)
    return Agenda(world, harness, family), canteen, children


async def test_a_program_reads_the_booked_days(world, house) -> None:
    agenda, canteen, (louis, estelle) = house
    await world.book(agenda.family, louis, canteen, "2022-09-01")
    await world.book(agenda.family, estelle, canteen, "2022-09-02")
    address = await agenda.renew()
    assert address["path"].startswith(FEED)
    assert address["path"].endswith(".ics")
    answer = await agenda.read(address["path"])
    assert answer.headers["content-type"].startswith("text/calendar")
    assert answer.headers["cache-control"] == "private, max-age=900"
    text = answer.content.decode()
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    one, other = await agenda.events(address["path"])
    assert [str(event["summary"]) for event in (one, other)] == [
        "Louis : Cantine d'Alixan",
        "Estelle : Cantine d'Alixan",
    ]
    assert (one.decoded("dtstart"), one.decoded("dtend")) == (date(2022, 9, 1), date(2022, 9, 2))
    assert (int(one["sequence"]), one.decoded("last-modified").isoformat()) == (0, "2022-07-04T07:00:00+00:00")
    assert str(one["status"]) == "CONFIRMED"


async def test_the_same_content_is_not_sent_twice(world, house) -> None:
    agenda, canteen, (louis, _) = house
    await world.book(agenda.family, louis, canteen, "2022-09-01")
    path = (await agenda.renew())["path"]
    first = await agenda.read(path)
    again = await agenda.read(path, **{"if-none-match": f"W/{first.headers['etag']}"})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    (uid,) = [str(event["uid"]) for event in await agenda.events(path)]
    await world.book(agenda.family, louis, canteen, "2022-09-01", "2022-09-02")
    changed = await agenda.read(path, **{"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert uid in {str(event["uid"]) for event in await agenda.events(path)}, "a day that stays is the same event"


async def test_a_cancelled_day_is_no_longer_there(world, house) -> None:
    agenda, canteen, (louis, _) = house
    path = (await agenda.renew())["path"]
    await world.book(agenda.family, louis, canteen, "2022-09-01", "2022-09-02")
    await world.book(agenda.family, louis, canteen, "2022-09-02")
    assert [event.decoded("dtstart") for event in await agenda.events(path)] == [date(2022, 9, 2)]


async def test_an_announced_absence_is_said_and_is_a_change(world, house) -> None:
    agenda, canteen, (louis, _) = house
    path = (await agenda.renew())["path"]
    await world.book(agenda.family, louis, canteen, "2022-09-01", "2022-09-02")
    before = {str(event["uid"]): event for event in await agenda.events(path)}
    etag = (await agenda.read(path)).headers["etag"]
    world.stand_at(2022, 9, 1)
    assert (await world.announce(agenda.family, louis, canteen, "2022-09-02", reason="other")).status_code == 200
    assert (await agenda.read(path, **{"if-none-match": etag})).status_code == 200
    coming, absent = await agenda.events(path)
    assert [str(each["summary"]) for each in (coming, absent)] == [
        "Louis : Cantine d'Alixan",
        "Absence – Louis : Cantine d'Alixan",
    ]
    for name in ("dtstamp", "last-modified"):
        assert absent.decoded(name).isoformat() == "2022-09-01T09:00:00+00:00"
        assert coming.decoded(name) == before[str(coming["uid"])].decoded(name)
    assert [int(each["sequence"]) for each in (coming, absent)] == [0, 1]


async def test_names_are_escaped(world, harness) -> None:
    canteen = await world.activity()
    family, louis = await world.enrolled(canteen, "Loui;s,\\x")
    agenda = Agenda(world, harness, family)
    text = (await agenda.read((await agenda.renew(louis))["path"])).content.decode()
    for name in ("NAME", "X-WR-CALNAME"):
        assert f"\r\n{name}:Planning de Loui\\;s\\,\\\\x\r\n" in text


async def test_a_childs_address_shows_that_child_alone(world, house) -> None:
    agenda, canteen, children = house
    for child in children:
        await world.book(agenda.family, child, canteen, "2022-09-01")
    alone = await agenda.renew(children[0])
    (event,) = await agenda.events(alone["path"])
    assert str(event["summary"]) == "Cantine d'Alixan"
    assert (await agenda.renew())["path"] != alone["path"]
    async with world.parent(agenda.family) as client:
        listed = (await client.get("/agenda-addresses")).json()
    assert [each["member_id"] for each in listed] == [None, str(children[0])]
    assert alone["path"].removeprefix(FEED) not in str(listed)


async def test_a_renewed_or_revoked_address_answers_no_more(world, house) -> None:
    agenda, *_ = house
    old, new = await agenda.renew(), await agenda.renew()
    assert [(await agenda.read(each["path"])).status_code for each in (old, new)] == [404, 200]
    async with world.parent(agenda.family) as client:
        assert (await client.delete(f"/agenda-addresses/{new['address_id']}")).status_code == 204
        assert (await client.delete(f"/agenda-addresses/{new['address_id']}")).status_code == 404
    refused, unknown = await agenda.read(new["path"]), await agenda.read(f"{FEED}{'0' * 43}.ics")
    assert refused.status_code == unknown.status_code == 404
    assert refused.json() == unknown.json()


async def test_the_same_form_twice_is_told_the_same_address(house) -> None:
    agenda, *_ = house
    once, twice = [await agenda.renew(**{"idempotency-key": "form-1"}) for _ in range(2)]
    assert once == twice
    assert (await agenda.read(once["path"])).status_code == 200
    assert (await agenda.renew(**{"idempotency-key": "form-2"}))["path"] != once["path"]


async def test_the_secret_is_nowhere_in_the_database(harness, house) -> None:
    agenda, *_ = house
    path = (await agenda.renew(**{"idempotency-key": "form-3"}))["path"]
    secret = path.removeprefix(FEED).removesuffix(".ics")
    assert len(secret) == 43, "256 bits"
    rows = await harness.query("select to_jsonb(a)::text as row from agenda_address a")
    kept = await harness.query("select count(*) as n from idempotency_key where key = 'form-3'")
    assert secret not in "".join(row["row"] for row in rows)
    assert kept[0]["n"] == 0


async def test_own_homes_bookings_only(world, harness, registered) -> None:
    canteen = await world.activity()
    (mother, (theo,)), (father, _) = await world.family("Théo"), await world.family()
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for family in (mother, father):
        await world.adhesion(family, theo, canteen)
    await world.book(mother, theo, canteen, "2022-09-05")
    agenda = Agenda(world, harness, father)
    for member in (theo, None):
        assert await agenda.events((await agenda.renew(member))["path"]) == []


async def test_another_familys_child_and_another_communes_host(world, house) -> None:
    agenda, *_ = house
    _, (stranger,) = await world.family("Zoé")
    async with world.parent(agenda.family) as client:
        for member in (stranger, new_id()):
            answer = await client.post("/agenda-addresses", json={"member_id": str(member)})
            assert answer.status_code == 404
    path = (await agenda.renew())["path"]
    assert (await agenda.read(path, "veyras")).status_code == 404
    assert (await agenda.read(path, "nulle-part")).status_code == 404


async def test_logs_tell_the_route_not_the_secret(house, capsys) -> None:
    agenda, *_ = house
    path = (await agenda.renew())["path"]
    capsys.readouterr()
    await agenda.read(path)
    assert path.removeprefix(FEED) not in "".join(capsys.readouterr())


async def test_slots_have_the_hours_of_the_communes_clocks(world, harness) -> None:
    morning = OfferedSlot(code="matin", name="Matin", from_time="08:30", until_time="12:00")
    centre = await world.activity("Centre", offered=(morning,))
    family, (louis,) = await world.family("Louis")
    await world.adhesion(family, louis, centre)
    for month, day in (("2022-09", "2022-09-05"), ("2022-11", "2022-11-14")):
        drafted = await world.want(family, louis, centre, month=month, slots={"matin": [day]})
        assert drafted.status_code == 200, drafted.text
    await world.commit(family)
    agenda = Agenda(world, harness, family)
    path = (await agenda.renew())["path"]
    summer, winter = await agenda.events(path)
    assert str(summer["summary"]) == "Louis : Centre – Matin"
    assert summer["dtstart"].params["TZID"] == "Europe/Paris"
    begins = [event.decoded("dtstart").astimezone(UTC).isoformat() for event in (summer, winter)]
    assert begins == ["2022-09-05T06:30:00+00:00", "2022-11-14T07:30:00+00:00"]
    assert summer.decoded("dtend").hour == 12
    first, again = [(await agenda.read(path)).content for _ in range(2)]
    assert first == again
    assert first.count(b"BEGIN:VTIMEZONE") == first.count(b"TZID:Europe/Paris") == 1
