"""A file that is not complete and an overdue invoice close booking where the town says so, until they no longer do."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from contracts.event import Event
from contracts.events import FamilyRegistered, InvoiceIssued, InvoiceOwedAgain, InvoiceSettled
from contracts.values import PostalAddress, Role

MONDAY, TUESDAY = "2022-09-05", "2022-09-06"
ADDRESS = PostalAddress(line="1 rue des Écoles", postal_code="26300", city="Alixan")
OFFER = "select offer_id from place_offer where member_id = $1 and status = $2"


class Office:
    """What enrolment and billing tell of a family; each returns once planning has heard it."""

    def __init__(self, world: Any, registered: Any) -> None:
        self.world = world
        self._registered = registered
        self.regie: Any = None

    async def tell(self, event: Event, sequence: int) -> None:
        message = new_id()
        harness = self.world.harness
        await harness.publish(event, tenant_id=self.world.tenant_id, sequence=sequence, message_id=message)
        await harness.eventually("select 1 from inbox where message_id = $1", message)

    async def miss(self, family: UUID, child: UUID, *missing: str, first_name: str = "Louis") -> None:
        """What is missing of a child's file from now on."""
        known = self._registered(first_name, family, member_id=child)
        await self.world.keep(known.model_copy(update={"missing": missing}))

    async def miss_of_family(self, family: UUID, *missing: str) -> None:
        file = FamilyRegistered(family_id=family, name="Martin", address=ADDRESS, guardians=(), missing=missing)
        await self.world.keep(file)


@pytest.fixture
def office(world, registered) -> Office:
    return Office(world, registered)


class Invoice:
    """An invoice of a family, and what billing tells of it, each state with its version."""

    def __init__(self, family: UUID, due_on: date = date(2022, 6, 15)) -> None:
        self.known = {"invoice_id": new_id(), "number": "2206012", "family_id": family}
        self.due_on = due_on

    def issued(self, **changed: Any) -> InvoiceIssued:
        facts = {"period": date(2022, 5, 1), "issued_on": date(2022, 6, 1), "due_on": self.due_on, **self.known}
        regie = {"regie_id": new_id(), "name": "Régie"}
        return InvoiceIssued.model_validate({**facts, "regie": regie, "amount_cents": 4500, **changed})

    def settled(self) -> InvoiceSettled:
        return InvoiceSettled.model_validate({**self.known, "paid_cents": 4500})

    def owed_again(self) -> InvoiceOwedAgain:
        return InvoiceOwedAgain.model_validate({**self.known, "due_on": self.due_on, "left_cents": 1200})


def row_of(planning: dict[str, Any], activity: UUID) -> dict[str, Any]:
    return next(row for row in planning["activities"] if row["activity_id"] == str(activity))


def slugs(answer) -> list[str]:
    assert answer.status_code == 409, answer.text
    return [line["slug"] for line in answer.json()["lines"]]


async def test_until_the_document_is_handed_in(world, office) -> None:
    canteen = await world.activity(needs_complete_file=True)
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY)
    assert (await world.want(family, louis, canteen, MONDAY, TUESDAY)).status_code == 200
    await office.miss(family, louis, "Attestation d'assurance")
    assert slugs(await world.commit(family)) == ["file-incomplete"], "drafted before"
    async with world.parent(family) as client:
        await client.delete("/draft")
    assert slugs(await world.want(family, louis, canteen, MONDAY, TUESDAY)) == ["file-incomplete"]
    cells = await world.cells(family, louis, canteen)
    assert cells[TUESDAY]["state"] == "blocked"
    assert cells[TUESDAY]["reason"].startswith(
        "Le dossier de Louis n'est pas complet : il manque « Attestation d'assurance ». Remettez ce document à la"
    )
    assert "04 75 00 00 00" in cells[TUESDAY]["reason"]
    assert (cells[MONDAY]["state"], cells[MONDAY]["changeable"]) == ("booked", True), "what is booked stays"
    assert (await world.book(family, louis, canteen)).status_code == 200, "cancelled all the same"
    await office.miss(family, louis)
    assert (await world.book(family, louis, canteen, MONDAY)).status_code == 200


