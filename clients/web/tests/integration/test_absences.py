"""Absences, without JavaScript: announced by a parent, decided by the town hall."""

import re
from datetime import date

import pytest
from fake_api.world import ADMINISTRATOR_USER, CANTEEN, LOUIS, STAFF_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

MONDAY = date(2022, 9, 5)
ABSENCES, OFFICE = "/planning/absences", "/mairie/absences"
TICKED = {
    "enfant": LOUIS,
    "activite": CANTEEN,
    "jour": "2022-09-05/day",
    "motif": "illness",
    "papier": "true",
}


@pytest.fixture
def booked(world: World) -> World:
    world.booked.add((LOUIS, MONDAY))
    return world


async def test_an_absence_is_announced_once(parent, booked) -> None:
    page = words(await parent.get(ABSENCES))
    assert "Lundi 5 septembre 2022" in page
    assert "maladie (sur justificatif)" in page
    answer = await parent.submit(ABSENCES, TICKED, seen_on=ABSENCES)
    assert answer.headers["location"] == f"{ABSENCES}?fait=annonce"
    assert booked.absent[LOUIS, MONDAY]["on_paper"] is True
    page = words(await parent.get(answer.headers["location"]))
    assert "L'absence est annoncée." in page
    assert "Louis – Maladie" in page
    assert "Absence annoncée. La mairie décidera" in page
    assert "apporter le justificatif sur papier" in page
    again = await parent.submit(ABSENCES, TICKED, seen_on="/dossier")
    assert (again.status_code, "Certaines absences ne peuvent pas" in words(again)) == (409, True)


async def test_a_family_reads_what_is_billed_beside(parent, world: World) -> None:
    assert "facture en plus" not in words(await parent.get(ABSENCES))
    said = {"activity_name": "Garderie", "sentences": ["Un départ en retard est facturé 5,00 € à chaque fois."]}
    world.supplements.append(said)
    assert "Garderie Un départ en retard est facturé 5,00 € à chaque fois." in words(await parent.get(ABSENCES))


@pytest.mark.parametrize(("field", "said"), [("jour", "Cochez au moins un jour"), ("motif", "Choisissez la raison")])
async def test_what_is_missing_is_said(parent, booked, field: str, said: str) -> None:
    answer = await parent.submit(ABSENCES, {**TICKED, field: ""}, seen_on=ABSENCES)
    assert (answer.status_code, said in words(answer)) == (422, True)
    assert booked.absent == {}


async def test_the_town_hall_decides_once(visitor, booked) -> None:
    said = {"reason": "illness", "on_paper": True, "billed": True, "sentence": "La mairie décidera."}
    booked.absent[LOUIS, MONDAY] = said | {"state": "absence_announced"}
    await visitor.log_in(user=STAFF_USER)
    assert "La famille dit apporter le justificatif sur papier." in words(await visitor.get(OFFICE))
    decision = f"{OFFICE}/{an_id(f'absence {LOUIS} {MONDAY}')}/decision"
    answer = await visitor.submit(decision, {"decision": "justifiee"}, seen_on=OFFICE)
    assert answer.status_code == 303
    page = words(await visitor.get(answer.headers["location"]))
    assert "Absence justifiée (maladie), non facturée." in page
    again = await visitor.submit(decision, {"decision": "refusee"}, seen_on="/mairie")
    assert (again.status_code, "déjà décidée" in words(again)) == (409, True)


async def test_nobody_excuses_a_child_whom_the_list_says_present(visitor, booked) -> None:
    said = {"reason": "illness", "billed": True, "sentence": "La mairie décidera.", "present": True}
    booked.absent[LOUIS, MONDAY] = said | {"state": "absence_announced"}
    await visitor.log_in(user=STAFF_USER)
    page = await visitor.get(OFFICE)
    assert "Pointé présent ce jour-là. L'absence ne peut pas être justifiée." in words(page)
    assert f'href="/mairie/pointage?activite={CANTEEN}&amp;jour=2022-09-05&amp;creneau=day"' in page.text
    assert ('value="justifiee"' in page.text, 'value="refusee"' in page.text) == (False, True)
    booked.absent[LOUIS, MONDAY] |= {"state": "absent_justified", "billed": False}
    assert "non facturée. Pointé présent ce jour-là, et facturé d'après la liste." in words(await visitor.get(OFFICE))
    booked.absent[LOUIS, MONDAY] |= {"state": "absence_announced", "present": False}
    page = await visitor.get(OFFICE)
    assert "Pointé absent ce jour-là." in words(page)
    assert 'value="justifiee"' in page.text


