"""What the town's policy says of absences."""

from datetime import date

import pytest

from contracts.values import AttendanceState
from planning.domain.absence_policy import AbsencePolicy, AbsenceReason
from planning.domain.absences import announcing_refusal, decide, decide_on_proof, describe_absences
from planning.domain.cells import CellState, Refusal

MONDAY = date(2022, 9, 5)
LATE = Refusal("deadline-passed", CellState.DEADLINE_PASSED, "Trop tard.")
ILLNESS, STRIKE, OTHER = AbsenceReason.ILLNESS, AbsenceReason.STRIKE, AbsenceReason.OTHER
POLICY = AbsencePolicy(frozenset({ILLNESS, STRIKE}), frozenset({ILLNESS}), grace_days=1, days_to_announce=2)
ANNOUNCED, JUSTIFIED, UNJUSTIFIED = AttendanceState


@pytest.mark.parametrize(
    ("policy", "reason", "before", "state", "billed"),
    [
        (AbsencePolicy(), ILLNESS, 9, UNJUSTIFIED, True),
        (POLICY, OTHER, 9, UNJUSTIFIED, True),
        (POLICY, STRIKE, 0, JUSTIFIED, True),
        (POLICY, STRIKE, 1, JUSTIFIED, False),
        (POLICY, ILLNESS, 0, JUSTIFIED, True),
        (POLICY, ILLNESS, 1, ANNOUNCED, True),
    ],
)
def test_the_policy_decides(policy, reason, before, state, billed) -> None:
    decision = decide(policy, reason, before)
    assert (decision.state, decision.billed) == (state, billed)
    assert decision.sentence.endswith(".")


def test_the_town_hall_decides_on_proof() -> None:
    assert (decide_on_proof(True).state, decide_on_proof(True).billed) == (JUSTIFIED, False)
    assert (decide_on_proof(False).state, decide_on_proof(False).billed) == (UNJUSTIFIED, True)


@pytest.mark.parametrize(("day", "slug"), [(5, None), (7, None), (8, "announced-too-late")])
def test_an_absence_is_announced_until_some_days_after(day: int, slug: str | None) -> None:
    refusal = announcing_refusal(POLICY, MONDAY, date(2022, 9, day), LATE, came=False)
    assert (refusal.slug if refusal else None) == slug


def test_what_can_be_cancelled_is_cancelled() -> None:
    refusal = announcing_refusal(POLICY, MONDAY, MONDAY, None, came=False)
    assert refusal is not None
    assert refusal.slug == "still-cancellable"
    other = Refusal("not-booked", CellState.AVAILABLE, "Pas réservé.")
    assert announcing_refusal(POLICY, MONDAY, MONDAY, other, came=True) is other


@pytest.mark.parametrize("today", [MONDAY, date(2022, 9, 30)], ids=["in time", "too late"])
def test_nobody_is_absent_where_the_list_says_that_it_was_there(today: date) -> None:
    refusal = announcing_refusal(POLICY, MONDAY, today, LATE, came=True)
    assert refusal is not None
    assert refusal.slug == "present-that-day"
    assert "dites-le à la mairie" in refusal.reason


def test_parents_read_the_rule() -> None:
    assert (
        describe_absences(AbsencePolicy(days_to_announce=0))
        == "Une absence s'annonce le jour même ; elle reste facturée."
    )
    assert describe_absences(POLICY) == (
        "Une absence s'annonce jusqu'à 2 jours après. Elle n'est pas facturée pour : maladie (sur justificatif), "
        "grève. Le premier jour d'une absence reste facturé."
    )
