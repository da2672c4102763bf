"""Events of enrolment, through the broker, in any order and more than once."""

from datetime import date
from itertools import permutations

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS
from contracts.events import ActivityPublished, AdhesionPaid, EntitlementChanged, FamilyRegistered, MemberRegistered
from contracts.values import MemberKind, PostalAddress, Regie
from planning.entrypoints.consumers import ENROLMENT

REGIE = Regie(regie_id=new_id(), name="Régie")


def member(family_ids, name="Louis", member_id=None) -> MemberRegistered:
    return MemberRegistered(
        member_id=member_id or new_id(),
        family_ids=tuple(family_ids),
        kind=MemberKind.CHILD,
        first_name=name,
        last_name="Martin",
        birth_date=date(2015, 5, 5),
        school=None,
    )


@pytest.mark.parametrize("order", permutations(range(4)))
async def test_any_order_opens_the_planning(world, harness, order) -> None:
    family_id, activity_id, adhesion_id = new_id(), new_id(), new_id()
    louis = member([family_id])
    ids = {"family_id": family_id, "member_id": louis.member_id, "activity_id": activity_id}
    activity = ActivityPublished(
        activity_id=activity_id,
        name="Garderie",
        category="periscolaire",
        element_name="Garderie du soir",
        season="2022/2023",
        opens_on=date(2022, 9, 1),
        closes_on=date(2023, 7, 8),
        regie=REGIE,
    )
    paid = AdhesionPaid(
        adhesion_id=adhesion_id,
        **ids,
        regie_id=REGIE.regie_id,
        payment_id=None,
        amount_cents=0,
        unit_price_cents=350,
        tariff_label="à l'unité",
        valid_from=date(2022, 9, 1),
        valid_until=date(2023, 7, 8),
    )
    changed = EntitlementChanged(
        adhesion_id=adhesion_id, **ids, unit_price_cents=330, tariff_label="QF 900", effective_from=date(2022, 10, 1)
    )
    events = [(louis, 1), (activity, 1), (paid, 1), (changed, 2)]
    (worker,) = [worker for worker in harness.runtime.workers if worker.consumer is ENROLMENT]
    for index in order:
        event, sequence = events[index]
        envelope = harness.envelope(event, tenant_id=world.tenant_id, sequence=sequence)
        await worker.handle(envelope, event.model_dump_json().encode())
    prices = {}
    for month in ("2022-09", "2022-10"):
        cells = await world.cells(family_id, louis.member_id, activity_id, f"{month}-03", f"{month}-04")
        prices[month] = cells[f"{month}-03"]["price_cents"]
    assert prices == {"2022-09": 350, "2022-10": 330}


async def test_an_older_version_changes_nothing(harness) -> None:
    mother, father = new_id(), new_id()
    shared = member([mother, father], "Théo")
    alone = member([mother], "Theo", shared.member_id)
    await harness.publish(shared, tenant_id=ALIXAN.tenant_id, sequence=2)
    await harness.publish(alone, tenant_id=ALIXAN.tenant_id, sequence=1)
    family = FamilyRegistered(
        family_id=mother,
        name="Martin",
        address=PostalAddress(line="1 rue", postal_code="26300", city="Alixan"),
        guardians=(),
    )
    await harness.publish(family, tenant_id=ALIXAN.tenant_id)
    await harness.eventually("select 1 from family where family_id = $1", mother)
    (row,) = await harness.query("select first_name from member where member_id = $1", shared.member_id)
    families = await harness.query("select family_id from member_family where member_id = $1", shared.member_id)
    assert (row["first_name"], {row["family_id"] for row in families}) == ("Théo", {mother, father})


async def test_a_member_who_leaves_a_family_is_no_longer_seen_there(harness) -> None:
    mother, father = new_id(), new_id()
    shared = member([mother, father])
    await harness.publish(shared, tenant_id=VEYRAS.tenant_id, sequence=1)
    await harness.publish(member([father], "Louis", shared.member_id), tenant_id=VEYRAS.tenant_id, sequence=2)
    await harness.eventually("select 1 from member where member_id = $1 and version = 2", shared.member_id)
    families = await harness.query(
        "select tenant_id, family_id from member_family where member_id = $1", shared.member_id
    )
    assert [tuple(row) for row in families] == [(VEYRAS.tenant_id, father)]
