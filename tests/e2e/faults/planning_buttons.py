"""The buttons around the planning: «Modification avancée» and «Mon agenda»."""

import re
from urllib.parse import urlencode

from driver.plain_browser import Page
from faults.buttons import Click, World, button

AGENDA = "/planning/agenda"
_SHOWN = re.compile(r'value="[^"]+(/api/planning/v1/agendas/[^"]+)"')


@button("/planning/avance")
def draft_a_pattern(world: World) -> Click:
    member = world.parent.family.members["Théo"]
    world.parent.api.delete("planning", "/draft")
    asked = {
        "enfant": member,
        "activite": world.workshop,
        "methode": "semaine",
        "jour": 3,
        "du": "2022-09-05",
        "au": "2022-09-11",
    }
    form = world.tab.go(f"/planning/avance/apercu?{urlencode(asked)}").form("/planning/avance")
    return Click(
        world.tab,
        form,
        "Afin d'enregistrer définitivement votre saisie",
        lambda _pages: world.count("planning", "draft_line", "member_id = $1", member),
    )


@button(AGENDA)
def make_an_address(world: World) -> Click:
    """Both clicks are told the same address, and it answers."""

    def addresses_that_answer(pages: list[Page]) -> int:
        shown = {found[1] for page in pages if (found := _SHOWN.search(page.html))}
        program = world.system.api("numerian")
        return len([path for path in shown if program.send("GET", path).status_code == 200])

    return Click(world.tab, world.tab.go(AGENDA).form(AGENDA), "Elle n'est montrée qu'une fois", addresses_that_answer)


@button(f"{AGENDA}/revoquer")
def revoke_an_address(world: World) -> Click:
    made = world.parent.api.post("planning", "/agenda-addresses", {"member_id": None})
    form = world.tab.go(AGENDA).form(f"{AGENDA}/revoquer")
    return Click(
        world.tab,
        form,
        "Cette adresse ne répond plus",
        lambda _pages: 1 - world.count("planning", "agenda_address", "address_id = $1", made["address_id"]),
    )
