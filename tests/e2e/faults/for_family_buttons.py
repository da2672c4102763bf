"""The button by which the town hall books for a family."""

from datetime import date

from faults.buttons import Click, World, button

PLANNING = "/mairie/familles/{family_id}/planning"
CHILD, DAY = "Louane", date(2023, 1, 16)
_BOOKED = "member_id = $1 and day = $2 and status = 'booked'"
_TOLD = "member_id = $1 and actor = 'town_hall' and $2 = any (days)"


@button(PLANNING)
def book_for_family(world: World) -> Click:
    """Booked once, and told once."""
    member, page = world.parent.family.members[CHILD], PLANNING.format(family_id=world.parent.family.family_id)
    form = world.desk.go(f"{page}?membre={member}&mois=2023-01").form(page)
    form = form.filled(**{f"jours.{world.workshop}": str(DAY), "motif": "Au guichet"})

    def effects(_pages: object) -> int:
        counts = {
            world.count("planning", table, condition, member, DAY)
            for table, condition in (("reservation", _BOOKED), ("trail", _TOLD))
        }
        return max(counts) if len(counts) == 1 else -1

    return Click(world.desk, form, "1 jour réservé", effects)