async def test_a_family_reads_that_its_child_came_all_the_same(parent, booked) -> None:
    said = {"reason": "strike", "billed": False, "sentence": "Absence justifiée : jour non facturé.", "present": True}
    booked.absent[LOUIS, MONDAY] = said | {"state": "absent_justified"}
    assert "Mais l'enfant a été pointé présent ce jour-là, et le jour est facturé." in words(await parent.get(ABSENCES))


async def test_the_month_says_what_the_lists_of_its_past_days_say(parent, booked) -> None:
    booked.paid.add((CANTEEN, LOUIS))
    planning, untold = f"/planning?enfant={LOUIS}&debut=2022-09-01", ("Présent", "Absent", "Présent sans réservation")
    legend = words(await parent.get(planning)).partition("Légende")[2]
    assert not [word for word in untold if word in legend], "only what there is"
    states = ("present", "absent", "present_without_booking")
    days = (MONDAY, date(2022, 9, 6), date(2022, 9, 8))
    booked.listed = {(LOUIS, day): state for day, state in zip(days, states, strict=True)}
    page = await parent.get(planning)
    for day, word in zip(("lundi 5", "mardi 6", "jeudi 8"), untold, strict=True):
        assert f"{day} septembre 2022 : {word}. Pointé sur la liste du jour." in words(page)
    for state in states:
        assert f"day--{state} legend__mark" in page.text


async def test_an_administrator_says_what_is_excused(visitor, world: World) -> None:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    page = f"/mairie/absences/regles/{CANTEEN}"
    assert page in (await visitor.get("/mairie/absences")).text
    fields = {"raison.illness": "preuve", "raison.strike": "excuse", "raison.other": "", "carence": "1", "delai": "3"}
    fields |= {"sans_reservation": "150", "absence_euros": "2", "retard_euros": "2,50", "retard_par": "fois"}
    assert (await visitor.submit(page, fields, seen_on=page)).status_code == 303
    assert world.absence_policy == {
        "excused": ["illness", "strike"],
        "on_proof": ["illness"],
        "grace_days": 1,
        "days_to_announce": 3,
        "unbooked_percent": 150,
        "unbooked_cents": 0,
        "absent_percent": 0,
        "absent_cents": 200,
        "late_cents": 250,
        "late_per_quarter": False,
        "late_tolerated_minutes": 0,
    }
    shown = (await visitor.get(f"{page}?fait=1")).text
    assert "La règle est enregistrée." in shown
    assert '<option value="preuve" selected>' in shown


async def test_supplements_are_tried_before_they_hold(visitor, world: World) -> None:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    page = f"/mairie/absences/regles/{CANTEEN}"
    fields = {"sans_reservation": "100", "sans_reservation_euros": "2,00", "retard_par": "fois", "suite": "apercu"}
    answer = await visitor.submit(page, fields, seen_on=page)
    assert "Venir sans réservation : 200 centimes." in words(answer)
    assert 'value="2,00"' in answer.text
    assert '<option value="fois" selected>' in answer.text
    assert world.absence_policy == {}


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("sans_reservation", "501", "Un nombre entier de 0 à 500."),
        ("retard_tolere", "cinq", "Un nombre entier de 0 à 60."),
        ("absence_euros", "200,01", "Un montant en euros, de 0 à 200,00, comme 2,50."),
        ("retard_euros", "-1", "Un montant en euros, de 0 à 200,00, comme 2,50."),
    ],
)
async def test_what_is_wrong_is_said_beside_its_field_and_kept(visitor, world: World, field, typed, said) -> None:
    await visitor.log_in(user=ADMINISTRATOR_USER)
    page = f"/mairie/absences/regles/{CANTEEN}"
    answer = await visitor.submit(page, {field: typed, "suite": "enregistrer"}, seen_on=page)
    assert (answer.status_code, world.absence_policy) == (422, {})
    assert said in words(answer)
    shown = re.search(rf'<input id="{field}"[^>]*>', answer.text)
    assert shown
    assert f'value="{typed}"' in shown[0]
    assert f"{field}-error" in shown[0]
