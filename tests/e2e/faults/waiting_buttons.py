"""The buttons of waiting lists."""

from datetime import date

from driver.plain_browser import Page
from faults.buttons import Click, World, button, workshop_changed
from faults.waiting_scene import WaitedFor, offer_of

LISTS = "/planning/attente"
CHILD = "Louane"
OWN_DAYS = tuple(date(2022, 9, day) for day in (12, 13, 14, 15))
COUNTER_DAYS = tuple(date(2022, 9, day) for day in (19, 20, 21, 22))
"""Those of the buttons of the town hall, which does the same for the family."""
JOINED, LEFT, ACCEPTED, DECLINED = OWN_DAYS


def scene_of(world: World) -> WaitedFor:
    return world.waited_for(CHILD, *OWN_DAYS, *COUNTER_DAYS)


def waiting(world: World, day: date) -> int:
    member = world.parent.family.members[CHILD]
    return world.count("planning", "waiting", "member_id = $1 and day = $2", member, day)


def offers(world: World, offer_id: str, status: str) -> int:
    return world.count("planning", "place_offer", "offer_id = $1 and status = $2", offer_id, status)


def offered(world: World, day: date) -> str:
    """The id of a place offered to the family on a day."""
    scene = scene_of(world)
    scene.wait(world.parent, CHILD, day)
    scene.free(day)
    return offer_of(world.parent, day)


@button(LISTS)
def join(world: World) -> Click:
    scene, member = scene_of(world), world.parent.family.members[CHILD]
    page = world.tab.go(f"{LISTS}/rejoindre?enfant={member}&debut={JOINED}&vue=semaine")
    form = page.form(LISTS).filled(jour=f"{JOINED}/day", activite=scene.activity_id)
    return Click(world.tab, form, "Vous êtes sur la liste d'attente", lambda _pages: waiting(world, JOINED))


@button(f"{LISTS}/{{waiting_id}}/quitter")
def leave(world: World) -> Click:
    waiting_id = scene_of(world).wait(world.parent, CHILD, LEFT)
    form = world.tab.go(LISTS).form(f"{LISTS}/{waiting_id}/quitter")
    return Click(
        world.tab,
        form,
        "Vous n'attendez plus ce jour",
        lambda _pages: 1 - waiting(world, LEFT),
    )


@button(f"{LISTS}/places/{{offer_id}}/accepter")
def accept(world: World) -> Click:
    offer_id = offered(world, ACCEPTED)
    form = world.tab.go(LISTS).form(f"{LISTS}/places/{offer_id}/accepter")
    return Click(world.tab, form, "La place est acceptée", lambda _pages: offers(world, offer_id, "accepted"))


@button(f"{LISTS}/places/{{offer_id}}/laisser")
def decline(world: World) -> Click:
    offer_id = offered(world, DECLINED)
    form = world.tab.go(LISTS).form(f"{LISTS}/places/{offer_id}/laisser")
    return Click(world.tab, form, "La place est laissée", lambda _pages: offers(world, offer_id, "declined"))


@button("/mairie/attente/regles/{activity_id}")
def set_rules(world: World) -> Click:
    row = "activity_calendar where (waiting_list ->> 'accept_within_minutes')::int = 180"
    told = "Les règles sont enregistrées"
    return workshop_changed(world, "/mairie/attente/regles", told, "planning", row, delai="180")


@button("/mairie/attente/priorites/{member_id}")
def give_points(world: World) -> Click:
    member = world.parent.family.members["Estelle"]
    path = f"/mairie/attente/priorites/{member}"
    form = world.desk.go(path).form(path).filled(points="7", raison="Situation suivie par le CCAS")

    def given(_pages: list[Page]) -> int:
        return world.count("planning", "member_points", "member_id = $1 and points = 7", member)

    return Click(world.desk, form, "C'est enregistré", given)
