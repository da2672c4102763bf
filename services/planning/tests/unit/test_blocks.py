"""What a family has to do before it books: hand in what is missing, pay what is overdue. The town decides where."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest

from contracts.values import MemberKind
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.blocks import OwedInvoice, describe_blocks
from planning.domain.calendars import ActivityCalendar, During, Holidays
from planning.domain.cells import BookedBy, Moment
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.for_family import Grantable, WishForFamily, grantable, review_wish, traces_for_family
from planning.domain.limits import EVERYONE
from planning.domain.members import Member
from planning.domain.outlook import Booking, Outlook, Spot
from planning.domain.rules import Action, Rule
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot
from planning.domain.trail import Actor, ActorKind
from planning.domain.waiting import joining_refusal

FAMILY, LOUIS, ESTELLE, CANTEEN, STUDY, REGIE = (UUID(int=n) for n in range(1, 7))
RULE = Rule(WeeklyDeadline(3, time(12), 1))
CALENDAR = ActivityCalendar(
    frozenset(range(5)), During.ALWAYS, 2, 0, RULE, RULE, needs_complete_file=True, arrears_after_days=10
)
HELP = "Pour une demande exceptionnelle, contactez la mairie au 04 75 00 00 00."
DUE = OwedInvoice("2022-000012", date(2022, 9, 3), 4500)
PAST, LATE, NEXT, FULL, BOOKED = (date(2022, 9, day) for day in (12, 14, 20, 21, 22))


def activity(activity_id: UUID, calendar: ActivityCalendar) -> Activity:
    period = (date(2022, 9, 1), date(2023, 7, 8))
    return Activity(activity_id, "Cantine", "periscolaire", "Cantine", "2022/2023", *period, REGIE, calendar)


def entitlement(member_id: UUID, activity_id: UUID) -> Entitlement:
    prices = (Price(1, date(2022, 9, 1), 500, "à l'unité"),)
    return Entitlement(member_id, activity_id, date(2022, 9, 1), date(2023, 3, 1), prices)


_BOOKED_AT = datetime(2022, 9, 1, tzinfo=UTC)
BOOKING = Booking(UUID(int=9), 1, FAMILY, LOUIS, CANTEEN, BOOKED, "day", "à l'unité", 500, _BOOKED_AT)
OUTLOOK = Outlook(
    family_id=FAMILY,
    moment=Moment(datetime(2022, 9, 13, 8, tzinfo=UTC), date(2022, 9, 13), "Europe/Paris", HELP),
    members={LOUIS: Member(LOUIS, MemberKind.CHILD, "Louis"), ESTELLE: Member(ESTELLE, MemberKind.CHILD, "Estelle")},
    activities={
        CANTEEN: activity(CANTEEN, CALENDAR),
        STUDY: activity(STUDY, replace(CALENDAR, needs_complete_file=False, arrears_after_days=None)),
    },
    entitlements=tuple(entitlement(member, each) for member in (LOUIS, ESTELLE) for each in (CANTEEN, STUDY)),
    holidays=Holidays(),
    bookings={BOOKING.what: BOOKING},
    places={ActivitySlot(CANTEEN, FULL, "day"): {EVERYONE: 2}},
)


def lacking(*missing: str, family: tuple[str, ...] = (), outlook: Outlook = OUTLOOK) -> Outlook:
    """Louis' file lacks that, and the family's."""
    louis = replace(outlook.members[LOUIS], missing=missing)
    return replace(outlook, members={**outlook.members, LOUIS: louis}, missing=family)


def slug(outlook: Outlook, day: date, member_id: UUID = LOUIS, activity_id: UUID = CANTEEN) -> str | None:
    member, offered = outlook.member_and_activity(member_id, activity_id)
    refusal = outlook.refusal(member, offered, DaySlot(day, "day"), Action.BOOK)
    return refusal.slug if refusal else None


def reason(outlook: Outlook, day: date = NEXT, member_id: UUID = LOUIS) -> str | None:
    cell = outlook.cell(*outlook.member_and_activity(member_id, CANTEEN), DaySlot(day, "day"), None)
    return cell.reason


def test_what_is_missing_is_named_and_where_it_is_handed_in() -> None:
    assert reason(lacking("Attestation d'assurance")) == (
        "Le dossier de Louis n'est pas complet : il manque « Attestation d'assurance ». "
        f"Remettez ce document à la mairie pour pouvoir réserver. {HELP}"
    )
    assert reason(lacking("Attestation d'assurance", "Vaccinations", family=("Justificatif de domicile",))) == (
        "Le dossier de Louis n'est pas complet : il manque « Attestation d'assurance », « Vaccinations » et "
        f"« Justificatif de domicile ». Remettez ces documents à la mairie pour pouvoir réserver. {HELP}"
    )


def test_the_familys_paper_closes_for_all_its_members_a_childs_for_that_child() -> None:
    assert slug(lacking("Vaccinations"), NEXT, ESTELLE) is None
    shared = lacking(family=("Justificatif de domicile",))
    assert [slug(shared, NEXT, member) for member in (LOUIS, ESTELLE)] == ["file-incomplete"] * 2
    assert (reason(shared) or "").startswith("Le dossier de la famille n'est pas complet : il manque « Justificatif")


@pytest.mark.parametrize(("due_on", "closed"), [(date(2022, 9, 3), True), (date(2022, 9, 4), False)])
def test_an_invoice_closes_so_many_days_after_it_was_due(due_on: date, closed: bool) -> None:
    outlook = replace(OUTLOOK, owed=(replace(DUE, due_on=due_on),))
    assert slug(outlook, NEXT) == ("arrears" if closed else None)


def test_the_invoice_that_is_due_longest_is_named() -> None:
    due = "La facture 2022-000012 (45,00\u00a0€) était à payer au plus tard le 03/09/2022"
    ask = "dans « Factures de la famille » pour pouvoir réserver de nouveau."
    assert reason(replace(OUTLOOK, owed=(DUE,))) == f"{due}. Payez-la {ask} {HELP}"
    young = OwedInvoice("2022-000099", date(2022, 9, 12), 100)
    two = replace(OUTLOOK, owed=(DUE, replace(DUE, number="2022-000013"), young))
    assert reason(two) == f"{due}, une autre l'était aussi. Payez-les {ask} {HELP}"


def test_only_where_the_town_decided_so() -> None:
    outlook = replace(lacking("Vaccinations", family=("Justificatif de domicile",)), owed=(DUE,))
    assert slug(outlook, NEXT, activity_id=STUDY) is None
    assert describe_blocks(outlook.activities[STUDY].calendar) is None
    assert describe_blocks(CALENDAR) == (
        "Réservation fermée aux familles dont il manque une pièce au dossier et à celles dont une facture reste à "
        "payer 10 jours après son échéance ; annuler reste possible."
    )


def test_what_nothing_would_open_says_so_and_a_full_day_asks_first() -> None:
    outlook = replace(lacking("Vaccinations"), owed=(DUE,))
    assert {day.day: slug(outlook, day) for day in (PAST, LATE, NEXT, FULL)} == {
        12: "deadline-passed",
        14: "deadline-passed",
        20: "file-incomplete",
        21: "file-incomplete",
    }
    assert slug(outlook, date(2023, 3, 6)) == "adhesion-not-paid"
    assert slug(outlook, date(2022, 9, 24)) == "day-closed"


def test_what_is_booked_stays_and_can_be_cancelled() -> None:
    outlook = replace(lacking("Vaccinations"), owed=(DUE,))
    member, canteen = outlook.member_and_activity(LOUIS, CANTEEN)
    cell = outlook.cell(member, canteen, DaySlot(BOOKED, "day"), None)
    assert (cell.state, cell.changeable, cell.reason) == ("booked", True, None)
    assert outlook.refusal(member, canteen, DaySlot(BOOKED, "day"), Action.CANCEL) is None


def test_neither_a_place_that_was_waited_for_nor_the_list() -> None:
    what = MemberSlot(LOUIS, CANTEEN, FULL, "day")
    outlook = lacking("Vaccinations", outlook=replace(OUTLOOK, spots={what: Spot(1, BookedBy.US)}))
    member, canteen = outlook.member_and_activity(LOUIS, CANTEEN)
    refused = (
        outlook.refusal_of_place(member, canteen, what.when),
        joining_refusal(outlook, member, canteen, what.when),
    )
    assert [each.slug if each else None for each in refused] == ["file-incomplete"] * 2


def test_nothing_is_worked_out_where_nothing_is_missing_nor_owed() -> None:
    assert OUTLOOK.blocks == {}


def test_the_town_hall_sets_aside_what_it_says_and_no_more() -> None:
    outlook = replace(lacking("Vaccinations"), owed=(DUE,))
    slots = [ActivitySlot(CANTEEN, day, "day") for day in (PAST, LATE, NEXT, FULL)]
    late, blocked = slots[1], slots[2]
    assert grantable(outlook, LOUIS, slots) == Grantable([late], [late, blocked])

    def granted(**aside: bool) -> list[tuple[int, str | None, str | None]]:
        wish = WishForFamily(LOUIS, dict.fromkeys(slots, Action.BOOK), reason="Grand-mère à l'hôpital", **aside)
        _, lines = review_wish(outlook, wish, [UUID(int=n) for n in range(4)])
        return [(line.line.day.day, line.refusal.slug if line.refusal else None, line.set_aside) for line in lines]

    passed = (12, "deadline-passed", None)
    assert granted(deadlines_set_aside=True)[1:3] == [(14, "file-incomplete", None), (20, "file-incomplete", None)]
    assert granted(blocks_set_aside=True) == [
        passed,
        (14, "deadline-passed", None),
        (20, None, "file-incomplete"),
        (21, "day-full", None),
    ]
    assert granted(blocks_set_aside=True, deadlines_set_aside=True) == [
        passed,
        (14, None, "deadline-passed"),
        (20, None, "file-incomplete"),
        (21, "day-full", None),
    ]


@pytest.mark.parametrize(
    ("outlook", "told"),
    [
        (lacking("Vaccinations"), "Dossier incomplet : Promis pour lundi"),
        (replace(OUTLOOK, owed=(DUE,)), "Facture impayée : Promis pour lundi"),
        (OUTLOOK, "Promis pour lundi"),
    ],
)
def test_the_family_reads_what_was_set_aside(outlook: Outlook, told: str) -> None:
    wish = WishForFamily(
        LOUIS, {ActivitySlot(CANTEEN, NEXT, "day"): Action.BOOK}, blocks_set_aside=True, reason="Promis pour lundi"
    )
    _, lines = review_wish(outlook, wish, [UUID(int=1)])
    (trace,) = traces_for_family(FAMILY, Actor(ActorKind.TOWN_HALL), lines, wish.reason)
    assert trace.reason == told
