"""Documents of absences, without JavaScript: joined, added, taken back, read by the town hall."""

from datetime import date

import pytest
from fake_api.world import CANTEEN, LOUIS, STAFF_USER, World, an_id
from reading import words

pytestmark = pytest.mark.integration

MONDAY, TUESDAY = date(2022, 9, 5), date(2022, 9, 6)
ABSENCES, OFFICE = "/planning/absences", "/mairie/absences"
TYPED = {
    "enfant": LOUIS,
    "activite": CANTEEN,
    "jour": ["2022-09-05/day"],
    "motif": "illness",
    "papier": "true",
}
WORD = ("documents", ("mot.pdf", b"%PDF-1.7 mot"))
BAD = ("documents", ("mot.docx", b"PK"))
NONE = ("documents", ("", b""))
ADD = f"{ABSENCES}/{an_id(f'announcement {LOUIS} {MONDAY}')}/documents"
OWN = f"{ABSENCES}/documents/{an_id('mot.pdf')}"
FORGETS = "le navigateur oublie les fichiers choisis"


@pytest.fixture
def booked(world: World) -> World:
    world.booked |= {(LOUIS, MONDAY), (LOUIS, TUESDAY)}
    return world


async def announced(parent, *files) -> None:
    assert (await parent.submit(ABSENCES, TYPED, seen_on=ABSENCES, files=files or [NONE])).status_code == 303


async def test_a_document_is_joined_shown_and_taken_back(parent, booked) -> None:
    form = (await parent.get(ABSENCES)).text
    assert 'enctype="multipart/form-data"' in form
    assert 'type="file" multiple accept="application/pdf,image/jpeg,image/png"' in form
    assert "capture" not in form
    await announced(parent, WORD)
    page = await parent.get(ABSENCES)
    assert OWN in page.text
    given = await parent.get(OWN)
    assert (given.content, given.headers["cache-control"]) == (b"%PDF-1.7 mot", "no-store")
    assert given.headers["content-disposition"].startswith("attachment;")
    assert (await parent.submit(f"{OWN}/retirer", seen_on=ABSENCES)).headers["location"] == f"{ABSENCES}?fait=retire"
    assert OWN not in (await parent.get(ABSENCES)).text
    assert (await parent.submit(f"{OWN}/retirer", seen_on=ABSENCES)).status_code == 404


@pytest.mark.parametrize(
    ("changed", "files", "status", "said"),
    [
        ({}, [WORD, BAD], 422, "« mot.docx » n'est ni un PDF"),
        ({"jour": []}, [WORD], 422, "Cochez au moins un jour"),
        ({"motif": ""}, [WORD], 422, "Choisissez la raison"),
    ],
)
async def test_a_refusal_keeps_what_was_typed(parent, booked, changed, files, status: int, said: str) -> None:
    typed = {**TYPED, **changed}
    answer = await parent.submit(ABSENCES, typed, seen_on=ABSENCES, files=files)
    assert (answer.status_code, said in words(answer), FORGETS in words(answer)) == (status, True, True)
    assert ('value="2022-09-05/day" checked' in answer.text) is bool(typed["jour"])
    assert 'value="2022-09-06/day" checked' not in answer.text
    assert ('value="illness" selected' in answer.text) is (typed["motif"] == "illness")
    assert 'name="papier" value="true" checked' in answer.text
    assert booked.absent == {}


async def test_a_document_is_added_until_the_decision(parent, booked) -> None:
    await announced(parent)
    assert booked.absent[LOUIS, MONDAY]["documents"] == []
    missing = await parent.submit(ADD, seen_on=ABSENCES, files=[NONE])
    assert (missing.status_code, "Choisissez le fichier à joindre." in words(missing)) == (422, True)
    bad = await parent.submit(ADD, seen_on=ABSENCES, files=[BAD])
    assert (bad.status_code, "n'est ni un PDF" in words(bad), FORGETS in words(bad)) == (422, True, True)
    assert (await parent.submit(ADD, seen_on=ABSENCES, files=[WORD])).headers["location"] == f"{ABSENCES}?fait=joint"
    booked.absent[LOUIS, MONDAY]["state"] = "absent_justified"
    page = (await parent.get(ABSENCES)).text
    assert OWN in page
    assert (ADD in page, "/retirer" in page) == (False, False)
    late = await parent.submit(ADD, seen_on=ABSENCES, files=[WORD])
    assert (late.status_code, "déjà décidée" in words(late)) == (409, True)


async def test_three_are_all(parent, booked) -> None:
    await announced(parent, *(("documents", (f"mot{n}.pdf", b"%PDF-")) for n in range(3)))
    assert len(booked.absent[LOUIS, MONDAY]["documents"]) == 3
    assert ADD not in (await parent.get(ABSENCES)).text


@pytest.mark.parametrize(("mb", "status"), [(15.9, 422), (17, 413)])
async def test_sixteen_megabytes_are_read_and_no_more(parent, booked, mb: float, status: int) -> None:
    large = ("documents", ("photo.heic", bytes(int(mb * 1024 * 1024))))
    answer = await parent.submit(ABSENCES, TYPED, seen_on=ABSENCES, files=[large])
    assert answer.status_code == status
    assert ("trois documents de 5 Mo" in words(answer)) is (status == 413)


async def test_the_town_hall_reads_what_was_joined(visitor, booked) -> None:
    document = {"document_id": an_id("mot.pdf"), "file_name": "<b>mot.pdf", "media_type": "application/pdf"}
    booked.absent[LOUIS, MONDAY] = {
        "reason": "illness",
        "state": "absence_announced",
        "billed": True,
        "sentence": "La mairie décidera.",
        "documents": [document | {"size_bytes": 12_000, "content": b"%PDF-1.7 mot"}],
    }
    await visitor.log_in(user=STAFF_USER)
    page = await visitor.get(OFFICE)
    assert "<b>mot.pdf PDF, 12 Ko" in words(page)
    assert "<b>mot" not in page.text
    assert "Aucun justificatif." not in words(page)
    given = await visitor.get(f"{OFFICE}/documents/{an_id('mot.pdf')}")
    assert (given.content, given.headers["content-disposition"][:11]) == (b"%PDF-1.7 mot", "attachment;")
    assert (await visitor.get(f"{OFFICE}/documents/{an_id('other')}")).status_code == 404


async def test_a_parent_does_not_read_the_town_halls(parent, booked) -> None:
    await announced(parent, WORD)
    assert (await parent.get(f"{OFFICE}/documents/{an_id('mot.pdf')}")).status_code == 403
