"""«Cuisine»: a week to print, and the same as a file."""

from datetime import date

import pytest
from fake_api.world import CANTEEN, LOUIS, REGISSEUR_USER, World

pytestmark = pytest.mark.integration


async def test_a_week_is_counted_and_downloaded(visitor, world: World) -> None:
    world.booked.add((LOUIS, date(2022, 9, 6)))
    await visitor.log_in(user=REGISSEUR_USER)
    page = await visitor.get(f"/mairie/cuisine?du=2022-09-08&activite={CANTEEN}")
    assert "Mardi 6 septembre 2022" in page.text
    assert "École non renseignée" in page.text
    assert "sans viande" in page.text
    assert "peut changer jusqu&#39;au" in page.text or "peut changer jusqu'au" in page.text
    assert "Personne n" in (await visitor.get("/mairie/cuisine?du=2022-09-12")).text
    file = await visitor.get("/mairie/cuisine.csv?du=2022-09-08")
    assert file.headers["content-disposition"] == 'attachment; filename="cuisine.csv"'
    sent = [path for method, path, _ in world.requests if "kitchen-counts.csv" in path]
    assert sent


async def test_unknown_ages_have_a_column_where_there_are_any(visitor, world: World) -> None:
    world.booked.add((LOUIS, date(2022, 9, 6)))
    await visitor.log_in(user=REGISSEUR_USER)
    assert "Âge inconnu" not in (await visitor.get("/mairie/cuisine?du=2022-09-05")).text
    world.town_hall.unknown_ages = 2
    page = (await visitor.get("/mairie/cuisine?du=2022-09-05")).text
    assert '<td role="cell" class="amount" data-label="Âge inconnu">2</td>' in page


async def test_a_parent_has_no_kitchen(parent) -> None:
    assert (await parent.get("/mairie/cuisine")).status_code == 403
