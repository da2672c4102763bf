"""The buttons of waiting lists."""

from datetime import date

from driver.plain_browser import Page
from faults.buttons import Click, World, button, workshop_changed
from faults.waiting_scene import WaitedFor, offer_of

LISTS = "/planning/attente"
CHILD = "Louane"
DAYS = tuple(date(2022, 9, day) for day in (12, 13, 14, 15))
JOINED, LEFT, ACCEPTED, DECLINED = DAYS


def _scene(world: World) -> WaitedFor:
    return world.waited_for(CHILD, *DAYS)


def _waiting(world: World, day: date) -> int:
    member = world.parent.family.members[CHILD]
    return world.count("planning", "waiting", "member_id = $1 and day = $2", member, day)


def _offers(world: World, offer_id: str, status: str) -> int:
    return world.count("planning", "place_offer", "offer_id = $1 and status = $2", offer_id, status)


@button(LISTS)
def join(world: World) -> Click:
    scene, member = _scene(world), world.parent.family.members[CHILD]
    page = world.tab.go(f"{LISTS}/rejoindre?enfant={member}&debut={JOINED}&vue=semaine")
    form = page.form(LISTS).filled(jour=f"{JOINED}/day", activite=scene.activity_id)
    return Click(world.tab, form, "Vous êtes sur la liste d'attente", lambda _pages: _waiting(world, JOINED))


@button(f"{LISTS}/{{waiting_id}}/quitter")
def leave(world: World) -> Click:
    waiting_id = _scene(world).wait(world.parent, CHILD, LEFT)
    form = world.tab.go(LISTS).form(f"{LISTS}/{waiting_id}/quitter")
    return Click(
        world.tab,
        form,
        "Vous n'attendez plus ce jour",
        lambda _pages: 1 - _waiting(world, LEFT),
    )


@button(f"{LISTS}/places/{{offer_id}}/accepter")
def accept(world: World) -> Click:
    offer_id = _offered(world, ACCEPTED)
    form = world.tab.go(LISTS).form(f"{LISTS}/places/{offer_id}/accepter")
    return Click(world.tab, form, "La place est acceptée", lambda _pages: _offers(world, offer_id, "accepted"))


@button(f"{LISTS}/places/{{offer_id}}/laisser")
def decline(world: World) -> Click:
    offer_id = _offered(world, DECLINED)
    form = world.tab.go(LISTS).form(f"{LISTS}/places/{offer_id}/laisser")
    return Click(world.tab, form, "La place est laissée", lambda _pages: _offers(world, offer_id, "declined"))


def _offered(world: World, day: date) -> str:
    scene = _scene(world)
    scene.wait(world.parent, CHILD, day)
    scene.free(day)
    return offer_of(world.parent, day)


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
