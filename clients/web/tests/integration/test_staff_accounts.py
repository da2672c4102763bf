"""«Agents et accès» without JavaScript: created once, changed, refused at the field, shut out; for administrators."""

import re

import pytest
from fake_api.staff_accounts import account, first
from fake_api.world import ADMINISTRATOR_USER, FAMILY, REGISSEUR_USER, STAFF_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

LIST, NEW = "/mairie/agents", "/mairie/agents/nouveau"
AGENT, OWN = an_id(STAFF_USER), an_id(ADMINISTRATOR_USER)
PAGE = f"{LIST}/{AGENT}"
LETTER = f"{PAGE}/premier-mot-de-passe"
TYPED = {"nom": "Nora Petit", "utilisateur": "nora.petit", "courriel": "nora@alixan.example", "role.agent": "agent"}


@pytest.fixture
async def office(visitor):
    """An administrator of the town hall."""
    await visitor.log_in(user=ADMINISTRATOR_USER)
    return visitor


async def test_everyone_is_listed_with_what_they_may_do(office, world: World) -> None:
    world.town_hall.staff_accounts = first() | {
        "gone": account(an_id("gone"), "luc.parti", closed=True),
        "new": account(an_id("new"), "eve.neuve", has_password=False, email="eve@alixan.example"),
    }
    page = words(await office.get(LIST))
    assert "camille.martin" not in page
    assert "eve.neuve – eve@alixan.example" in page
    assert "Agent sans mot de passe" in page
    assert page.index("Ce que peut chaque rôle") < page.index("Sans accès") < page.index("luc.parti")
    assert "Tout cela, et facture le mois, rembourse" in page


async def test_an_account_is_created_once(office, world: World) -> None:
    action = re.search(r'action="(/mairie/agents/[0-9a-f-]{36})"', (await office.get(NEW)).text)
    assert action
    for _ in range(2):
        answer = await office.submit(action[1], TYPED, seen_on=NEW)
        assert answer.headers["location"] == f"{action[1]}?fait=enregistre"
    (made,) = [each for each in world.town_hall.staff_accounts.values() if each["user_name"] == "nora.petit"]
    assert (made["display_name"], made["email"], made["roles"]) == ("Nora Petit", "nora@alixan.example", ["agent"])
    shown = words(await office.get(answer.headers["location"]))
    assert "Le compte est enregistré." in shown
    assert "n'a pas encore de mot de passe" in shown


async def test_roles_are_changed_and_shown_ticked(office, world: World) -> None:
    changed = TYPED | {"role.regisseur": "regisseur", "courriel": " "}
    assert (await office.submit(PAGE, changed, seen_on=PAGE)).status_code == 303
    assert world.town_hall.staff_accounts[AGENT]["roles"] == ["agent", "regisseur"]
    assert world.town_hall.staff_accounts[AGENT]["email"] is None
    shown = (await office.get(PAGE)).text
    ticked = re.findall(r'name="role.(\w+)"[^>]* checked', shown)
    assert ticked == ["agent", "regisseur"]


async def test_a_name_that_is_taken_is_told_at_its_field_and_nothing_is_lost(office, world: World) -> None:
    answer = await office.submit(PAGE, TYPED | {"utilisateur": REGISSEUR_USER}, seen_on=PAGE)
    assert answer.status_code == 409
    assert re.search(r'id="utilisateur-error">.*?déjà pris', answer.text, re.DOTALL)
    assert re.search(r'name="utilisateur"[^>]*value="regisseur.mairie"[^>]*aria-invalid="true"', answer.text)
    assert 'value="Nora Petit"' in answer.text
    assert world.town_hall.staff_accounts[AGENT]["user_name"] == STAFF_USER


