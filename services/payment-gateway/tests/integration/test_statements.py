"""What payment-gateway states: the outcomes of the last days, as its events told them."""

from datetime import timedelta
from typing import Any

import pytest

from chassis import statements
from chassis.testing.plugin import GUIDE_DAY, VEYRAS, Harness
from contracts.events import PaymentSettled, PaymentsStated
from contracts.values import PaymentStatus, Role

MINUTES, DAYS = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def guide_day(harness: Harness) -> Any:
    """Other tests read the clock too."""
    yield
    harness.clock.instant = GUIDE_DAY


async def ask(shop: Any, role: Role = Role.REGISSEUR) -> Any:
    async with shop.client(role) as client:
        return await client.post("/statements")


async def pages(harness: Harness) -> list[tuple[Any, PaymentsStated]]:
    rows = await harness.query(
        "select * from kept.published_event where type = $1 order by seq", PaymentsStated.event_type
    )
    return [(row, PaymentsStated.model_validate_json(row["body"])) for row in rows]


async def asked_and_stated(shop: Any) -> list[PaymentsStated]:
    """The pages of the statement that was asked for."""
    before = len(await pages(shop.harness))
    response = await ask(shop)
    assert response.status_code == 202, response.text
    await shop.harness.eventually(
        "select 1 from kept.published_event where type = $1 having count(*) > $2",
        PaymentsStated.event_type,
        before,
        seconds=30,
    )
    return [page for row, page in (await pages(shop.harness))[before:] if row["tenant_id"] == shop.tenant_id]


async def paid(shop: Any, code: str = "00000") -> str:
    payment_id, attempt_id = await shop.begin()
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400, code))
    return str(payment_id)


async def test_outcomes_are_stated_as_they_were_told(shop: Any, open_shop: Any, harness: Harness) -> None:
    succeeded, refused, open_one = await paid(shop), await paid(shop, "00151"), await shop.request()
    elsewhere = await paid(await open_shop("veyras"))
    harness.clock.instant += 6 * MINUTES
    (page,) = await asked_and_stated(shop)
    stated = {str(each.outcome.payment_id): each for each in page.payments}
    assert stated[succeeded].outcome.status is PaymentStatus.SUCCEEDED
    assert stated[refused].outcome.status is PaymentStatus.REFUSED
    assert not {open_one, elsewhere} & stated.keys()
    for payment_id in (succeeded, refused):
        rows = await harness.query(
            "select body, sequence from kept.published_event where type = $1 and subject = $2 order by seq",
            PaymentSettled.event_type,
            stated[payment_id].outcome.payment_id,
        )
        assert stated[payment_id].outcome == PaymentSettled.model_validate_json(rows[-1]["body"])
        assert stated[payment_id].sequence == rows[-1]["sequence"]


async def test_an_outcome_of_this_minute_is_only_named(shop: Any, harness: Harness) -> None:
    payment_id = await paid(shop)
    (page,) = await asked_and_stated(shop)
    assert payment_id in map(str, page.unsettled)
    assert payment_id not in {str(each.outcome.payment_id) for each in page.payments}


async def test_the_last_days_are_stated_in_pages_without_gap(shop: Any, harness: Harness, monkeypatch: Any) -> None:
    first = await paid(shop)
    harness.clock.instant += 3 * DAYS
    second = await paid(shop)
    harness.clock.instant += 6 * MINUTES
    monkeypatch.setattr(statements, "PAGE_SIZE", 1)
    told = await asked_and_stated(shop)
    assert {first, second} <= {str(each.outcome.payment_id) for page in told for each in page.payments}
    assert [page.after for page in told][1:] == [page.until for page in told][:-1]
    assert told[-1].last
    harness.clock.instant += 6 * DAYS
    told = await asked_and_stated(shop)
    assert first not in {str(each.outcome.payment_id) for page in told for each in page.payments}
    assert second in {str(each.outcome.payment_id) for page in told for each in page.payments}


async def test_states_by_itself_once_a_night(shop: Any, harness: Harness) -> None:
    await harness.run_job(statements.STATEMENTS)
    before = len(await pages(harness))
    harness.clock.instant += 30 * DAYS
    for _time in range(2):
        await harness.run_job(statements.STATEMENTS)
    told = (await pages(harness))[before:]
    assert sorted(row["tenant_id"] for row, _page in told) == sorted([shop.tenant_id, VEYRAS.tenant_id])


@pytest.mark.parametrize("role", [Role.AGENT, Role.PARENT])
async def test_only_the_regisseur_asks(shop: Any, role: Role) -> None:
    assert (await ask(shop, role)).status_code == 403
