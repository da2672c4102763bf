"""Who is on the lists of the day, by school and by the one group there is: «petits», of which Estelle is."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from fake_api.world import CHILDREN, ESTELLE, World, an_id

Child = dict[str, Any]


def listed(world: World, day: date) -> list[Child]:
    """Who booked or is present; and as many more as the world has."""
    known = [_child(world, member, day) for member in CHILDREN]
    more = [
        {"member_id": an_id(f"more-{number}"), "first_name": f"Enfant {number}", "last_name": "Petit"}
        | {"school": "Pasteur", "booked": True, "attendance": None, "present": None, "left_at": None}
        for number in range(world.town_hall.more_children)
    ]
    return [child for child in known if child["booked"] or child["present"]] + more


def of_part(children: Sequence[Child], school: str | None, group: str | None) -> list[Child]:
    """Those of a school and of the group."""
    return [
        child
        for child in children
        if school in {None, child["school"]} and (group is None or child["member_id"] == ESTELLE)
    ]


def others(
    world: World, children: Sequence[Child], shown: Sequence[Child], part: tuple[str | None, str | None], query: str
) -> list[Child]:
    """Those who could be added, or who are so called."""
    ids = {child["member_id"] for child in children}
    unlisted = [_child(world, member, date.min) for member in CHILDREN if member not in ids]
    if not query:
        return of_part(unlisted, *part)
    everyone = [child for child in [*children, *unlisted] if child not in shown]
    return [child for child in everyone if query.lower() in f"{child['last_name']} {child['first_name']}".lower()]


def parts(children: Sequence[Child]) -> dict[str, Any]:
    """What a list can be narrowed to."""
    schools = sorted({child["school"] for child in children})
    return {
        "schools": [{"school": school, "expected": expected(of_part(children, school, None))} for school in schools],
        "groups": [
            {"code": "petits", "name": "3–5 ans", "expected": expected(of_part(children, None, "petits"))},
        ],
    }


def expected(children: Sequence[Child]) -> int:
    """Who booked and is not announced absent."""
    return sum(child["booked"] and child["attendance"] is None for child in children)


def _child(world: World, member: str, day: date) -> Child:
    hall = world.town_hall
    return {
        "member_id": member,
        "first_name": CHILDREN[member],
        "last_name": "Martin",
        "school": hall.schools.get(member, ""),
        "booked": (member, day) in world.booked,
        "attendance": "absence_announced" if (member, day) in hall.announced else None,
        "present": hall.presence.get((member, day)),
        "left_at": hall.left_at.get((member, day)),
    }