async def test_a_paper_of_the_family_concerns_its_own_home_a_childs_both(world, office, registered) -> None:
    canteen = await world.activity(needs_complete_file=True, arrears_after_days=1)
    mother, (theo,) = await world.family("Théo")
    father, _ = await world.family(name="Roux")
    await world.keep(registered("Théo", mother, father, member_id=theo))
    for home in (mother, father):
        await world.adhesion(home, theo, canteen)

    async def states() -> list[str]:
        return [(await world.cells(home, theo, canteen))[MONDAY]["state"] for home in (mother, father)]

    await office.miss_of_family(mother, "Justificatif de domicile")
    assert await states() == ["blocked", "available"]
    await office.miss_of_family(mother)
    invoice = Invoice(father)
    await office.tell(invoice.issued(), 1)
    assert await states() == ["available", "blocked"]
    await office.tell(invoice.settled(), 2)
    await world.keep(registered("Théo", mother, father, member_id=theo).model_copy(update={"missing": ("Photo",)}))
    assert await states() == ["blocked", "blocked"]


async def test_from_so_many_days_after_it_was_due_until_it_is_paid(world, office) -> None:
    canteen = await world.activity(arrears_after_days=20)
    family, louis = await world.enrolled(canteen)
    invoice = Invoice(family, due_on=date(2022, 6, 15))
    await office.tell(invoice.issued(), 1)
    assert (await world.cells(family, louis, canteen))[MONDAY]["state"] == "available"
    world.stand_at(2022, 7, 5)
    cell = (await world.cells(family, louis, canteen))[MONDAY]
    assert (cell["state"], cell["changeable"]) == ("blocked", False)
    assert cell["reason"].startswith(
        "La facture 2206012 (45,00\u00a0€) était à payer au plus tard le 15/06/2022. Payez-la dans « Factures de la fam"
    )
    async with world.parent(family) as client:
        params = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-10-01"}
        row = row_of((await client.get("/planning", params=params)).json(), canteen)
    assert (row["block"], row["blocked_reason"]) == (cell["reason"], None)
    assert slugs(await world.want(family, louis, canteen, MONDAY)) == ["arrears"]
    await office.tell(invoice.settled(), 2)
    assert (await world.book(family, louis, canteen, MONDAY)).status_code == 200
    await office.tell(invoice.owed_again(), 3)
    cell = (await world.cells(family, louis, canteen))[TUESDAY]
    assert (cell["state"], "(12,00\u00a0€)" in cell["reason"]) == ("blocked", True)


async def test_what_is_told_late_or_twice_changes_nothing(world, office) -> None:
    canteen = await world.activity(arrears_after_days=1)
    family, louis = await world.enrolled(canteen)
    invoice = Invoice(family)

    async def state() -> str:
        return (await world.cells(family, louis, canteen))[MONDAY]["state"]

    await office.tell(invoice.settled(), 2)
    await office.tell(invoice.issued(), 1)
    assert await state() == "available", "paid, and issued is heard afterwards"
    await office.tell(invoice.owed_again(), 3)
    await office.tell(invoice.settled(), 2)
    await office.tell(invoice.issued(), 1)
    assert await state() == "blocked", "what came back is newer than the payment"
    await office.tell(invoice.settled(), 4)
    await office.tell(invoice.owed_again(), 3)
    assert await state() == "available"
    at_once = Invoice(family)
    await office.tell(at_once.issued(pay_until="2022-06-01T12:00:00Z"), 1)
    assert await state() == "available", "what is to be paid at once lapses instead"


async def test_a_place_that_is_offered_waits_for_the_invoice(world, office) -> None:
    canteen = await world.activity(capacity=1, arrears_after_days=1)
    holder = await world.enrolled(canteen, "Léa")
    await world.book(*holder, canteen, MONDAY)
    (late, zoe), (other, adam) = [await world.enrolled(canteen, name) for name in ("Zoé", "Adam")]
    invoice = Invoice(late)
    for family, child in ((late, zoe), (other, adam)):
        async with world.parent(family) as client:
            wish = {"member_id": str(child), "activity_id": str(canteen), "days": [MONDAY]}
            assert (await client.post("/waiting-list", json=wish)).status_code == 200
    await office.tell(invoice.issued(), 1)
    await world.want(*holder, canteen)
    await world.commit(holder[0])
    offer = (await world.harness.eventually(OFFER, adam, "offered"))[0]["offer_id"]
    async with world.parent(other) as client:
        assert (await client.post(f"/place-offers/{offer}/decline")).status_code == 204
    await world.harness.run_job("give-places")
    assert await world.harness.query(OFFER, zoe, "offered") == [], "passed over"
    await office.tell(invoice.settled(), 2)
    offer = (await world.harness.eventually(OFFER, zoe, "offered"))[0]["offer_id"]
    await office.tell(invoice.owed_again(), 3)
    async with world.parent(late) as client:
        refused = await client.post(f"/place-offers/{offer}/accept")
        assert (refused.status_code, refused.json()["cause"]) == (409, "arrears")
        await office.tell(invoice.settled(), 4)
        assert (await client.post(f"/place-offers/{offer}/accept")).status_code == 200


