"""What billing keeps of families, in whatever order it hears of them."""

from datetime import timedelta
from types import SimpleNamespace

from chassis.ids import new_id
from contracts.events import FamilyRegistered, GuardianChanged
from contracts.values import Guardian, PostalAddress, Regie


def _family(home, *guardians, name="MARTIN"):
    address = PostalAddress(line="1 rue Neuve", postal_code="26300", city="Alixan")
    return FamilyRegistered(family_id=home.family_id, name=name, address=address, guardians=guardians)


def _guardian(home, email):
    return Guardian(guardian_id=home.guardian_id, first_name="Claire", last_name="MARTIN", email=email)


def _changed(home, email):
    return GuardianChanged(
        guardian_id=home.guardian_id,
        family_id=home.family_id,
        first_name="Claire",
        last_name="MARTIN",
        email=email,
        phone=None,
    )


async def _emails(town, home):
    rows = await town.harness.query(
        "select email from guardian where family_id = $1 order by position nulls last", home.family_id
    )
    return [row["email"] for row in rows]


async def test_an_older_family_file_changes_nothing(town, home):
    await town.publish(_family(home, _guardian(home, "neuve@example.org"), name="NEUVE"), sequence=3)
    await town.publish(_family(home, _guardian(home, "vieille@example.org"), name="VIEILLE"), sequence=2)
    (row,) = await town.harness.query("select name from family where family_id = $1", home.family_id)
    assert row["name"] == "NEUVE"
    assert await _emails(town, home) == ["neuve@example.org"], "a guardian who left the file is forgotten"


async def test_a_guardian_heard_of_before_the_family_keeps_the_newer_address(town):
    home = SimpleNamespace(family_id=new_id(), guardian_id=new_id())
    await town.publish(_changed(home, "neuve@example.org"), sequence=2)
    await town.publish(_family(home, _guardian(home, "vieille@example.org")))
    await town.publish(_changed(home, "autre@example.org"))
    assert await _emails(town, home) == ["neuve@example.org"]
    await town.publish(_family(home, _guardian(home, "dossier@example.org")), sequence=3)
    assert await _emails(town, home) == ["dossier@example.org"]


async def test_a_guardian_who_left_does_not_come_back_by_a_late_event(town, home):
    await town.publish(_family(home), sequence=3)
    await town.publish(_changed(home, "partie@example.org"), sequence=2)
    assert await _emails(town, home) == []


async def test_a_renamed_regie_shows_on_the_next_invoice(town, home):
    clock, before = town.harness.clock, town.harness.clock.instant
    try:
        clock.instant = before + timedelta(hours=1)
        renamed = Regie(regie_id=town.regie.regie_id, name="Régie enfance")
        await town.publish(town.activity(regie=renamed), sequence=2)
        clock.instant = before
        await town.publish(town.activity(activity_id=new_id()))
    finally:
        clock.instant = before
    await town.book(home)
    await town.run()
    assert (await town.invoices(home))[0]["regie"]["name"] == "Régie enfance"
