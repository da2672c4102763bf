"""Who may wait, in which order places are given on, and until when an offer can be accepted."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.values import MemberKind, PlaceOfferStatus
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.calendars import ActivityCalendar, During, Holidays
from planning.domain.cells import BookedBy, Moment
from planning.domain.deadlines import Counting, DaysBeforeDeadline
from planning.domain.groups import Group
from planning.domain.limits import EVERYONE, CountedSlot
from planning.domain.members import Member
from planning.domain.outlook import Booking, Outlook, Spot
from planning.domain.rules import Rule
from planning.domain.slots import ActivitySlot, DaySlot, MemberSlot
from planning.domain.waiting import FreePlaces, OfferEndedError, PlaceOffer, Waiting, in_order, joining_refusal
from planning.domain.waiting_rules import Promotion, Ranking, Standing, WaitingRules, describe_waiting, points, reasons

NOW = datetime(2022, 9, 1, 8, tzinfo=UTC)
DAY = DaySlot(date(2022, 9, 8))
EVE = Rule(DaysBeforeDeadline(1, time(18), Counting.CALENDAR))
LITTLE = Group("petits", "3–5 ans", 3, 5, capacity=1)
BY_POINTS = WaitingRules(ranking=Ranking.POINTS, sibling_points=5, first_day_points=2)


def calendar(capacity: int | None = 1, *groups: Group, rules: WaitingRules | None = None) -> ActivityCalendar:
    return ActivityCalendar(
        frozenset(range(5)), During.ALWAYS, capacity, 0, EVE, EVE, groups=groups, waiting=rules or WaitingRules()
    )


def child(age: int = 7) -> Member:
    return Member(new_id(), MemberKind.CHILD, "Louis", date(2022 - age, 1, 1))


def outlook(capacity: int | None = 1, booked: int = 1, **changes: object) -> tuple[Outlook, Member, Activity]:
    """A family with one member, enrolled in an activity of which so many places are taken."""
    member, rules = child(), changes.pop("rules", None)
    activity = Activity(
        *(new_id(), "Cantine 2022/2023", "periscolaire", "Cantine", "2022/2023", date(2022, 9, 1), date(2023, 7, 8)),
        *(new_id(), calendar(capacity, rules=rules)),  # type: ignore[arg-type]
    )
    price = Price(1, date(2022, 9, 1), 500, "à l'unité")
    entitlement = Entitlement(member.member_id, activity.activity_id, date(2022, 9, 1), date(2023, 7, 8), (price,))
    known = Outlook(
        family_id=new_id(),
        moment=Moment(NOW, NOW.date(), "Europe/Paris", "Appelez."),
        members={member.member_id: member},
        activities={activity.activity_id: activity},
        entitlements=(entitlement,),
        holidays=Holidays(),
        places={ActivitySlot(activity.activity_id, *DAY): {EVERYONE: booked}},
    )
    return replace(known, **changes), member, activity  # type: ignore[arg-type]


def what(member: Member, activity: Activity) -> MemberSlot:
    return MemberSlot(member.member_id, activity.activity_id, *DAY)


def refusal(known: Outlook, member: Member, activity: Activity) -> str | None:
    refused = joining_refusal(known, member, activity, DAY)
    return refused.slug if refused else None


def test_only_a_day_that_is_full_can_be_waited_for() -> None:
    assert refusal(*outlook()) is None
    assert refusal(*outlook(booked=0)) == "place-free"
    assert refusal(*outlook(capacity=None, booked=99)) == "place-free"
    assert refusal(*outlook(rules=WaitingRules(is_open=False))) == "no-waiting-list"


def test_a_day_that_could_not_be_booked_anyway_is_refused_for_that_reason() -> None:
    known, member, activity = outlook()
    late = replace(known.moment, now=datetime(2022, 9, 7, 16, 1, tzinfo=UTC))
    assert refusal(replace(known, moment=late), member, activity) == "deadline-passed"
    assert refusal(replace(known, holidays=Holidays({DAY.day: "Fête"})), member, activity) == "day-closed"
    assert refusal(replace(known, entitlements=()), member, activity) == "adhesion-not-paid"
    booking = Booking(new_id(), 1, known.family_id, *what(member, activity), "à l'unité", 500, NOW)
    assert refusal(replace(known, bookings={booking.what: booking}), member, activity) == "already-booked"


def test_nobody_waits_twice_not_even_from_two_homes() -> None:
    known, member, activity = outlook()
    for by, slug in ((BookedBy.US, "already-waiting"), (BookedBy.OTHER_HOME, "already-waiting")):
        waiting = replace(known, spots={what(member, activity): Spot(1, by)})
        assert refusal(waiting, member, activity) == slug
    offered = replace(known, offers={what(member, activity): NOW})
    assert refusal(offered, member, activity) == "place-offered"


def test_cells_say_the_rank_and_until_when_a_place_can_be_accepted() -> None:
    known, member, activity = outlook()
    full = known.cell(member, activity, DAY, None)
    assert (full.state, full.can_wait, full.changeable) == ("full", True, False)
    waiting = replace(known, spots={what(member, activity): Spot(3, BookedBy.US)}).cell(member, activity, DAY, None)
    assert (waiting.state, waiting.reason, waiting.can_wait) == ("waiting", "En liste d'attente, rang 3.", False)
    until = datetime(2022, 9, 2, 8, tzinfo=UTC)
    offered = replace(known, offers={what(member, activity): until}).cell(member, activity, DAY, None)
    assert offered.state == "offered"
    assert offered.reason == (
        "Une place vous est proposée jusqu'au vendredi 2 septembre 2022 à 10h00 : acceptez-la dans"
        " « Mes listes d'attente »."
    )
    closed = replace(known, places={}, freed={ActivitySlot(activity.activity_id, *DAY)})
    assert closed.cell(member, activity, DAY, None).state == "full", "a place just freed is for those who wait"
    none = outlook(rules=WaitingRules(is_open=False))
    assert none[0].cell(*none[1:], DAY, None).can_wait is False


def test_the_other_homes_place_on_the_list_is_not_shown() -> None:
    known, member, activity = outlook()
    other = replace(known, spots={what(member, activity): Spot(3, BookedBy.OTHER_HOME)})
    assert other.cell(member, activity, DAY, None).state == "full"


def test_a_place_kept_for_a_member_can_be_taken_though_the_day_is_full() -> None:
    known, member, activity = outlook()
    kept = replace(known, spots={what(member, activity): Spot(1, BookedBy.US)}, offers={what(member, activity): NOW})
    assert kept.refusal_of_place(member, activity, DAY) is None
    closed = replace(kept, holidays=Holidays({DAY.day: "Fête"}))
    refused = closed.refusal_of_place(member, activity, DAY)
    assert refused is not None
    assert refused.slug == "day-closed"


def waiting(minutes: int, standing: Standing = Standing()) -> Waiting:  # noqa: B008 - frozen
    return Waiting(new_id(), new_id(), child(), new_id(), DAY, NOW + timedelta(minutes=minutes), standing)


def test_first_come_first_served_whatever_the_points() -> None:
    late, early = waiting(2, Standing(sibling_booked=True, given_points=100)), waiting(1)
    assert in_order(WaitingRules(), [late, early]) == [early, late]
    assert reasons(WaitingRules(), late.standing) == []


def test_by_points_then_by_arrival_each_point_with_its_reason() -> None:
    sibling = waiting(3, Standing(sibling_booked=True, has_other_day=True))
    given = waiting(4, Standing(given_points=10, given_reason="Deux parents qui travaillent"))
    first, second = (waiting(minute, Standing(has_other_day=True)) for minute in (1, 2))
    assert in_order(BY_POINTS, [second, sibling, first, given]) == [given, sibling, first, second]
    assert [points(BY_POINTS, each.standing) for each in (given, sibling, first)] == [12, 5, 0]
    assert [(reason.points, reason.sentence) for reason in reasons(BY_POINTS, given.standing)] == [
        (2, "Aucun autre jour réservé ce mois-ci dans cette activité."),
        (10, "Deux parents qui travaillent"),
    ]


@pytest.mark.parametrize(
    ("offered", "ends"),
    [
        (NOW, NOW + timedelta(hours=24)),
        (datetime(2022, 9, 7, 12, tzinfo=UTC), datetime(2022, 9, 7, 16, 0, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_an_offer_lasts_its_delay_but_never_past_the_deadline_of_the_day(offered, ends) -> None:
    closing = datetime(2022, 9, 7, 16, 0, 59, 999_999, tzinfo=UTC)
    assert WaitingRules().offer_ends(offered, closing) == ends


def test_an_offer_that_is_over_says_what_became_of_it() -> None:
    offer = PlaceOffer(
        *(new_id(), new_id(), new_id(), new_id(), new_id(), DAY, PlaceOfferStatus.OFFERED, NOW, "Louis", "Cantine", 500)
    )
    offer.check_open(NOW)
    with pytest.raises(OfferEndedError, match="Le délai pour accepter est passé"):
        offer.check_open(NOW + timedelta(microseconds=1))
    for status in set(PlaceOfferStatus) - {PlaceOfferStatus.OFFERED}:
        with pytest.raises(OfferEndedError):
            replace(offer, status=status).check_open(NOW)


def test_the_rules_in_words() -> None:
    assert describe_waiting(WaitingRules()) == (
        "Les places qui se libèrent sont proposées dans l'ordre d'arrivée. Vous avez alors 24 heures pour accepter, "
        "sans dépasser la limite de réservation du jour ; ensuite, la place est proposée au suivant."
    )
    at_once = WaitingRules(promotion=Promotion.CONFIRM, ranking=Ranking.POINTS)
    assert describe_waiting(at_once) == (
        "Les places qui se libèrent sont attribuées selon les priorités fixées par la mairie, et réservées aussitôt : "
        "un courriel vous prévient."
    )
    assert "45 minutes" in describe_waiting(WaitingRules(accept_within=timedelta(minutes=45)))
    assert "1 h 30" in describe_waiting(WaitingRules(accept_within=timedelta(minutes=90)))


@given(st.lists(st.integers(2, 9), max_size=12), st.integers(0, 6), st.integers(0, 6))
def test_places_given_never_pass_a_limit(ages: list[int], capacity: int, taken: int) -> None:
    _, _, canteen = outlook()
    canteen = replace(canteen, calendar=calendar(capacity, LITTLE))
    place = ActivitySlot(canteen.activity_id, *DAY)
    free = FreePlaces(canteen, {CountedSlot.named(place, EVERYONE): taken})
    given_to = []
    for age in ages:
        limits = free.limits_for(child(age), place)
        if limits is not None:
            free.give(place, limits)
            given_to.append(age)
    assert len(given_to) <= max(0, capacity - taken)
    assert sum(3 <= age <= 5 for age in given_to) <= 1
    assert sum(taking.places for taking in free.given.values()) >= len(given_to)
    assert free.any_left(place) is (taken + len(given_to) < capacity)
