"""Slots that share one room: who is there at the same moment, by hand and for any slots and bookings."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.values import MemberKind
from planning.domain.activities import Activity, Entitlement, Price
from planning.domain.calendars import ActivityCalendar, During, Holidays, SlotOpening
from planning.domain.cells import Moment, Refusal
from planning.domain.counters import counters_of, refused_together, taken_by
from planning.domain.deadlines import Counting, DaysBeforeDeadline
from planning.domain.drafts import DraftLine
from planning.domain.groups import Group
from planning.domain.limits import (
    CountedSlot,
    PlacesNotSharedError,
    check_places,
    counted_twice,
    counts_alike,
    describe_places,
    full_reason,
    limits_of,
    overfull,
    room_of,
)
from planning.domain.members import Member, Peers
from planning.domain.outlook import Booking, Outlook
from planning.domain.review import review
from planning.domain.room import ROOM, doubled, moments, moments_of
from planning.domain.rules import Action, Rule
from planning.domain.slots import ANY_TIME, ActivitySlot, DaySlot, MemberSlot, Slot

NOW = datetime(2022, 9, 1, 8, tzinfo=UTC)
DAY = date(2022, 9, 8)
EVE = Rule(DaysBeforeDeadline(1, time(18), Counting.CALENDAR))
WHOLE = Slot("journee", "Journée", time(8), time(18))
MORNING = Slot("matin", "Matin", time(8), time(12))
AFTERNOON = Slot("apres-midi", "Après-midi", time(13, 30), time(18))
LUNCH = Slot("repas", "Matin avec repas", time(8), time(14))
HALF_DAYS = (WHOLE, MORNING, AFTERNOON)
AM, PM = "room:journee+matin:", "room:apres-midi+journee:"
LITTLE = Group("petits", "3–5 ans", 3, 5, capacity=8, reserved=4)


def activity(*slots: Slot, capacity: int | None = 40, **calendar: object) -> Activity:
    facts = ("Centre 2022/2023", "extrascolaire", "Centre", "2022/2023", date(2022, 9, 1), date(2023, 7, 8))
    shared = ActivityCalendar(
        *(frozenset(range(7)), During.ALWAYS, capacity, 2, EVE, EVE),
        **({"shared_places": True} | calendar),  # type: ignore[arg-type]
    )
    return Activity(new_id(), *facts, new_id(), shared, slots or HALF_DAYS)


def booked(**slots: int) -> dict[tuple[str, Peers], int]:
    """So many of one age, by slot."""
    return {(code.replace("_", "-"), Peers(8, None)): number for code, number in slots.items()}


def child(age: int = 8) -> Member:
    return Member(new_id(), MemberKind.CHILD, "Léa", date(2022 - age, 1, 1))


def limits(found: Activity, slot: str, member: Member | None = None) -> dict[str, int | None]:
    return dict(limits_of(found, member or child(), DAY, slot))


def test_a_moment_is_what_takes_place_together() -> None:
    assert moments(HALF_DAYS) == (("apres-midi", "journee"), ("journee", "matin"))
    assert moments((MORNING, AFTERNOON)) == (("apres-midi",), ("matin",))
    assert moments((*HALF_DAYS, LUNCH)) == (("apres-midi", "journee", "repas"), ("journee", "matin", "repas"))
    assert moments((ANY_TIME,)) == (("day",),)
    assert moments((ANY_TIME, MORNING, AFTERNOON)) == (("apres-midi", "day"), ("day", "matin"))


def test_a_slot_that_ends_when_another_begins_is_not_there_with_it() -> None:
    noon = Slot("midi", "Midi", time(12), time(13, 30))
    assert moments((MORNING, noon)) == (("matin",), ("midi",))


def test_a_slot_that_is_no_longer_declared_is_there_all_day() -> None:
    assert moments_of(HALF_DAYS, "soir") == moments(HALF_DAYS)


def test_a_whole_day_takes_a_place_of_the_morning_and_of_the_afternoon() -> None:
    found = activity()
    assert limits(found, "journee") == {"": None, AM: 40, PM: 40}
    assert limits(found, "matin") == {"": None, AM: 40}
    assert limits(found, "apres-midi") == {"": None, PM: 40}


def test_slots_that_do_not_share_have_places_of_their_own() -> None:
    found = activity(shared_places=False, groups=(LITTLE,))
    assert limits(found, "journee") == {"": 40, "outside:petits": 36}
    assert limits(found, "matin", child(4)) == {"": 40, "group:petits": 8}


def test_surplus_groups_and_reserved_places_hold_at_every_moment() -> None:
    found = activity(groups=(LITTLE,), overbooking_percent=10)
    assert limits(found, "journee", child(4)) == {
        "": None,
        AM: 44,
        f"{AM}group:petits": 8,
        PM: 44,
        f"{PM}group:petits": 8,
    }
    assert limits(found, "matin") == {"": None, AM: 44, f"{AM}outside:petits": 40}


def test_what_a_slot_has_of_its_own_is_a_limit_beside_the_room() -> None:
    found = activity(slots={"journee": SlotOpening(capacity=10)})
    assert limits(found, "journee") == {"": 10, AM: 40, PM: 40}
    assert limits(found, "matin") == {"": None, AM: 40}


@pytest.mark.parametrize(
    ("slot", "counter", "reason"),
    [
        ("journee", AM, "Complet pendant « Matin » : il n'y a plus de place ce jour-là."),
        ("journee", PM, "Complet pendant « Après-midi » : il n'y a plus de place ce jour-là."),
        ("matin", AM, "Complet : il n'y a plus de place ce jour-là."),
        ("journee", "", "Complet : il n'y a plus de place ce jour-là."),
        (
            "journee",
            f"{AM}group:petits",
            "Complet pendant « Matin » pour le groupe « 3–5 ans » : il n'y a plus de place ce jour-là.",
        ),
        (
            "journee",
            f"{PM}outside:petits",
            "Complet pendant « Après-midi » : les places qui restent sont réservées à « 3–5 ans ».",
        ),
    ],
)
def test_which_part_of_a_slot_is_full_is_said(slot: str, counter: str, reason: str) -> None:
    found = activity(groups=(LITTLE,))
    assert full_reason(found.calendar, found.slots, slot, counter) == reason


def test_slots_that_a_child_may_have_at_once_cannot_share() -> None:
    evening = Slot("soir", "Garderie du soir", time(17, 30), time(18, 30), frozenset({"journee"}))
    assert doubled(HALF_DAYS) is None
    assert doubled((*HALF_DAYS, evening)) == (WHOLE, evening)
    with pytest.raises(PlacesNotSharedError, match="« Journée » et « Garderie du soir » se chevauchent"):
        check_places(activity(*HALF_DAYS, evening))
    assert counted_twice(activity(*HALF_DAYS, evening, shared_places=False)) is None
    later = replace(evening, from_time=time(18))
    check_places(activity(*HALF_DAYS, later))


def test_what_is_booked_beyond_the_places_is_found() -> None:
    found = activity(overbooking_percent=10)
    assert overfull(found, DAY, booked(matin=20, apres_midi=44, journee=24)) == (68, 44, None)
    assert overfull(found, DAY, booked(matin=20, apres_midi=20, journee=24)) is None
    alone = activity(shared_places=False, slots={"matin": SlotOpening(capacity=10)})
    assert overfull(alone, DAY, booked(matin=12, journee=40)) == (12, 10, None)
    assert overfull(activity(capacity=None, shared_places=False), DAY, booked(journee=400)) is None


def test_how_many_are_in_the_room_while_a_slot_takes_place() -> None:
    found, present = activity(overbooking_percent=10), {"journee": 20, "matin": 12, "apres-midi": 15, "ancien": 1}
    assert [room_of(found, slot, present) for slot in ("journee", "matin", "apres-midi")] == [
        (36, 44),
        (33, 44),
        (36, 44),
    ], "a slot that is no longer declared is there at every moment"
    assert room_of(activity(shared_places=False), "matin", present) is None


def test_a_group_that_has_more_than_its_places_is_found_and_named() -> None:
    found = activity(groups=(LITTLE,))
    little, big = (Peers(age, None) for age in (4, 8))
    of_both = {("matin", little): 6, ("journee", little): 3, ("matin", big): 20}
    assert overfull(found, DAY, of_both) == (9, 8, "pour le groupe « 3–5 ans »")
    outside = {("matin", little): 1, ("journee", big): 39}
    assert overfull(found, DAY, outside) == (39, 36, "hors des places réservées à « 3–5 ans »")
    assert overfull(found, DAY, {("matin", little): 8, ("matin", Peers(None, "Jaurès")): 32}) is None


def test_which_changes_have_bookings_count_in_other_counters() -> None:
    before = activity(groups=(LITTLE,))

    def alike(*slots: Slot, **changes: object) -> bool:
        return counts_alike(before, activity(*slots, **({"groups": (LITTLE,)} | changes)))

    assert alike()
    assert alike(groups=(replace(LITTLE, name="Petits", capacity=3, reserved=1),), overbooking_percent=5, capacity=60)
    others = [replace(LITTLE, to_age=6), replace(LITTLE, capacity=None), replace(LITTLE, reserved=0)]
    assert not any(alike(groups=(group,)) for group in [*others, replace(LITTLE, schools=frozenset({"Jaurès"}))])
    assert not alike(groups=())
    assert not alike(shared_places=False)
    assert not alike(WHOLE, MORNING)
    apart = activity(shared_places=False)
    assert counts_alike(apart, replace(apart, slots=(WHOLE, MORNING)))


def test_how_places_are_counted_in_words() -> None:
    assert describe_places(activity(overbooking_percent=10)) == (
        "Les créneaux qui se chevauchent partagent les places : 44 présents au plus au même moment."
    )
    assert describe_places(activity(shared_places=False)) == (
        "Chaque créneau a ses propres places, jusqu'à 40 réservations dans chacun, même s'ils se chevauchent : il peut "
        "y avoir plus de présents au même moment."
    )
    assert describe_places(activity(MORNING, AFTERNOON)) is None
    assert describe_places(activity(capacity=None, shared_places=False)) is None


class Centre:
    """An activity, what is booked of it, and the counters that commits would have left."""

    def __init__(self, found: Activity, children: Iterable[Member]) -> None:
        self.activity = found
        self.children = list(children)
        self.bookings: dict[MemberSlot, Booking] = {}
        self.counts: Counter[CountedSlot] = Counter()

    def outlook(self, *draft: DraftLine, **changes: object) -> Outlook:
        places: dict[ActivitySlot, dict[str, int]] = {}
        for counted, booked in self.counts.items():
            places.setdefault(counted.of, {})[counted.counter] = booked
        price = Price(1, date(2022, 9, 1), 500, "à l'unité")
        season = (self.activity.opens_on, self.activity.closes_on)
        return Outlook(
            family_id=FAMILY,
            moment=Moment(NOW, NOW.date(), "Europe/Paris", "Appelez."),
            members={member.member_id: member for member in self.children},
            activities={self.activity.activity_id: self.activity},
            entitlements=tuple(
                Entitlement(each.member_id, self.activity.activity_id, *season, (price,)) for each in self.children
            ),
            holidays=Holidays(),
            draft=draft,
            bookings=self.bookings,
            places=places,
            **changes,  # type: ignore[arg-type]
        )

    def what(self, number: int, slot: str) -> MemberSlot:
        return MemberSlot(self.children[number].member_id, self.activity.activity_id, DAY, slot)

    def line(self, number: int, slot: str, action: Action) -> DraftLine:
        what = self.what(number, slot)
        return DraftLine(new_id(), what.member_id, what.activity_id, what.day, what.slot, action, NOW)

    def commit(self, *draft: DraftLine) -> list[dict[str, str]]:
        """What is refused; otherwise done, whole."""
        outlook = self.outlook(*draft)
        lines = review(outlook)
        refused = [line.refused(line.refusal) for line in lines if line.refusal] or refused_together(outlook, lines)
        if refused:
            return refused
        for counted, taking in taken_by(lines).items():
            self.counts[counted] += taking.places
        for line in lines:
            if line.line.action is Action.CANCEL:
                del self.bookings[line.line.what]
            else:
                counters = tuple(limit.counter for limit in counters_of(line))
                self.bookings[line.line.what] = Booking(
                    *(new_id(), 1, FAMILY, *line.line.what, "à l'unité", 500, NOW, counters)
                )
        return []

    def change(self, number: int, slot: str) -> list[dict[str, str]]:
        """Books a slot in place of those that exclude it; cancels it when it is booked."""
        if self.what(number, slot) in self.bookings:
            return self.commit(self.line(number, slot, Action.CANCEL))
        given_up = [code for code in self.activity.excluded_with(slot) if self.what(number, code) in self.bookings]
        return self.commit(
            *(self.line(number, code, Action.CANCEL) for code in given_up), self.line(number, slot, Action.BOOK)
        )

    def refusal(self, number: int, slot: str, **changes: object) -> Refusal | None:
        member = self.children[number]
        return self.outlook(**changes).refusal(member, self.activity, DaySlot(DAY, slot), Action.BOOK)


FAMILY = new_id()


def test_at_no_moment_more_than_the_room() -> None:
    centre = Centre(activity(capacity=2), [child() for _ in range(5)])
    assert centre.change(0, "journee") == []
    assert centre.change(1, "matin") == []
    (refused,) = centre.change(2, "matin")
    assert refused["reason"] == "Complet : il n'y a plus de place ce jour-là."
    (refused,) = centre.change(2, "journee")
    assert refused["reason"] == "Complet pendant « Matin » : il n'y a plus de place ce jour-là."
    assert centre.change(3, "apres-midi") == [], "the place that the morning leaves"
    assert centre.change(4, "apres-midi") != []
    assert centre.change(0, "journee") == [], "cancelled"
    assert centre.change(2, "matin") == []
    assert centre.change(4, "apres-midi") == []


def test_one_child_in_the_morning_and_another_in_the_afternoon_take_one_place_each_half_day() -> None:
    centre = Centre(activity(capacity=1), [child(), child()])
    assert centre.change(0, "matin") == centre.change(1, "apres-midi") == []
    assert {counted.counter: booked for counted, booked in centre.counts.items() if counted.slot == ROOM} == {
        AM: 1,
        PM: 1,
    }


def test_who_is_in_the_full_room_already_may_stay_longer() -> None:
    centre = Centre(activity(capacity=2), [child() for _ in range(3)])
    for number in (0, 1):
        assert centre.change(number, "matin") == []
    cell = centre.outlook().cell(centre.children[0], centre.activity, DaySlot(DAY, "journee"), None)
    assert (cell.changeable, cell.reason) == (True, "À choisir à la place de « Matin ».")
    assert centre.change(0, "journee") == []
    assert centre.change(2, "apres-midi") == []
    assert centre.change(1, "journee") != [], "no place is left in the afternoon"


def test_a_room_made_smaller_lets_those_in_it_stay_and_nobody_in() -> None:
    centre = Centre(activity(capacity=3), [child() for _ in range(4)])
    for number in range(3):
        assert centre.change(number, "matin") == []
    assert centre.activity.calendar is not None
    centre.activity = replace(centre.activity, calendar=replace(centre.activity.calendar, capacity=2))
    assert centre.change(3, "matin") != []
    assert centre.change(0, "journee") == [], "no place more is taken in the morning"


def test_a_place_just_freed_is_for_who_waits_whichever_slot_it_is() -> None:
    centre = Centre(activity(capacity=2), [child()])
    freed = {"freed": {ActivitySlot(centre.activity.activity_id, DAY, "matin")}}
    refused = {slot.code: centre.refusal(0, slot.code, **freed) for slot in HALF_DAYS}
    assert [slot for slot, refusal in refused.items() if refusal] == ["journee", "matin"]


def test_the_last_places_are_those_of_the_fullest_moment() -> None:
    centre = Centre(activity(capacity=3), [child(), child()])
    assert centre.change(0, "matin") == []
    cell = centre.outlook().cell(centre.children[1], centre.activity, DaySlot(DAY, "journee"), None)
    assert (cell.state, cell.reason) == ("last_places", "Plus que 2 places.")


def test_siblings_together_do_not_take_the_last_place_of_a_moment_by_different_slots() -> None:
    centre = Centre(activity(capacity=1), [child(), child()])
    refused = centre.commit(centre.line(0, "journee", Action.BOOK), centre.line(1, "matin", Action.BOOK))
    assert {line["slot"]: line["reason"] for line in refused} == {
        "journee": "Complet pendant « Matin » : il n'y a plus de place ce jour-là.",
        "matin": "Complet : il n'y a plus de place ce jour-là.",
    }


def exchanged(centre: Centre, given: str, wanted: str, **changes: object) -> bool:
    """Whether a sister finds the place that her brother gives up in the same basket."""
    lines = (centre.line(0, given, Action.CANCEL), centre.line(1, wanted, Action.BOOK))
    refused = [line.refusal for line in review(centre.outlook(*lines, **changes)) if line.refusal]
    return not refused


@pytest.mark.parametrize(("given", "wanted"), [("journee", "journee"), ("journee", "matin"), ("matin", "matin")])
def test_a_place_goes_from_one_child_of_a_family_to_another(given: str, wanted: str) -> None:
    centre = Centre(activity(capacity=1), [child(), child()])
    assert centre.change(0, given) == []
    assert exchanged(centre, given, wanted)
    waited = {"waited": {ActivitySlot(centre.activity.activity_id, DAY, "matin")}}
    assert not exchanged(centre, given, wanted, **waited), "who waits comes first"


def test_only_what_is_given_up_is_taken() -> None:
    centre = Centre(activity(capacity=1), [child(), child(), child()])
    assert centre.change(0, "matin") == []
    assert centre.change(2, "apres-midi") == []
    assert not exchanged(centre, "matin", "journee"), "the afternoon is full"
    alone = Centre(activity(capacity=1, shared_places=False), [child(), child(), child()])
    assert alone.change(0, "journee") == alone.change(2, "matin") == []
    assert not exchanged(alone, "journee", "matin"), "of another slot, whose places are its own"


def test_two_do_not_find_the_place_of_one() -> None:
    centre = Centre(activity(capacity=1), [child(), child(), child()])
    assert centre.change(0, "journee") == []
    refused = centre.commit(
        centre.line(0, "journee", Action.CANCEL),
        centre.line(1, "matin", Action.BOOK),
        centre.line(2, "matin", Action.BOOK),
    )
    assert [line["slug"] for line in refused] == ["day-full", "day-full"]


HOURS = range(8, 18)


@st.composite
def timed_slots(draw: st.DrawFn) -> tuple[Slot, ...]:
    times = st.tuples(st.sampled_from(HOURS), st.integers(1, 10))
    return tuple(
        Slot(code, code, time(begins), time(min(18, begins + hours)))
        for code, (begins, hours) in zip("abcd", draw(st.lists(times, min_size=1, max_size=4)), strict=False)
    )


AGES = (4, 4, 4, 8, 8, 8)
changes = st.lists(st.tuples(st.integers(0, len(AGES) - 1), st.sampled_from("abcd")), max_size=30)


def present(centre: Centre, hour: int, numbers: Iterable[int]) -> int:
    """How many of these children have a slot at that hour, counted one by one."""
    return sum(
        any(
            slot.takes_place_at(time(hour)) and centre.what(number, slot.code) in centre.bookings
            for slot in centre.activity.slots
        )
        for number in numbers
    )


def has_place(centre: Centre, number: int, slot: Slot, own: Mapping[str, int], group: Group, room: int) -> bool:
    """Whether a child finds a place in the slot beside the others, hour by hour."""
    others = [other for other in range(len(AGES)) if other != number]
    same = [other for other in others if AGES[other] == AGES[number]]
    in_slot = sum(centre.what(other, slot.code) in centre.bookings for other in others)
    if in_slot >= own.get(slot.code, len(AGES)):
        return False
    limit = (group.capacity or 0) if AGES[number] == 4 else room - group.reserved
    hours = [hour for hour in HOURS if slot.takes_place_at(time(hour))]
    return all(present(centre, h, others) < room and present(centre, h, same) < limit for h in hours)


@settings(max_examples=150, deadline=None)
@given(
    timed_slots(),
    changes,
    st.integers(1, 4),
    st.integers(0, 1),
    st.integers(1, 3),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3), max_size=2),
)
def test_never_more_at_any_moment_and_refused_only_where_a_place_lacks(
    slots: tuple[Slot, ...],
    wanted: list[tuple[int, str]],
    room: int,
    reserved: int,
    most_little: int,
    own: dict[str, int],
) -> None:
    group = Group("petits", "Petits", 3, 5, capacity=most_little, reserved=reserved)
    openings = {code: SlotOpening(capacity=places) for code, places in own.items()}
    centre = Centre(activity(*slots, capacity=room, groups=(group,), slots=openings), [child(age) for age in AGES])
    by_code = {slot.code: slot for slot in slots}
    for number, code in wanted:
        if code not in by_code:
            continue
        cancels = centre.what(number, code) in centre.bookings
        there_is_a_place = cancels or has_place(centre, number, by_code[code], own, group, room)
        assert (centre.change(number, code) == []) is there_is_a_place
        for hour in HOURS:
            assert present(centre, hour, range(len(AGES))) <= room
    for number, code in {(what.member_id, what.slot) for what in centre.bookings}:
        assert centre.change([each.member_id for each in centre.children].index(number), code) == []
    assert not +centre.counts, "all is given back"
    assert min(centre.counts.values(), default=0) == 0
