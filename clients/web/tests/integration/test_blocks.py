"""What a family has to do before it books is told where it looks: its file, and its planning."""

import pytest
from fake_api.world import CANTEEN, FAMILY, LOUIS, World
from reading import words

pytestmark = pytest.mark.integration

MISSING = "Il manque encore des pièces à votre dossier"
BLOCK = "La facture 2206012 (45,00 €) était à payer au plus tard le 15/06/2022."


@pytest.fixture
async def parent(visitor):
    await visitor.log_in()
    return visitor


async def test_the_file_says_what_is_missing_and_where_it_is_handed_in(parent, world: World) -> None:
    assert MISSING not in words(await parent.get("/dossier"))
    world.missing = {FAMILY: ["Justificatif de domicile"], LOUIS: ["Photo", "Vaccinations"]}
    said = words(await parent.get("/dossier"))
    assert f"{MISSING} Pour la famille : Justificatif de domicile Pour Louis : Photo, Vaccinations" in said
    assert "Remettez-les à la mairie (04 75" in said
    world.missing = {LOUIS: ["Photo"]}
    assert "Pour la famille" not in words(await parent.get("/dossier"))


async def test_the_planning_says_it_once_above_the_days(parent, world: World) -> None:
    world.paid.add((CANTEEN, LOUIS))
    page = f"/planning?enfant={LOUIS}&debut=2022-09-01"
    assert BLOCK not in words(await parent.get(page))
    world.block = BLOCK
    assert words(await parent.get(page)).count(BLOCK) == 1