async def test_by_pattern_it_is_refused_once_for_all_days_and_an_absence_is_announced_as_ever(world, office) -> None:
    canteen = await world.activity(needs_complete_file=True)
    family, louis = await world.enrolled(canteen)
    await world.book(family, louis, canteen, MONDAY)
    await office.miss(family, louis, "Photo")
    tuesdays = {
        "from": "2022-09-01",
        "to": "2022-10-01",
        "member_ids": [str(louis)],
        "activity_ids": [str(canteen)],
        "action": "book",
        "days": {"kind": "week", "week_days": [1]},
    }
    async with world.parent(family) as client:
        (proposal,) = (await client.post("/draft/advanced-changes/preview", json=tuesdays)).json()["proposals"]
    assert (proposal["drafted"], [each["slug"] for each in proposal["refused"]]) == ([], ["file-incomplete"])
    world.stand_at(2022, 9, 2)
    announced = await world.announce(family, louis, canteen, MONDAY, reason="strike")
    assert announced.status_code == 200, announced.text


async def test_the_town_hall_grants_it_with_a_reason(world, office) -> None:
    canteen = await world.activity(needs_complete_file=True)
    family, louis = await world.enrolled(canteen)
    await office.miss(family, louis, "Photo")
    days = {"member_id": str(louis), "book": [{"activity_id": str(canteen), "days": [MONDAY]}]}
    async with world.staff(Role.AGENT) as client:
        params = {"member_id": str(louis), "from": "2022-09-01", "to": "2022-09-08"}
        row = row_of((await client.get(f"/families/{family}/planning", params=params)).json(), canteen)
        assert ([day["day"] for day in row["blocked"]][:2], row["late"]) == (["2022-09-01", "2022-09-02"], [])
        assert slugs(await client.post(f"/families/{family}/baskets", json=days)) == ["file-incomplete"]
        late = days | {"deadlines_set_aside": True, "reason": "Photo promise"}
        assert slugs(await client.post(f"/families/{family}/baskets", json=late)) == ["file-incomplete"]
        unexplained = await client.post(f"/families/{family}/baskets", json=days | {"blocks_set_aside": True})
        assert unexplained.status_code == 422
        granted = days | {"blocks_set_aside": True, "reason": "Photo promise"}
        answer = await client.post(f"/families/{family}/baskets", json=granted)
    assert answer.status_code == 200, answer.text
    (line,) = answer.json()["lines"]
    assert (line["late"], line["blocked"]) == (False, True)
    async with world.parent(family) as client:
        assert (await client.get("/trail")).json()["items"][0]["reason"] == "Dossier incomplet : Photo promise"


async def test_the_town_sees_whom_it_would_close_before_it_publishes(world, office) -> None:
    canteen = await world.activity()
    (first, louis), (second, _), (third, _) = [await world.enrolled(canteen, name) for name in ("Louis", "Zoé", "Adam")]
    await office.miss(first, louis, "Photo")
    await office.tell(Invoice(first).issued(), 1)
    await office.tell(Invoice(second).issued(), 1)
    await office.tell(Invoice(third, due_on=date(2022, 7, 3)).issued(), 1)
    async with world.staff(Role.ADMINISTRATOR) as client:
        calendar = (await client.get(f"/activities/{canteen}/calendar")).json()
        assert (calendar["needs_complete_file"], calendar["arrears_after_days"], calendar["blocks_text"]) == (
            False,
            None,
            None,
        )
        said = {"booking_rule_text", "cancelling_rule_text", "places_text", "blocks_text", "notices"}
        kept = {name: value for name, value in calendar.items() if name not in said}

        async def closed(**decided: Any) -> int:
            tried = {"calendar": kept | decided, "from": "2022-09-01", "to": "2022-09-08"}
            answer = await client.post(f"/activities/{canteen}/calendar/preview", json=tried)
            assert answer.status_code == 200, answer.text
            return answer.json()["closed_families"]

        assert await closed() == 0
        assert await closed(needs_complete_file=True) == 1
        assert await closed(arrears_after_days=2) == 2
        assert await closed(needs_complete_file=True, arrears_after_days=1) == 3
        published = await client.put(f"/activities/{canteen}/calendar", json=kept | {"arrears_after_days": 2})
        assert "2 jours après son échéance" in published.json()["blocks_text"]
        stale = await client.put(f"/activities/{canteen}/calendar", json=kept | {"needs_complete_file": True})
        assert stale.status_code == 409, "it is a part of what was decided"
        never = await client.put(f"/activities/{canteen}/calendar", json=kept | {"arrears_after_days": 0})
        assert never.status_code == 422
