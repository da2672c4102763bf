"""The buttons of children of two homes."""

import uuid

from driver import Parent
from faults.buttons import Click, World, button

PAGE = "/mairie/familles/{family_id}/foyers/{member_id}"


def _shared_child(world: World) -> tuple[Parent, str]:
    """A family of its own, and its page."""
    mother, father = world.new_parent("Zoé"), world.new_parent("Zoé")
    world.town_hall.share("Zoé", mother.family, also_of=father.family)
    return mother, f"/mairie/familles/{mother.family.family_id}/foyers"


def _custodies(world: World, parent: Parent) -> int:
    return world.count("planning", "custody", "member_id = $1", uuid.UUID(parent.family.members["Zoé"]))


@button(PAGE)
def share_days(world: World) -> Click:
    parent, page = _shared_child(world)
    form = world.desk.go(page).form(f"{page}/{parent.family.members['Zoé']}").filled(paires=parent.family.family_id)
    return Click(world.desk, form, "Le partage est enregistré", lambda _pages: _custodies(world, parent))


@button(f"{PAGE}/fin")
def stop_sharing_days(world: World) -> Click:
    parent, page = _shared_child(world)
    path = f"{page}/{parent.family.members['Zoé']}"
    world.desk.send(world.desk.go(page).form(path).filled(paires=parent.family.family_id))
    assert _custodies(world, parent) == 1
    return Click(
        world.desk,
        world.desk.go(page).form(f"{path}/fin"),
        "Les jours ne sont plus partagés",
        lambda _pages: 1 - _custodies(world, parent),
    )
