"""The town hall books, cancels and announces for a family, without JavaScript."""

import re
from datetime import date

import pytest
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, FAMILY, LOUIS, REGISSEUR_USER, STAFF_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

FILE = f"/mairie/familles/{FAMILY}"
PAGE, ABSENCES = f"{FILE}/planning", f"{FILE}/absences"
SEPTEMBER = f"{PAGE}?membre={LOUIS}&mois=2022-09"
JOURS, RESERVES = f"jours.{CANTEEN}", f"reserves.{CANTEEN}"
MONDAY, TUESDAY, THURSDAY = date(2022, 9, 5), date(2022, 9, 6), date(2022, 9, 8)
SENT = {"membre": LOUIS, "mois": "2022-09"}


@pytest.fixture
def canteen(world: World) -> World:
    """Louis is booked on Monday; the deadline of Tuesday has passed."""
    world.paid.add((CANTEEN, LOUIS))
    world.booked.add((LOUIS, MONDAY))
    world.refused[TUESDAY] = "Trop tard : possible jusqu'au jeudi 1er septembre."
    return world


@pytest.fixture
async def desk(visitor):
    await visitor.log_in(user=STAFF_USER)
    return visitor


async def test_the_file_leads_to_the_planning(desk, canteen) -> None:
    file = await desk.get(FILE)
    assert f'href="{PAGE}"' in file.text
    assert f'href="{ABSENCES}"' in file.text
    page = words(await desk.get(PAGE))
    assert "Louis : Juillet 2022" in page, "the first who is enrolled, this month"


async def test_what_the_rules_say_is_there_and_only_deadlines_can_be_ticked(desk, canteen) -> None:
    canteen.draft[LOUIS, THURSDAY] = "book"
    canteen.full_days.add(date(2022, 9, 9))
    page = await desk.get(SEPTEMBER)
    ticks = dict(re.findall(rf'name="{JOURS}" value="2022-09-(\d\d)"[^>]*?( checked)?>', page.text))
    assert {ticks["05"], ticks["06"], ticks["08"]} == {" checked", ""}
    assert (ticks["05"], "07" in ticks, "09" in ticks) == (" checked", False, False), "closed, full"
    assert re.findall(rf'name="{RESERVES}" value="([^"]+)"', page.text) == ["2022-09-05"]
    said = words(page)
    assert "mardi 6 septembre 2022 : Délai passé, 5,00 €. Trop tard" in said
    assert "Se change hors délai." in said
    assert "La famille a préparé 1 changement qu'elle n'a pas encore validé" in said
    assert "Coût du mois : 5,00 €" in said, "the draft is the family's"


async def test_booked_and_cancelled_in_one_step(desk, canteen) -> None:
    sent = SENT | {RESERVES: "2022-09-05", JOURS: "2022-09-08", "motif": " Appel  du matin "}
    answer = await desk.submit(PAGE, sent, seen_on=SEPTEMBER)
    assert answer.headers["location"] == f"{SEPTEMBER}&fait=1-1"
    assert canteen.booked == {(LOUIS, THURSDAY)}
    (basket,) = canteen.town_hall.baskets
    assert (basket["deadlines_set_aside"], basket["reason"]) == (False, "Appel du matin")
    done = words(await desk.get(answer.headers["location"]))
    assert "1 jour réservé et 1 jour annulé. La famille le lit dans son historique" in done


async def test_what_was_booked_meanwhile_is_not_cancelled(desk, canteen) -> None:
    """The page was shown before the family booked Thursday: what it did not show is not unticked."""
    canteen.booked.add((LOUIS, THURSDAY))
    await desk.submit(PAGE, SENT | {RESERVES: "2022-09-05", JOURS: ["2022-09-05", "2022-09-12"]}, seen_on=SEPTEMBER)
    assert canteen.booked == {(LOUIS, MONDAY), (LOUIS, THURSDAY), (LOUIS, date(2022, 9, 12))}


async def test_a_passed_deadline_is_granted_with_a_reason(desk, canteen) -> None:
    late = SENT | {RESERVES: "2022-09-05", JOURS: ["2022-09-05", "2022-09-06"]}
    refused = await desk.submit(PAGE, late, seen_on=SEPTEMBER)
    assert refused.status_code == 409
    assert "Mardi 6 septembre 2022, Cantine d'Alixan : Trop tard" in words(refused)
    assert "cochez « Accorder hors délai » et indiquez le motif" in words(refused)
    assert re.search(rf'name="{JOURS}" value="2022-09-06"[^>]* checked', refused.text), "stays ticked"
    unexplained = await desk.submit(PAGE, late | {"hors_delai": "true", "motif": " "}, seen_on=SEPTEMBER)
    assert (unexplained.status_code, 'aria-invalid="true"' in unexplained.text) == (422, True)
    assert re.search(r'name="hors_delai"[^>]* checked', unexplained.text)
    assert canteen.booked == {(LOUIS, MONDAY)}
    granted = await desk.submit(PAGE, late | {"hors_delai": "true", "motif": "Repas oublié"}, seen_on=SEPTEMBER)
    assert granted.headers["location"] == f"{SEPTEMBER}&fait=1-0"
    assert canteen.booked == {(LOUIS, MONDAY), (LOUIS, TUESDAY)}


