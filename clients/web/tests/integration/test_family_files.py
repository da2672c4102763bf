"""Families' files without JavaScript: created once, changed, refused with nothing lost, children of two homes."""

import re

import pytest
from fake_api.custody import OTHER_HOME
from fake_api.families import JEANNE, files
from fake_api.world import FAMILY, GUARDIAN, STAFF_USER, Problem, World, an_id
from reading import words

from web.api.enrolment import Family
from web.town_hall.family_form import fields_of

pytestmark = pytest.mark.integration

NEW, FILE, PAGE = "/mairie/familles/nouvelle", f"/mairie/familles/{FAMILY}", f"/mairie/familles/{FAMILY}/modifier"
SAVE = {"suite": "enregistrer"}
TYPED = {
    "marque": "m1",
    "nom": "Famille Blanc",
    "adresse": "2 rue Haute",
    "code_postal": "26300",
    "ville": "Alixan",
    "responsable.0.prenom": "Inès",
    "responsable.0.nom": "Blanc",
    "membre.0.prenom": "Noé",
    "membre.0.nom": "Blanc",
    "membre.0.naissance": "2016-02-03",
    "membre.0.genre": "child",
    "membre.0.repas": "standard",
}


@pytest.fixture
async def desk(visitor):
    await visitor.log_in(user=STAFF_USER)
    return visitor


def martins(world: World, **typed: str) -> dict[str, object]:
    """The file as its page shows it, with what is typed."""
    return {**fields_of(Family.model_validate(files(world)[FAMILY])), "marque": "m1", **typed}


async def test_a_file_is_created_once(desk, world: World) -> None:
    page = await desk.get(NEW)
    action = re.search(r'action="(/mairie/familles/[0-9a-f-]{36}/modifier)"', page.text)
    assert action
    assert '<option value="Jules Ferry">' in page.text
    sent = TYPED | SAVE | {"idempotency_key": "k" * 20}
    answers = [await desk.submit(action[1], sent, seen_on=NEW) for _ in range(2)]
    location = f"{action[1].removesuffix('/modifier')}?fait=cree-compte"
    assert [answer.headers["location"] for answer in answers] == [location] * 2
    (file,) = world.town_hall.families.values()
    assert (file["name"], file["quotient_familial"]) == ("Famille Blanc", None)
    assert [each["first_name"] for each in (*file["guardians"], *file["members"])] == ["Inès", "Noé"]
    shown = words(await desk.get(location))
    assert "Le dossier est créé." in shown
    assert "éditez son premier mot de passe" in shown


async def test_a_file_is_changed(desk, world: World) -> None:
    assert f'href="{PAGE}"' in (await desk.get(FILE)).text
    assert "compte à partir du 01/08/2022" in words(await desk.get(PAGE))
    changed = martins(world, quotient="500", **{"responsable.0.telephone": "07 11 22 33 44"})
    answer = await desk.submit(PAGE, changed | SAVE, seen_on=PAGE)
    assert answer.headers["location"] == f"{FILE}?fait=modifie-quotient"
    assert "compte à partir du 01/08/2022" in words(await desk.get(answer.headers["location"]))
    file = world.town_hall.families[FAMILY]
    assert (file["quotient_familial"], file["guardians"][0]["guardian_id"]) == (500, GUARDIAN)
    assert file["guardians"][0]["phone"] == "07 11 22 33 44"


async def test_more_rows_come_without_saving(desk, world: World) -> None:
    typed = TYPED | {"membre.1.prenom": "Lou", "suite": "lignes"}
    page = await desk.submit(PAGE, typed, seen_on=NEW)
    assert page.status_code == 200
    assert re.findall(r'name="(membre\.\d+)\.prenom"', page.text) == [f"membre.{row}" for row in range(4)]
    assert 'value="Lou"' in page.text
    assert world.town_hall.families == {}


@pytest.mark.parametrize("slug", ["member-still-enrolled", "guardian-elsewhere"])
async def test_what_is_refused_stays_as_typed(desk, world: World, slug: str) -> None:
    world.town_hall.family_refusal = Problem(409, slug, "Voici pourquoi.")
    answer = await desk.submit(PAGE, martins(world, **{"membre.0.retirer": "1", "nom": "Tapé"}) | SAVE, seen_on=PAGE)
    assert answer.status_code == 409
    assert "Voici pourquoi." in words(answer)
    assert re.search(r'name="membre\.0\.retirer" value="1" checked', answer.text)
    assert 'value="Tapé"' in answer.text


