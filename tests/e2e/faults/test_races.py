"""Many at the same instant: one right outcome each time, held by the database."""

from collections import Counter

import httpx
import pytest

from driver import System
from faults.crowd import Crowd
from faults.databases import Databases
from faults.figures import Figures

SEPTEMBER = [f"2022-09-{day:02}" for day in (5, 6, 7, 8)]


@pytest.fixture(scope="module")
def crowd(system: System, databases: Databases) -> Crowd:
    """Five hundred families of Cruas."""
    return Crowd(system.gateway_url, system.town_hall("cruas"), databases.signer(), 500)


def told(answers: list[httpx.Response]) -> Counter[str]:
    """Answers by what they say: «booked», the reasons of a refusal, or the status where there is none."""
    return Counter(_told(answer) for answer in answers)


def _told(answer: httpx.Response) -> str:
    if answer.is_success:
        return "done"
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    reasons = {line["slug"] for line in problem.get("lines", [])}
    return " ".join(sorted(reasons)) or str(problem.get("type", answer.status_code)).rpartition(":")[2]


def test_the_last_place_wanted_by_five_hundred(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    activity = crowd.activity("Dernière place", capacity=1)
    crowd.order(crowd.households, activity)
    crowd.draft(crowd.households, activity, lambda _number: SEPTEMBER[:1])
    answers = crowd.commit(crowd.households)
    booked = "select count(*) from reservation where activity_id = $1 and status = 'booked'"
    figures.check(
        "last place",
        injected="500 commits at once",
        expected={"sold": 1, "done": 1, "day-full": 499},
        found={"sold": databases.count("planning", booked, activity), **told(answers)},
    )
    assert all("Complet" in answer.text for answer in answers if not answer.is_success)