async def test_what_the_family_must_do_first_is_set_aside_with_a_reason(desk, canteen) -> None:
    canteen.block = "Le dossier de Louis n'est pas complet : il manque « Photo »."
    page = await desk.get(SEPTEMBER)
    said = words(page)
    assert "jeudi 8 septembre 2022 : Pas ouvert pour l'instant, 5,00 €. Le dossier de Louis" in said
    assert "Se change malgré ce que la famille doit faire d'abord." in said
    thursday = SENT | {RESERVES: "2022-09-05", JOURS: ["2022-09-05", "2022-09-08"]}
    refused = await desk.submit(PAGE, thursday | {"hors_delai": "true", "motif": "x"}, seen_on=SEPTEMBER)
    assert refused.status_code == 409
    assert "cochez « Accorder malgré le dossier ou la facture »" in words(refused)
    unexplained = await desk.submit(PAGE, thursday | {"malgre": "true", "motif": ""}, seen_on=SEPTEMBER)
    assert unexplained.status_code == 422
    assert re.search(r'name="malgre"[^>]* checked', unexplained.text)
    granted = await desk.submit(PAGE, thursday | {"malgre": "true", "motif": "Photo promise"}, seen_on=SEPTEMBER)
    assert granted.headers["location"] == f"{SEPTEMBER}&fait=1-0"
    (basket,) = canteen.town_hall.baskets
    assert (basket["blocks_set_aside"], basket["deadlines_set_aside"]) == (True, False)


async def test_nothing_ticked_is_said(desk, canteen) -> None:
    nothing = SENT | {RESERVES: "2022-09-05", JOURS: "2022-09-05"}
    answer = await desk.submit(PAGE, nothing, seen_on=SEPTEMBER)
    assert (answer.status_code, "Rien à enregistrer" in words(answer)) == (422, True)


async def test_the_regisseur_reads(visitor, canteen) -> None:
    await visitor.log_in(user=REGISSEUR_USER)
    page = await visitor.get(SEPTEMBER)
    assert "Lecture seule" in words(page)
    assert f'name="{JOURS}"' not in page.text
    answer = await visitor.submit(PAGE, SENT | {JOURS: "2022-09-08"}, seen_on="/mairie/messages")
    assert answer.status_code == 403
    assert "Lecture seule" in words(await visitor.get(ABSENCES))
    said = {"enfant": LOUIS, "activite": CANTEEN, "jour": "2022-09-05/day", "motif": "illness"}
    assert (await visitor.submit(ABSENCES, said, seen_on="/mairie/messages")).status_code == 403
    assert (canteen.town_hall.baskets, canteen.absent) == ([], {})


async def test_an_administrator_serves_families_too(visitor, canteen) -> None:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    answer = await visitor.submit(PAGE, SENT | {JOURS: "2022-09-08"}, seen_on=SEPTEMBER)
    assert answer.status_code == 303


async def test_who_is_not_there_has_no_page(desk, canteen) -> None:
    assert (await desk.get(f"/mairie/familles/{an_id('nobody')}/planning")).status_code == 404
    assert (await desk.get(f"{PAGE}?membre={an_id('nobody')}")).status_code == 404
    assert (await desk.get(f"{SEPTEMBER}&fait=<b>-x")).status_code == 200


async def test_parents_do_not_serve_themselves(parent, canteen) -> None:
    assert [(await parent.get(page)).status_code for page in (PAGE, ABSENCES)] == [403, 403]


async def test_an_absence_is_announced_for_a_family(desk, canteen) -> None:
    said = {"enfant": LOUIS, "activite": CANTEEN, "jour": "2022-09-05/day", "motif": "illness", "papier": "true"}
    assert "maladie (sur justificatif)" in words(await desk.get(ABSENCES))
    for missing in ("jour", "motif"):
        refused = await desk.submit(ABSENCES, {**said, missing: ""}, seen_on=ABSENCES)
        assert refused.status_code == 422
    answer = await desk.submit(ABSENCES, said, seen_on=ABSENCES)
    assert answer.headers["location"] == f"{ABSENCES}?fait=annonce"
    assert canteen.absent[LOUIS, MONDAY]["on_paper"] is True
    page = words(await desk.get(answer.headers["location"]))
    assert "L'absence est annoncée" in page
    assert "Lundi 5 septembre 2022, Louis" in page
    again = await desk.submit(ABSENCES, said, seen_on="/mairie/messages")
    assert (again.status_code, "Absence annoncée." in words(again)) == (409, True)