async def test_what_is_missing_is_told_at_its_field(office) -> None:
    path = f"{LIST}/{an_id('somebody new')}"
    answer = await office.submit(path, {"nom": "", "utilisateur": "x", "courriel": ""}, seen_on=NEW)
    assert answer.status_code == 422
    assert re.search(r'id="nom-error">.*?Un nom', answer.text, re.DOTALL)
    assert re.search(r'id="role-error">.*?Cochez au moins un rôle', answer.text, re.DOTALL)
    assert f'action="{path}"' in answer.text, "the id stays, so that trying again makes one account"
    assert "Créer le compte" in answer.text


async def test_who_leaves_is_shut_out_and_let_in_again(office, world: World) -> None:
    answer = await office.submit(f"{PAGE}/acces", {"suite": "retirer"}, seen_on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?fait=retire"
    assert world.town_hall.staff_accounts[AGENT]["closed"] is True
    assert "Tous les accès sont retirés" in words(await office.get(answer.headers["location"]))
    shown = words(await office.get(PAGE))
    assert "n'a plus aucun accès" in shown
    assert "Premier mot de passe" not in shown
    assert (await office.get(LETTER)).status_code == 404
    await office.submit(PAGE, TYPED, seen_on=PAGE)
    assert world.town_hall.staff_accounts[AGENT]["closed"] is True, "another name lets nobody in"
    await office.submit(f"{PAGE}/acces", {"suite": "rendre"}, seen_on=PAGE)
    assert world.town_hall.staff_accounts[AGENT]["closed"] is False
    assert (await office.submit(f"{PAGE}/acces", {"suite": "x"}, seen_on=PAGE)).status_code == 422


async def test_ones_own_access_is_not_taken_away(office, world: World) -> None:
    page = f"{LIST}/{OWN}"
    assert "Retirer tous les accès" not in words(await office.get(page))
    for path, fields in ((page, TYPED), (f"{page}/acces", {"suite": "retirer"})):
        answer = await office.submit(path, fields, seen_on=page)
        assert answer.status_code == 409
        assert "Vous ne pouvez pas vous retirer le rôle d'administrateur." in words(answer)
    assert world.town_hall.staff_accounts[OWN]["roles"] == ["administrator"]


async def test_the_letter_is_shown_once_and_speaks_to_the_staff(office, world: World) -> None:
    assert "ne fonctionnera plus" in (await office.get(LETTER)).text
    assert not world.town_hall.first_passwords
    letter = words(await office.submit(LETTER, seen_on=LETTER))
    assert "prune-violon-1848" in letter
    assert "pour travailler avec les familles" in letter
    assert "inscrire vos enfants" not in letter
    assert "Retour au compte" in letter


async def test_accounts_of_parents_and_of_nobody_are_not_there(office, world: World) -> None:
    for account_id in (an_id("camille.martin"), FAMILY, "abc"):
        for page in (f"{LIST}/{account_id}", f"{LIST}/{account_id}/premier-mot-de-passe"):
            assert (await office.get(page)).status_code == 404
    stranger = f"{LIST}/{FAMILY}/acces"
    assert (await office.submit(stranger, {"suite": "retirer"}, seen_on=LIST + "/nouveau")).status_code == 404
    assert not world.town_hall.staff_accounts


@pytest.mark.parametrize("user", [STAFF_USER, REGISSEUR_USER])
async def test_it_is_for_administrators(visitor, world: World, user: str) -> None:
    await visitor.log_in(user=user)
    assert "Agents et accès" not in (await visitor.get("/mairie")).text
    for page in (LIST, NEW, PAGE, LETTER):
        assert (await visitor.get(page)).status_code == 403
    for path in (PAGE, f"{PAGE}/acces", LETTER):
        assert (await visitor.submit(path, TYPED | {"suite": "retirer"}, seen_on="/mairie")).status_code == 403
    assert not world.town_hall.staff_accounts
    assert not world.town_hall.first_passwords


async def test_the_menu_leads_there(office) -> None:
    page = (await office.get("/mairie")).text
    assert f'href="{LIST}"' in page
    assert 'href="/mairie/vacances"' in page
