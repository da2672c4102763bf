"""Periods and days of the planning."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.api.planning import Cell, MemberName, Planning, PlanningActivity, Slot
from web.family.calendar import Period, View
from web.family.planning_view import locked, rows

pytestmark = pytest.mark.unit

_ACTIVITY = "00000000-0000-0000-0000-00000000000a"


class TestPeriod:
    @given(st.sampled_from(list(View)), st.dates(date(2001, 1, 1), date(2099, 12, 31)))
    def test_holds_its_day_and_meets_its_neighbours(self, view, day) -> None:
        period = Period.around(view, day)
        assert period.start <= day < period.end
        assert period.before.end == period.start
        assert period.after.start == period.end
        assert period.end - period.start <= timedelta(days=62)

    @given(st.sampled_from(list(View)), st.dates())
    def test_no_date_of_an_address_breaks_it(self, view, day) -> None:
        period = Period.around(view, day)
        assert period.before.title
        assert period.after.title

    def test_titles(self) -> None:
        day = date(2022, 9, 7)
        assert Period.around(View.MONTH, day).title == "Septembre 2022"
        assert Period.around(View.WEEK, day).title == "Semaine du 5 septembre 2022"
        assert Period.around(View.FORTNIGHT, day).title == "Du 5 septembre 2022 au 18 septembre 2022"


def _planning(*cells: Cell, blocked_reason: str | None = None) -> Planning:
    activity = PlanningActivity(
        activity_id=_ACTIVITY,
        name="Cantine d'Alixan 2022/2023",
        element_name="Cantine d'Alixan",
        season="2022/2023",
        opens_on=date(2022, 9, 1),
        closes_on=date(2023, 7, 8),
        open=True,
        blocked_reason=blocked_reason,
        cells=list(cells),
    )
    member = MemberName(member_id="00000000-0000-0000-0000-00000000000b", first_name="Louis")
    return Planning(
        member=member, today=date(2022, 7, 4), activities=[activity], period_cost_cents=0, draft_count=0, family=[]
    )


def _cell(
    day: int,
    state: str = "available",
    reason: str | None = None,
    wanted: bool = False,
    slot: str = "day",
    general: str | None = None,
) -> Cell:
    return Cell(
        slot=slot,
        day=date(2022, 9, day),
        state=state,
        wanted=wanted,
        changeable=reason is None,
        reason=reason,
        general_reason=general,
        price_cents=500,
    )


class TestRows:
    def test_an_activity_without_adhesion_is_told_in_one_sentence_until_a_day_of_it_is_held(self) -> None:
        unpaid = "L'adhésion de Louis n'est pas payée."
        days = [_cell(1, "blocked", unpaid), _cell(2, "blocked", unpaid)]
        blocked = _planning(*days, blocked_reason=unpaid)
        assert (rows(blocked), locked(blocked)) == ([], blocked.activities)
        held = _planning(_cell(1, "booked", "Annulation impossible.", wanted=True), *days[1:], blocked_reason=unpaid)
        assert len(rows(held)) == 1
        assert locked(held) == []

    def test_each_day_is_told_in_words(self) -> None:
        (row,) = rows(_planning(_cell(1), _cell(3, "closed", "Pas de cantine le samedi.")))
        assert row.days[0].spoken == "jeudi 1er septembre 2022 : Libre, 5,00\u00a0€"
        assert row.days[1].spoken == "samedi 3 septembre 2022 : Fermé. Pas de cantine le samedi."

    def test_a_reason_is_told_once_with_its_days_and_letter(self) -> None:
        (row,) = rows(_planning(_cell(3, "closed", "Fermé."), _cell(4, "closed", "Fermé."), _cell(5, "full", "Plein.")))
        assert [(reason.letter, reason.sentence, len(reason.days)) for reason in row.reasons] == [
            ("a", "Fermé.", 2),
            ("b", "Plein.", 1),
        ]
        assert [day.letter for day in row.days] == ["a", "a", "b"]

    def test_days_of_one_deadline_are_told_its_rule_together(self) -> None:
        rule = "Trop tard. Réservation possible jusqu'à 12h la veille."
        late = [_cell(day, "deadline_passed", f"Trop tard : jusqu'au {day - 1}.", general=rule) for day in range(1, 24)]
        (row,) = rows(_planning(*late, _cell(24, "closed", "Fermé.")))
        assert [(each.letter, each.sentence, len(each.days)) for each in row.reasons] == [
            ("a", rule, 23),
            ("b", "Fermé.", 1),
        ]
        assert row.days[4].spoken.endswith("Délai passé. Trop tard : jusqu'au 4."), "each day says its own moment"
        (row,) = rows(_planning(late[0], _cell(2)))
        assert [each.sentence for each in row.reasons] == ["Trop tard : jusqu'au 0."], "one day alone is told its own"

    def test_no_two_reasons_share_a_letter(self) -> None:
        cells = [_cell(1 + n % 30, "closed", f"Raison {n}.", slot=f"s{n}") for n in range(60)]
        shown = _planning(*cells)
        slots = [Slot(code=f"s{n}", name=f"{n}") for n in range(60)]
        shown = shown.model_copy(update={"activities": [shown.activities[0].model_copy(update={"slots": slots})]})
        (row,) = rows(shown)
        letters = [reason.letter for reason in row.reasons]
        assert (letters[25:28], letters[-1], len(set(letters))) == (["z", "aa", "ab"], "bh", 60)

    def test_each_slot_has_its_line_and_is_named_with_its_day(self) -> None:
        shown = _planning(_cell(1, slot="matin"), _cell(1, "excluded", "Ne se cumule pas.", slot="journee"))
        slots = [
            Slot(code="journee", name="Journée", from_time="08:30", until_time="17:00"),
            Slot(code="matin", name="Matin"),
        ]
        shown = shown.model_copy(update={"activities": [shown.activities[0].model_copy(update={"slots": slots})]})
        (row,) = rows(shown, {shown.activities[0].activity_id: frozenset({(date(2022, 9, 1), "matin")})})
        assert [(line.hours, [day.ticked for day in line.days]) for line in row.lines] == [
            ("8h30 – 17h", [False]),
            ("", [True]),
        ]
        assert row.lines[1].days[0].spoken == "Matin du jeudi 1er septembre 2022 : Libre, 5,00\u00a0€"

    def test_a_form_shown_again_keeps_its_ticks(self) -> None:
        shown = _planning(_cell(1), _cell(2, "booked", wanted=True), _cell(5, "booked", "Trop tard.", wanted=True))
        (row,) = rows(shown, {shown.activities[0].activity_id: frozenset({(date(2022, 9, 1), "day")})})
        assert [day.ticked for day in row.days] == [True, False, True]

    def test_knows_when_the_whole_period_is_ticked(self) -> None:
        assert rows(_planning(_cell(1, wanted=True), _cell(3, "closed", "Fermé.")))[0].is_whole
        assert not rows(_planning(_cell(1, wanted=True), _cell(2)))[0].is_whole
        assert not rows(_planning(_cell(3, "closed", "Fermé.")))[0].is_whole
