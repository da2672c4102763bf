"""Who may be enrolled, and the sentence that says why not."""

from dataclasses import replace
from datetime import date

import pytest

from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.values import MemberKind
from enrolment.domain.activity import Activity, Audience, Regie
from enrolment.domain.eligibility import (
    ActivityClosedError,
    AdhesionStatus,
    AlreadyEnrolledError,
    NotEligibleError,
    PaymentPendingError,
    age_on,
    refusal,
    require_eligible,
)
from enrolment.domain.family import Member, first_of_next_month
from enrolment.domain.pricing import Flat, Tariff

pytestmark = pytest.mark.unit

TODAY = date(2022, 7, 4)
LOUIS = Member(new_id(), MemberKind.CHILD, "Louis", "Martin", date(2019, 9, 1), "École Bayard")
CANTEEN = Activity(
    activity_id=new_id(),
    name="Cantine",
    element_name="Repas",
    description="",
    category="periscolaire",
    season="2022/2023",
    opens_on=date(2022, 9, 1),
    closes_on=date(2023, 7, 8),
    regie=Regie(new_id(), "Régie"),
    immediate_payment=True,
    audience=Audience(MemberKind.CHILD, 3, 11, ("école bayard",)),
    tariff=Tariff(1700, "à l'unité", Flat(500)),
)


def refused(
    *, member: Member = LOUIS, activity: Activity = CANTEEN, status: AdhesionStatus | None = None, today: date = TODAY
) -> tuple[type[DomainError], str] | None:
    found = refusal(activity, member, status, today)
    return (found.error, found.reason) if found else None


def test_three_years_old_on_the_opening_day_is_old_enough_and_case_of_the_school_is_ignored() -> None:
    assert refused() is None


def test_a_day_too_young() -> None:
    assert refused(member=replace(LOUIS, birth_date=date(2019, 9, 2))) == (
        NotEligibleError,
        "Louis aura 2 ans le 01/09/2022 ; il faut avoir au moins 3 ans.",
    )


def test_the_highest_age_is_included() -> None:
    assert refused(member=replace(LOUIS, birth_date=date(2010, 9, 2))) is None
    assert refused(member=replace(LOUIS, birth_date=date(2010, 9, 1))) == (
        NotEligibleError,
        "Louis aura 12 ans le 01/09/2022 ; il faut avoir au plus 11 ans.",
    )


def test_not_yet_born() -> None:
    found = refused(member=replace(LOUIS, birth_date=date(2022, 9, 2)))
    assert found == (NotEligibleError, "Louis ne sera pas né le 01/09/2022.")


def test_an_adult_is_not_a_child() -> None:
    found = refused(member=replace(LOUIS, kind=MemberKind.ADULT))
    assert found == (NotEligibleError, "Cette activité est réservée aux enfants.")


@pytest.mark.parametrize("school", ["École Pasteur", None])
def test_another_school(school: str | None) -> None:
    found = refused(member=replace(LOUIS, school=school))
    assert found == (NotEligibleError, "Cette activité est réservée aux élèves de : école bayard.")


def test_the_season_ends_on_its_closing_day() -> None:
    assert refused(today=date(2023, 7, 7)) is None
    assert refused(today=date(2023, 7, 8)) == (
        ActivityClosedError,
        "La saison 2022/2023 est terminée depuis le 08/07/2023.",
    )


def test_already_enrolled() -> None:
    found = refused(status=AdhesionStatus.ACTIVE)
    assert found == (AlreadyEnrolledError, "Louis a déjà cette inscription.")


def test_an_order_awaits_its_payment() -> None:
    found = refused(status=AdhesionStatus.AWAITING_PAYMENT)
    assert found is not None
    assert found[0] is PaymentPendingError


def test_every_refused_member_is_named() -> None:
    adult = replace(LOUIS, member_id=new_id(), kind=MemberKind.ADULT)
    with pytest.raises(NotEligibleError) as caught:
        require_eligible(CANTEEN, [LOUIS, adult], {}, TODAY)
    assert caught.value.details == {
        "members": [{"member_id": str(adult.member_id), "reason": "Cette activité est réservée aux enfants."}]
    }


@pytest.mark.parametrize(("day", "age"), [(date(2022, 2, 28), 1), (date(2022, 3, 1), 2), (date(2024, 2, 29), 4)])
def test_age_of_someone_born_on_29_february(day: date, age: int) -> None:
    assert age_on(date(2020, 2, 29), day) == age


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2022, 7, 4), date(2022, 8, 1)),
        (date(2022, 12, 31), date(2023, 1, 1)),
        (date(2022, 11, 1), date(2022, 12, 1)),
    ],
)
def test_a_change_counts_from_the_next_month(day: date, first: date) -> None:
    assert first_of_next_month(day) == first


@pytest.mark.parametrize(
    ("paid_on", "valid_from"),
    [
        (date(2022, 7, 4), date(2022, 9, 1)),
        (date(2023, 1, 9), date(2023, 1, 9)),
        (date(2023, 9, 1), date(2023, 7, 8)),
    ],
)
def test_an_adhesion_opens_with_the_season_or_when_paid(paid_on: date, valid_from: date) -> None:
    assert CANTEEN.validity_from(paid_on) == valid_from
