"""The buttons of the list of the day."""

import json
import uuid
from dataclasses import replace
from datetime import date

from faults.buttons import Click, World, booked, button

MARKED, KEPT = date(2022, 11, 21), date(2022, 11, 22)
CHILD = "Estelle"


def _list_of(world: World, day: date) -> str:
    booked(world, CHILD, day)
    return f"/mairie/pointage?activite={world.workshop}&jour={day}"


def _marks(world: World, day: date) -> int:
    member = world.parent.family.members[CHILD]
    return world.count("planning", "presence_mark", "member_id = $1 and day = $2 and present", member, day)


@button("/mairie/pointage")
def tick(world: World) -> Click:
    form = world.desk.go(_list_of(world, MARKED)).form("/mairie/pointage").filled(present="true")
    return Click(world.desk, form, "1 présents", lambda _pages: _marks(world, MARKED))


@button("/mairie/pointage/marques")
def keep(world: World) -> Click:
    """What the script sends, and reads the answer of."""
    form = world.desk.go(_list_of(world, KEPT)).form("/mairie/pointage")
    mark = {"mark_id": str(uuid.uuid4()), "member_id": world.parent.family.members[CHILD], "present": True}
    sent = replace(form, action="/mairie/pointage/marques").filled(marques=json.dumps([mark]))
    return Click(world.desk, sent, '"kept":1', lambda _pages: _marks(world, KEPT))
