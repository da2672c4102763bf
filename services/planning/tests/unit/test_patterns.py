"""Week patterns, a sibling's days, last month's habits; what becomes of each day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import new_id
from contracts.values import WHOLE_DAY, MemberKind
from planning.domain.activities import Activity, Entitlement, Member, Price
from planning.domain.advanced import AdvancedChange, ChangeTooLargeError, Fate, costs, once_drafted, propose
from planning.domain.calendars import ActivityCalendar, Closure, During, Holidays, SchoolHoliday
from planning.domain.cells import Moment
from planning.domain.deadlines import WeeklyDeadline
from planning.domain.drafts import DraftLine
from planning.domain.outlook import Booking, Outlook
from planning.domain.patterns import LikeLastMonth, LikeSibling, WeekPattern, Weeks, days_of, month_before
from planning.domain.rules import Action, Rule, Window
from planning.domain.slots import DaySlot

NOW = datetime(2022, 7, 4, 7, tzinfo=UTC)
FAMILY = new_id()
LOUIS, ESTELLE = (Member(new_id(), MemberKind.CHILD, name) for name in ("Louis", "Estelle"))
SEPTEMBER, OCTOBER = (date(2022, 9, 1), date(2022, 10, 1)), (date(2022, 10, 1), date(2022, 11, 1))
RULE = Rule(WeeklyDeadline(3, time(12), 1))
CANTEEN = Activity(
    activity_id=new_id(),
    name="Cantine d'Alixan 2022/2023",
    category="periscolaire",
    element_name="Cantine d'Alixan",
    season="2022/2023",
    opens_on=date(2022, 9, 1),
    closes_on=date(2023, 7, 8),
    regie_id=new_id(),
    calendar=ActivityCalendar(
        week_days=frozenset({0, 1, 3, 4}),
        during=During.TERM,
        capacity=None,
        last_places=0,
        booking_rule=RULE,
        cancelling_rule=RULE,
        closures=(Closure(date(2022, 9, 12), date(2022, 9, 13), "Sortie scolaire"),),
    ),
)
AUTUMN = SchoolHoliday(date(2022, 10, 22), date(2022, 11, 7), "Vacances de la Toussaint")


def outlook(
    *booked: str, member: Member = LOUIS, now: datetime = NOW, draft: dict[str, Action] | None = None
) -> Outlook:
    price = Price(1, date(2022, 9, 1), 500, "à l'unité")
    return Outlook(
        family_id=FAMILY,
        moment=Moment(now, now.date(), "Europe/Paris", "Appelez."),
        members={each.member_id: each for each in (LOUIS, ESTELLE)},
        activities={CANTEEN.activity_id: CANTEEN},
        entitlements=tuple(
            Entitlement(each.member_id, CANTEEN.activity_id, CANTEEN.opens_on, CANTEEN.closes_on, (price,))
            for each in (LOUIS, ESTELLE)
        ),
        holidays=Holidays(school=(AUTUMN,)),
        draft=tuple(
            DraftLine(new_id(), member.member_id, CANTEEN.activity_id, date.fromisoformat(day), WHOLE_DAY, action, NOW)
            for day, action in (draft or {}).items()
        ),
        bookings={one.what: one for one in (booking(member.member_id, day) for day in booked)},
    )


def booking(member_id: UUID, day: str, family_id: UUID = FAMILY, slot: str = WHOLE_DAY) -> Booking:
    return Booking(
        new_id(), 1, family_id, member_id, CANTEEN.activity_id, date.fromisoformat(day), slot, "à l'unité", 450, NOW
    )


def change(source, action: Action = Action.BOOK, period=SEPTEMBER, members=(LOUIS,)) -> AdvancedChange:
    ids = tuple(member.member_id for member in members)
    return AdvancedChange(action, ids, (CANTEEN.activity_id,), period, source)


def numbers(slots) -> list[int]:
    return [what.day.day for what in sorted(slots)]


class TestWeeks:
    def test_odd_and_even_weeks_are_those_of_the_calendars_people_have(self) -> None:
        mondays = [date(2022, 9, 5) + timedelta(weeks=n) for n in range(4)]  # weeks 36 to 39
        held = {weeks: [day.day for day in mondays if weeks.hold(day)] for weeks in Weeks}
        assert held == {Weeks.EVERY: [5, 12, 19, 26], Weeks.EVEN: [5, 19], Weeks.ODD: [12, 26]}

    @given(st.dates(date(2000, 1, 1), date(2098, 1, 1)), st.integers(1, 366), st.frozensets(st.integers(0, 6)))
    def test_odd_and_even_make_every_week(self, first: date, length: int, week_days: frozenset[int]) -> None:
        period = (first, first + timedelta(days=length))
        every, odd, even = (WeekPattern(week_days, weeks).slots(outlook(), LOUIS, CANTEEN, period) for weeks in Weeks)
        assert odd | even == every
        assert not odd & even
        assert every == {DaySlot(day) for day in days_of(period) if day.weekday() in week_days}


class TestCopies:
    def test_a_siblings_days_are_those_it_will_have(self) -> None:
        drafted = {"2022-09-06": Action.CANCEL, "2022-09-08": Action.BOOK}
        seen = outlook("2022-09-05", "2022-09-06", "2022-10-03", member=ESTELLE, draft=drafted)
        days = LikeSibling(ESTELLE.member_id).slots(seen, LOUIS, CANTEEN, SEPTEMBER)
        assert numbers(days) == [5, 8]

    def test_the_other_homes_days_are_not_copied(self) -> None:
        theirs = booking(ESTELLE.member_id, "2022-09-05", new_id())
        seen = replace(outlook(), bookings={theirs.what: theirs})
        assert not LikeSibling(ESTELLE.member_id).slots(seen, LOUIS, CANTEEN, SEPTEMBER)

    def test_slots_go_with_their_days(self) -> None:
        bookings = [booking(ESTELLE.member_id, "2022-09-06", slot=slot) for slot in ("matin", "soir")]
        bookings += [booking(ESTELLE.member_id, f"2022-09-{day}", slot="soir") for day in (20,)]
        seen = replace(outlook(), bookings={one.what: one for one in bookings})
        days = LikeSibling(ESTELLE.member_id).slots(seen, LOUIS, CANTEEN, SEPTEMBER)
        tuesday, later = date(2022, 9, 6), date(2022, 9, 20)
        assert sorted(days) == [DaySlot(tuesday, "matin"), DaySlot(tuesday, "soir"), DaySlot(later, "soir")]
        month = LikeLastMonth().slots(seen, ESTELLE, CANTEEN, (date(2022, 10, 3), date(2022, 10, 9)))
        assert sorted(month) == [DaySlot(date(2022, 10, 4), "matin"), DaySlot(date(2022, 10, 4), "soir")]

    def test_last_months_week_days_go_on(self) -> None:
        seen = outlook("2022-09-06", "2022-09-13", "2022-09-20", "2022-09-27", "2022-09-02")
        days = LikeLastMonth().slots(seen, LOUIS, CANTEEN, OCTOBER)
        assert numbers(days) == [4, 11, 18, 25]  # the 25th falls into the holidays: refused then, with its reason

    def test_a_closed_day_of_last_month_does_not_count_against_the_habit(self) -> None:
        seen = outlook("2022-09-05", "2022-09-19", "2022-09-26")  # on Monday 12 there was a school outing
        assert numbers(LikeLastMonth().slots(seen, LOUIS, CANTEEN, OCTOBER)) == [3, 10, 17, 24, 31]

    def test_alternate_weeks_go_on_alternating(self) -> None:
        seen = outlook("2022-09-06", "2022-09-20")  # Tuesdays of even weeks
        days = LikeLastMonth().slots(seen, LOUIS, CANTEEN, OCTOBER)
        assert numbers(days) == [4, 18]
        assert {when.day.isocalendar().week % 2 for when in days} == {0}

    def test_weeks_lost_to_holidays_follow_the_others(self) -> None:
        november = (date(2022, 11, 1), date(2022, 12, 1))
        seen = outlook(*(f"2022-10-{day:02}" for day in (4, 11, 18)))
        closed = replace(AUTUMN, from_day=date(2022, 10, 10))
        seen = replace(seen, holidays=Holidays(school=(closed,)))  # only Tuesday 4, of an even week, was open
        assert numbers(LikeLastMonth().slots(seen, LOUIS, CANTEEN, november)) == [1, 8, 15, 22, 29]

    def test_the_month_before(self) -> None:
        assert month_before(date(2023, 1, 15)) == (date(2022, 12, 1), date(2023, 1, 1))


class TestPropose:
    def test_every_refusal_is_said_once(self) -> None:
        seen = outlook(now=datetime(2022, 9, 1, 10, 1, tzinfo=UTC))  # a minute after Thursday noon
        (proposal,) = propose(seen, change(WeekPattern(frozenset({0, 2, 4}), Weeks.EVERY)))
        assert numbers(proposal.with_fate(Fate.DRAFTED)) == [16, 19, 23, 26, 30]
        assert proposal.amount_cents == 2500
        assert [(each.which, each.reason) for each in proposal.refused()] == [
            (
                "3 jours",
                "Trop tard. Réservation possible jusqu'au jeudi 12h pour la semaine suivante. Appelez.",
            ),
            ("4 mercredis", "Cette activité n'a pas lieu le mercredi."),
            ("lundi 12 septembre 2022", "Sortie scolaire"),
        ]

    def test_days_that_are_not_open_yet_are_told_the_window_once(self) -> None:
        opens_at, closes_at = datetime.fromisoformat("2022-08-22 09:00"), datetime.fromisoformat("2022-08-31 12:00")
        window = Window(date(2022, 9, 5), date(2022, 9, 10), opens_at, closes_at)
        calendar = replace(CANTEEN.calendar, booking_rule=replace(RULE, windows=(window,)))
        seen = replace(outlook(), activities={CANTEEN.activity_id: replace(CANTEEN, calendar=calendar)})
        (proposal,) = propose(
            seen, change(WeekPattern(frozenset({0, 1}), Weeks.EVEN), period=(SEPTEMBER[0], window.to_day))
        )
        (refused,) = proposal.refused()
        assert (refused.which, refused.slug) == ("2 jours", "not-yet-open")
        assert refused.reason.startswith("Pas encore possible. Réservation possible jusqu'au jeudi 12h")
        assert "lundi 22 août 2022 à 9h00" in refused.reason

    def test_what_is_so_already_is_kept(self) -> None:
        seen = outlook("2022-09-05", "2022-09-19", draft={"2022-09-19": Action.CANCEL, "2022-09-26": Action.BOOK})
        (proposal,) = propose(seen, change(WeekPattern(frozenset({0}), Weeks.EVERY)))
        fates = {proposed.when.day.day: (proposed.fate, proposed.amount_cents) for proposed in proposal.slots}
        assert fates == {
            5: (Fate.KEPT, 0),
            12: (Fate.REFUSED, 0),
            19: (Fate.GIVEN_UP, 450),  # no longer cancelled
            26: (Fate.KEPT, 0),
        }

    def test_removing_cancels_what_is_booked_and_forgets_what_is_drafted(self) -> None:
        seen = outlook("2022-09-05", draft={"2022-09-26": Action.BOOK})
        (proposal,) = propose(seen, change(WeekPattern(frozenset({0}), Weeks.EVERY), Action.CANCEL))
        fates = {proposed.when.day.day: (proposed.fate, proposed.amount_cents) for proposed in proposal.slots}
        assert fates == {
            5: (Fate.DRAFTED, -450),
            12: (Fate.KEPT, 0),
            19: (Fate.KEPT, 0),
            26: (Fate.GIVEN_UP, -500),
        }

    def test_the_cost_of_the_period_holds_what_is_booked_and_drafted(self) -> None:
        seen = outlook("2022-09-05")
        both = change(WeekPattern(frozenset({3}), Weeks.EVERY), members=(LOUIS, ESTELLE))
        proposals = propose(seen, both)
        after = once_drafted(seen, proposals)
        assert len(after.draft) == 10
        assert costs(after, both.member_ids, SEPTEMBER) == 450 + 10 * 500

    def test_proposing_again_what_was_drafted_changes_nothing(self) -> None:
        mondays = change(WeekPattern(frozenset({0}), Weeks.ODD))
        seen = outlook("2022-09-26", draft={"2022-09-12": Action.CANCEL})
        again = propose(once_drafted(seen, propose(seen, mondays)), mondays)
        assert not again[0].with_fate(Fate.DRAFTED, Fate.GIVEN_UP)

    def test_adults_are_not_proposed_to_the_canteen(self) -> None:
        adult = Member(new_id(), MemberKind.ADULT, "Sophie")
        seen = replace(outlook(), members={adult.member_id: adult})
        assert propose(seen, change(WeekPattern(frozenset({0}), Weeks.EVERY), members=(adult,))) == []

    def test_too_much_at_once_is_refused(self) -> None:
        year = (date(2022, 9, 1), date(2023, 9, 1))
        ids = tuple(new_id() for _ in range(8))
        with pytest.raises(ChangeTooLargeError):
            AdvancedChange(Action.BOOK, ids, ids, year, LikeLastMonth())
