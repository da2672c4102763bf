"""The buttons by which the town hall books for a family, waits for it and answers its places."""

from datetime import date

from faults.buttons import Click, World, button
from faults.waiting_buttons import CHILD as WAITING_CHILD
from faults.waiting_buttons import COUNTER_DAYS, offered, offers, scene_of, waiting

PLANNING = "/mairie/familles/{family_id}/planning"
LISTS = "/mairie/familles/{family_id}/attente"
JOINED, LEFT, ACCEPTED, DECLINED = COUNTER_DAYS
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


@button(LISTS)
def join_for_family(world: World) -> Click:
    scene, lists = scene_of(world), _lists(world)
    page = world.desk.go(f"{lists}?membre={world.parent.family.members[WAITING_CHILD]}&mois=2022-09")
    form = page.form(lists).filled(jour=f"{JOINED}/day", activite=scene.activity_id)
    return Click(world.desk, form, "La famille est sur la liste d'attente", lambda _pages: waiting(world, JOINED))


@button(f"{LISTS}/{{waiting_id}}/quitter")
def leave_for_family(world: World) -> Click:
    waiting_id, lists = scene_of(world).wait(world.parent, WAITING_CHILD, LEFT), _lists(world)
    form = world.desk.go(lists).form(f"{lists}/{waiting_id}/quitter")
    return Click(world.desk, form, "La famille n'attend plus ce jour", lambda _pages: 1 - waiting(world, LEFT))


@button(f"{LISTS}/places/{{offer_id}}/accepter")
def accept_for_family(world: World) -> Click:
    offer_id, lists = offered(world, ACCEPTED), _lists(world)
    form = world.desk.go(lists).form(f"{lists}/places/{offer_id}/accepter")
    return Click(world.desk, form, "La place est acceptée", lambda _pages: offers(world, offer_id, "accepted"))


@button(f"{LISTS}/places/{{offer_id}}/laisser")
def decline_for_family(world: World) -> Click:
    offer_id, lists = offered(world, DECLINED), _lists(world)
    form = world.desk.go(lists).form(f"{lists}/places/{offer_id}/laisser")
    return Click(world.desk, form, "La place est laissée", lambda _pages: offers(world, offer_id, "declined"))


def _lists(world: World) -> str:
    return LISTS.format(family_id=world.parent.family.family_id)
