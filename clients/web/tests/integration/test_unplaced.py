"""The régie notes what it found out about money that banks announce."""

from typing import Any

import pytest
from fake_api.world import NOW, REGISSEUR_USER, STAFF_USER, World, an_id

pytestmark = pytest.mark.integration

CONTROLS = "/mairie/controles"
DEALT_WITH = f"{CONTROLS}/traites"
NOTE = "Rendu depuis le <site> de la banque"
SHOWN = "Rendu depuis le &lt;site&gt; de la banque"


@pytest.fixture
def money(world: World) -> dict[str, Any]:
    found = {
        "message_id": an_id("announced"),
        "received_at": NOW,
        "sentence": "La banque annonce un encaissement pour un paiement que le portail ne connaît pas.",
        "amount_cents": 1200,
        "transaction_id": "77",
    }
    world.town_hall.unplaced.append(found)
    return found


@pytest.fixture
def path(money: dict[str, Any]) -> str:
    return f"{CONTROLS}/annonces/{money['message_id']}"


async def test_it_is_dealt_with_and_kept_with_who_and_when(regisseur, money: dict[str, Any], path: str) -> None:
    assert f'href="{path}"' in (await regisseur.get(CONTROLS)).text
    assert "12,00\xa0€" in (await regisseur.get(path)).text
    sent = await regisseur.submit(path, {"motif": f" {NOTE} "}, seen_on=path)
    assert sent.headers["location"] == f"{CONTROLS}?fait=traite"
    assert money["reason"] == NOTE
    page = (await regisseur.get(sent.headers["location"])).text
    assert ("est noté : l'encaissement" in page, path in page) == (True, False)
    kept = (await regisseur.get(DEALT_WITH)).text
    assert f"par Dominique {REGISSEUR_USER}" in kept
    assert ("Le 4 juillet 2022 à 09:00" in kept, SHOWN in kept, "Transaction 77." in kept) == (True, True, True)
    assert "n'est plus dans la liste" in (await regisseur.get(path)).text


async def test_a_note_is_needed(regisseur, money: dict[str, Any], path: str) -> None:
    page = await regisseur.submit(path, {"motif": " ok "}, seen_on=path)
    assert (page.status_code, "ce que vous avez trouvé ou fait" in page.text, ">ok</textarea>" in page.text) == (
        422,
        True,
        True,
    )
    assert "reason" not in money


async def test_who_comes_second_is_told(regisseur, money: dict[str, Any], path: str) -> None:
    money["reason"] = "Vu"
    answer = await regisseur.submit(path, {"motif": NOTE}, seen_on=CONTROLS)
    assert (answer.status_code, "a déjà noté ce qu" in answer.text) == (409, True)
    assert money["reason"] == "Vu"


async def test_a_name_that_is_not_known_hides_no_note(regisseur, world: World, money: dict[str, Any]) -> None:
    money.update(reason=NOTE, dealt_by=an_id("gone"), dealt_at=NOW)
    assert ("par la régie" in (page := (await regisseur.get(DEALT_WITH)).text), SHOWN in page) == (True, True)
    world.down = {"identity"}
    page = (await regisseur.get(DEALT_WITH)).text
    assert ("par la régie" in page, SHOWN in page) == (True, True)


async def test_an_agent_is_told_that_it_is_not_theirs(visitor, path: str) -> None:
    await visitor.log_in(user=STAFF_USER)
    for page in (path, DEALT_WITH):
        refused = await visitor.get(page)
        assert (refused.status_code, "réservée au régisseur" in refused.text) == (403, True), page
