"""The buttons of absences."""

from datetime import date

from faults.absence_scene import announce as announced
from faults.buttons import Click, World, button, workshop_changed

ABSENCES, OFFICE = "/planning/absences", "/mairie/absences"
CHILD = "Louis"
CERTIFICATE = ("certificat.pdf", b"%PDF-1.7 certificat")
ANNOUNCED, DECIDED, ADDED, TAKEN_BACK, FOR_FAMILY = (date(2022, 9, day) for day in (5, 6, 8, 9, 12))
_OF_DAY = "reservation_id in (select reservation_id from reservation where member_id = $1 and day = $2)"
_OF_ANNOUNCEMENT = "announcement_id = $1"
_JUSTIFIED = "member_id = $1 and day = $2 and attendance = 'absent_justified' and not billed"


def _activity(world: World) -> str:
    return world.cannot_cancel(CHILD, ANNOUNCED, DECIDED, ADDED, TAKEN_BACK, FOR_FAMILY)


@button(ABSENCES)
def announce(world: World) -> Click:
    activity_id, member = _activity(world), world.parent.family.members[CHILD]
    form = world.tab.go(ABSENCES).form(ABSENCES)
    form = form.filled(jour=f"{ANNOUNCED}/day", activite=activity_id, enfant=member, motif="strike")
    tells = "L'absence est annoncée"
    return Click(world.tab, form, tells, lambda _pages: world.count("planning", "absence", _OF_DAY, member, ANNOUNCED))


@button("/mairie/familles/{family_id}/absences")
def announce_for_family(world: World) -> Click:
    activity_id, member = _activity(world), world.parent.family.members[CHILD]
    page = f"/mairie/familles/{world.parent.family.family_id}/absences"
    form = world.desk.go(page).form(page)
    form = form.filled(jour=f"{FOR_FAMILY}/day", activite=activity_id, enfant=member, motif="strike")
    tells = "L'absence est annoncée"
    return Click(
        world.desk, form, tells, lambda _pages: world.count("planning", "absence", _OF_DAY, member, FOR_FAMILY)
    )


@button(f"{OFFICE}/{{absence_id}}/decision")
def decide(world: World) -> Click:
    absence_id = announced(world.parent, _activity(world), CHILD, DECIDED, "illness")["absence_id"]
    member = world.parent.family.members[CHILD]
    form = world.desk.go(f"{OFFICE}?du=2022-09-01").form(f"{OFFICE}/{absence_id}/decision").filled(decision="justifiee")
    return Click(
        world.desk,
        form,
        "L'absence est décidée",
        lambda _pages: world.count("planning", "reservation", _JUSTIFIED, member, DECIDED),
    )


@button(f"{ABSENCES}/{{announcement_id}}/documents")
def add_document(world: World) -> Click:
    absence = announced(world.parent, _activity(world), CHILD, ADDED, "illness")
    path = f"{ABSENCES}/{absence['announcement_id']}/documents"
    form = world.tab.go(ABSENCES).form(path).with_file("documents", *CERTIFICATE)
    return Click(
        world.tab,
        form,
        "Le justificatif est joint",
        lambda _pages: world.count("planning", "absence_document", _OF_ANNOUNCEMENT, absence["announcement_id"]),
    )


@button(f"{ABSENCES}/documents/{{absence_document_id}}/retirer")
def take_document_back(world: World) -> Click:
    absence = announced(world.parent, _activity(world), CHILD, TAKEN_BACK, "illness", CERTIFICATE, CERTIFICATE)
    path = f"{ABSENCES}/documents/{absence['documents'][0]['document_id']}/retirer"
    return Click(
        world.tab,
        world.tab.go(ABSENCES).form(path),
        "Le justificatif est retiré",
        lambda _pages: world.count("planning", "absence_document", _OF_ANNOUNCEMENT, absence["announcement_id"]),
    )


@button("/mairie/absences/regles/{activity_id}")
def set_policy(world: World) -> Click:
    row = "activity_calendar where (absence_policy ->> 'grace_days')::int = 3"
    return workshop_changed(world, "/mairie/absences/regles", "La règle est enregistrée", "planning", row, carence="3")