async def test_what_is_wrong_is_said_beside_its_field_and_led_to(desk, world: World) -> None:
    wrong = [{"field": "members.0.birth_date", "message": "x"}, {"field": "address.postal_code", "message": "x"}]
    world.town_hall.family_refusal = Problem(422, "invalid-payload", "Mal formé.", errors=wrong)
    answer = await desk.submit(PAGE, martins(world, code_postal="263") | SAVE, seen_on=PAGE)
    assert answer.status_code == 422
    assert '<a href="#membre.0.naissance">Membre 1 – Né(e) le</a>' in answer.text
    assert re.search(r'<input id="code_postal"[^>]*value="263"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'id="code_postal-error">.*?Cinq chiffres', answer.text, re.DOTALL)


async def test_a_stale_form_undoes_nothing(desk, world: World) -> None:
    stale = martins(world, nom="Famille Martin-Roux")
    world.phone = "07 99 99 99 99"  # the parent's own change
    answer = await desk.submit(PAGE, stale | SAVE, seen_on=PAGE)
    assert (answer.status_code, world.town_hall.families) == (409, {})
    page = words(answer)
    assert "Ce dossier a été modifié entre-temps" in page
    assert "enregistré : Camille Martin, camille@exemple.fr, 07 99 99 99 99 – votre saisie :" in page
    assert 'value="Famille Martin-Roux"' in answer.text
    version = re.search(r'name="version" value="(\w+)"', answer.text)
    assert version
    again = await desk.submit(PAGE, stale | SAVE | {"version": version[1]}, seen_on=PAGE)
    assert again.status_code == 303
    assert world.town_hall.families[FAMILY]["name"] == "Famille Martin-Roux"


async def test_a_child_of_another_file_is_found_and_added(desk, world: World) -> None:
    found = await desk.submit(PAGE, martins(world, recherche="jeanne") | SAVE, seen_on=PAGE)
    assert (found.status_code, world.town_hall.families) == (200, {}), "looked for before anything is saved"
    assert "Jeanne Roux , né(e) le 09/06/2015 Dossier : Famille Roux" in words(found)
    assert "1 enfant trouvé, au bas de la page" in words(found)
    chosen = f"{OTHER_HOME}/{JEANNE}"
    assert f'name="ajouter" value="{chosen}"' in found.text
    added = await desk.submit(PAGE, martins(world, recherche="jeanne", ajouter=chosen), seen_on=PAGE)
    assert "Cet enfant est aussi dans un autre dossier : Famille Roux." in words(added)
    row = dict(re.findall(r'name="membre\.4\.(\w+)"[^>]* value="([^"]*)"', added.text))
    assert (row["id"], row["prenom"], row["ecole"]) == (JEANNE, "Jeanne", "Pasteur")
    typed = {f"membre.4.{name}": value for name, value in row.items() if name != "retirer"}
    kept = martins(world, **typed, **{"membre.4.genre": "child", "membre.4.repas": "without_meat"})
    assert (await desk.submit(PAGE, kept | SAVE, seen_on=PAGE)).status_code == 303
    assert world.town_hall.families[FAMILY]["members"][4] == files(world)[OTHER_HOME]["members"][0]


async def test_a_search_that_finds_nothing_offers_to_create_the_file(desk) -> None:
    assert f'href="{NEW}"' in (await desk.get("/mairie/familles")).text
    page = await desk.get("/mairie/familles?recherche=personne")
    assert "Créer son dossier" in words(page)
    nobody = await desk.submit(PAGE, TYPED | {"recherche": "personne", "suite": "chercher"}, seen_on=NEW)
    assert "Aucun enfant ne correspond" in words(nobody)


async def test_unknown_ids_are_not_found(desk) -> None:
    assert (await desk.get(f"/mairie/familles/{an_id('nobody')}/modifier")).status_code == 404
    for chosen in ("x", f"{OTHER_HOME}/{an_id('nobody')}", f"{an_id('nobody')}/{JEANNE}"):
        assert (await desk.submit(PAGE, TYPED | {"ajouter": chosen}, seen_on=NEW)).status_code == 404


async def test_a_parent_has_nothing_to_do_here(parent) -> None:
    assert [(await parent.get(path)).status_code for path in (NEW, PAGE)] == [403, 403]


async def test_what_is_missing_is_noted_line_by_line_and_effaced(desk, world: World) -> None:
    noted = martins(
        world, **{"manque": "Justificatif de domicile", "membre.0.manque": "Photo\r\n\r\n  Photo \r\nVaccinations"}
    )
    assert (await desk.submit(PAGE, noted | SAVE, seen_on=PAGE)).status_code == 303
    file = world.town_hall.families[FAMILY]
    assert file["missing"] == ["Justificatif de domicile"]
    assert [each["missing"] for each in file["members"]][:2] == [["Photo", "Vaccinations"], []]
    assert "Il manque : Photo, Vaccinations" in words(await desk.get(FILE))
    page = await desk.get(PAGE)
    assert re.search(r'name="membre.0.manque"[^>]*>Photo\nVaccinations<', page.text)
    effaced = martins(world, **{"membre.0.manque": "Vaccinations"})
    assert (await desk.submit(PAGE, effaced | SAVE, seen_on=PAGE)).status_code == 303
    assert world.town_hall.families[FAMILY]["members"][0]["missing"] == ["Vaccinations"]
