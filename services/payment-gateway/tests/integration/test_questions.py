"""Asking the banks: more and more rarely, never twice at once, each commune for itself, whatever crashes."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from chassis.jobs import run_job_once
from chassis.testing.plugin import Harness
from payment_gateway.domain.schedule import next_question
from payment_gateway.entrypoints.jobs import JOBS

NOW = datetime(2022, 7, 4, 7, 0, tzinfo=UTC)
(ASK,) = [job for job in JOBS if job.name == "ask-banks"]


def test_questions_become_rare_and_end() -> None:
    instants, now = [], NOW
    while (at := next_question(NOW, len(instants), now)) is not None:
        assert at > now
        instants.append(at - NOW)
        now = at
    gaps = [after - before for before, after in pairwise(instants)]
    assert instants[0] == timedelta(seconds=30)
    assert gaps == sorted(gaps)
    assert sum(1 for instant in instants if instant < timedelta(minutes=20)) == 6
    assert timedelta(days=30) < instants[-1] <= timedelta(days=31)
    assert len(instants) < 50


async def test_a_bank_that_is_down_is_asked_again_later(open_shop: Any, payzen: Any, calendar: Any) -> None:
    shop = await open_shop("veyras", payzen)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    payzen.decide(started)
    payzen.is_down = True
    asked = datetime.now(UTC)
    await calendar.ask(started["attempt_id"])
    later = await calendar.next_question(started["attempt_id"])
    assert later is not None
    assert later > asked + timedelta(seconds=20)
    assert await shop.status(payment_id) == "in_progress"
    payzen.is_down = False
    await calendar.ask(started["attempt_id"])
    assert await shop.status(payment_id) == "succeeded"


async def test_a_question_that_is_not_due_is_not_asked(open_shop: Any, payzen: Any, harness: Harness) -> None:
    shop = await open_shop("veyras", payzen)
    started = await shop.start(await shop.request())
    await harness.run_job("ask-banks")
    assert started["attempt_id"] not in payzen.asked


async def test_two_processes_never_ask_about_the_same_attempt(
    open_shop: Any, payzen: Any, calendar: Any, harness: Harness
) -> None:
    """The lease outlives the asker: as after a crash, the next question is written down before this one is asked."""
    shop = await open_shop("veyras", payzen)
    started = await shop.start(await shop.request())
    tenant = await harness.runtime.tenants.by_slug("veyras")
    payzen.gate.clear()
    await calendar.age(started["attempt_id"], 1)
    asking = [asyncio.create_task(ASK.run(harness.runtime, tenant)) for _ in range(5)]
    await payzen.wait_asked(started["attempt_id"])
    await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
    payzen.gate.set()
    await asyncio.gather(*asking)
    assert payzen.asked.count(started["attempt_id"]) == 1


async def test_a_slow_bank_delays_no_other_commune(
    open_shop: Any, payzen: Any, treasury: Any, calendar: Any, harness: Harness
) -> None:
    slow, quick = await open_shop("veyras", payzen), await open_shop("alixan", treasury)
    stuck = await slow.start(await slow.request())
    payzen.gate.clear()
    await calendar.age(stuck["attempt_id"], 1)
    assert await run_job_once(ASK, harness.runtime) == "done", "the run does not wait for the slow bank"
    await payzen.wait_asked(stuck["attempt_id"])
    payment_id = await quick.request()
    started = await quick.start(payment_id)
    treasury.decide(started)
    await calendar.age(started["attempt_id"], 1)
    assert await run_job_once(ASK, harness.runtime) == "done"
    await quick.wait_for(payment_id, "succeeded")
    assert payzen.asked.count(stuck["attempt_id"]) == 1
    assert [task for task in asyncio.all_tasks() if task.get_name().startswith("ask-banks-")], "still waiting"
    payzen.gate.set()
    await harness.runtime.finish_apart("ask-banks")


async def test_one_unreadable_contract_does_not_hide_the_others(
    open_shop: Any, payzen: Any, calendar: Any, harness: Harness
) -> None:
    broken, sound = await open_shop("veyras", payzen), await open_shop("veyras", payzen)
    lost = await broken.start(await broken.request())
    payment_id = await sound.request()
    started = await sound.start(payment_id)
    payzen.decide(started)
    await harness.query(
        """update merchant_contract set sealed_secrets = '{"form_key": "AAAA"}' where regie_id = $1""", broken.regie_id
    )
    await calendar.age(lost["attempt_id"], 2)
    await calendar.ask(started["attempt_id"])
    assert await sound.status(payment_id) == "succeeded"


async def test_silence_for_a_day_expires_and_a_success_still_wins(
    open_shop: Any, payzen: Any, calendar: Any, harness: Harness
) -> None:
    shop = await open_shop("veyras", payzen)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    (row,) = await harness.query("select expires_at from payment where payment_id = $1", UUID(payment_id))
    assert row["expires_at"] > datetime.now(UTC) + timedelta(hours=23)
    await harness.query("update payment set expires_at = now() where payment_id = $1", UUID(payment_id))
    await harness.run_job("expire-silent-payments")
    assert await shop.status(payment_id) == "expired"
    payzen.decide(started)
    await calendar.ask(started["attempt_id"], minutes=24 * 60)
    assert await shop.status(payment_id) == "succeeded"
