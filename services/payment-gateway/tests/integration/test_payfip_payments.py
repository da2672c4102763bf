"""PayFiP over real HTTP and a real database: nothing is signed, everything is asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from chassis.testing.plugin import Harness
from contracts.values import Role


@pytest_asyncio.fixture(loop_scope="session")
async def cruas(open_shop: Any, treasury: Any) -> Any:
    return await open_shop("veyras", treasury)


async def begin(shop: Any, cents: int = 3400) -> tuple[str, dict[str, Any]]:
    payment_id = await shop.request(cents)
    return payment_id, await shop.start(payment_id)


async def test_the_treasury_is_told_before_the_browser_leaves(cruas: Any) -> None:
    _, started = await begin(cruas)
    assert (started["method"], started["action"]) == ("GET", "https://www.payfip.example/tpa/paiementws.web")
    ((name, idop),) = started["fields"]
    order = cruas.other.operations[idop]
    assert name == "idop"
    assert (order["numcli"], order["montant"], order["saisie"]) == ("007001", "3400", "T")
    assert order["urlnotif"] == f"http://127.0.0.1:8080/pay/ipn/payfip/veyras/{started['attempt_id']}"


async def test_each_attempt_has_its_own_reference(cruas: Any, calendar: Any) -> None:
    payment_id, first = await begin(cruas)
    await cruas.start(payment_id, confirmed=True)
    references = [order["refdet"] for order in cruas.other.operations.values()]
    assert len(set(references)) == 2
    cruas.other.decide(first)
    await calendar.ask(first["attempt_id"])
    async with cruas.client(Role.AGENT) as client:
        (listed,) = (await client.get("/payments", params={"family_id": str(cruas.family_id)})).json()["items"]
    assert listed["bank_reference"] == references[0], "the one on the treasury's statement"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_hint_makes_us_ask(cruas: Any, method: str) -> None:
    payment_id, started = await begin(cruas)
    hint = cruas.other.decide(started).replace("idop", "idOp")
    if method == "POST":
        assert (await cruas.notify(started["attempt_id"], hint)).status_code == 200
    else:
        async with cruas.outside() as client:
            assert (await client.get(f"/pay/ipn/payfip/veyras/{started['attempt_id']}?{hint}")).status_code == 200
    await cruas.wait_for(payment_id, "succeeded")
    assert (await cruas.verdicts(started["attempt_id"]))[0] == "hint"


async def test_a_forged_hint_settles_nothing(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    await cruas.notify(started["attempt_id"], f"idop={dict(started['fields'])['idop']}&resultrans=P&montant=3400")
    await calendar.ask(started["attempt_id"])
    assert await cruas.status(payment_id) == "in_progress"


async def test_the_way_back_alone_is_enough(cruas: Any) -> None:
    payment_id, started = await begin(cruas)
    answer = await cruas.come_back(started["attempt_id"], cruas.other.decide(started))
    assert answer.headers["location"] == f"http://veyras.localhost:8080/paiement/{payment_id}"
    await cruas.wait_for(payment_id, "succeeded")


async def test_a_hundred_pairs_of_hint_and_return_at_once(cruas: Any, harness: Harness) -> None:
    begun = [await begin(cruas) for _ in range(100)]
    calls = []
    for _, started in begun:
        hint = cruas.other.decide(started)
        calls += [cruas.notify(started["attempt_id"], hint), cruas.come_back(started["attempt_id"], hint)]
    answers = await asyncio.gather(*calls, harness.run_job("judge-waiting-messages"))
    assert {answer.status_code for answer in answers[:-1]} == {200, 303}
    for payment_id, _ in begun:
        await cruas.wait_for(payment_id, "succeeded")
        assert await cruas.published(payment_id) == [("succeeded", 3)]
    rows = await harness.query(
        "select payment_id from bank_transaction where outcome = 'settled' and payment_id = any($1::uuid[])",
        [UUID(payment_id) for payment_id, _ in begun],
    )
    assert len(rows) == len({row["payment_id"] for row in rows}) == 100


async def test_hints_while_the_treasury_answers_settle_once(cruas: Any, harness: Harness, calendar: Any) -> None:
    """Hints and ways back come while the question is on its way, and are asked about once more at most."""
    begun = [await begin(cruas) for _ in range(10)]
    hints = [cruas.other.decide(started) for _, started in begun]
    for _, started in begun:
        await calendar.age(started["attempt_id"], 1)
    cruas.other.gate.clear()
    asking = asyncio.create_task(harness.run_job("ask-banks"))
    await cruas.other.wait_asked(dict(begun[0][1]["fields"])["idop"])
    calls = [
        call(started["attempt_id"], hint)
        for (_, started), hint in zip(begun, hints, strict=True)
        for call in (cruas.notify, cruas.come_back, cruas.notify)
    ]
    answers = await asyncio.gather(*calls)
    cruas.other.gate.set()
    await asking
    assert {answer.status_code for answer in answers} == {200, 303}
    for payment_id, started in begun:
        await cruas.wait_for(payment_id, "succeeded")
        await harness.query(
            "update payment_attempt set next_question_at = now() where attempt_id = $1", UUID(started["attempt_id"])
        )
    await harness.run_job("ask-banks")
    for payment_id, _ in begun:
        assert await cruas.published(payment_id) == [("succeeded", 3)]
    rows = await harness.query(
        "select count(*) as taken from bank_transaction where payment_id = any($1::uuid[])",
        [UUID(payment_id) for payment_id, _ in begun],
    )
    assert rows[0]["taken"] == 10


async def test_not_yet_known_then_never_paid(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    await calendar.ask(started["attempt_id"], minutes=16)
    assert await cruas.status(payment_id) == "in_progress"
    await calendar.ask(started["attempt_id"], minutes=21)
    assert await cruas.status(payment_id) == "expired"
    assert await calendar.next_question(started["attempt_id"]) is None


async def test_a_purged_operation_was_never_paid(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.forgotten.add(dict(started["fields"])["idop"])
    await calendar.ask(started["attempt_id"], minutes=24 * 60)
    assert await cruas.status(payment_id) == "expired"


async def test_given_up_is_held_while_it_can_still_be_paid(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "A")
    await calendar.ask(started["attempt_id"], minutes=10)
    assert await cruas.status(payment_id) == "in_progress"
    cruas.other.decide(started)
    await calendar.ask(started["attempt_id"], minutes=14)
    assert await cruas.published(payment_id) == [("succeeded", 3)]


async def test_given_up_is_believed_in_the_end(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "A")
    await calendar.ask(started["attempt_id"], minutes=21)
    assert await cruas.status(payment_id) == "cancelled"


async def test_a_refused_card_is_told_in_words(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "R")
    await calendar.ask(started["attempt_id"])
    payment = await cruas.payment(payment_id)
    assert payment["status"] == "refused"
    assert "refusé le paiement par carte" in payment["reason"]


async def test_a_refusal_may_be_followed_by_a_payment_while_the_operation_lives(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "R")
    await calendar.ask(started["attempt_id"], minutes=2)
    assert await cruas.status(payment_id) == "refused"
    cruas.other.decide(started)
    assert await calendar.next_question(started["attempt_id"]) is not None
    await calendar.ask(started["attempt_id"], minutes=14)
    assert [status for status, _ in await cruas.published(payment_id)] == ["refused", "succeeded"]
    assert await calendar.next_question(started["attempt_id"]) is None


@pytest.mark.parametrize("result", ["R", "Z"])
async def test_a_refusal_is_final_once_the_operation_is_over(cruas: Any, calendar: Any, result: str) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, result)
    await calendar.ask(started["attempt_id"], minutes=2)
    assert await calendar.next_question(started["attempt_id"]) is not None
    await calendar.ask(started["attempt_id"], minutes=21)
    assert await calendar.next_question(started["attempt_id"]) is None
    assert [status for status, _ in await cruas.published(payment_id)] == ["refused"]


async def test_a_debit_is_asked_about_even_once_forgotten(cruas: Any, calendar: Any, harness: Harness) -> None:
    """A night may turn an operation into P1; its debit may still be rejected, and be told again."""
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "V")
    await calendar.ask(started["attempt_id"])
    cruas.other.forgotten.add(dict(started["fields"])["idop"])
    await calendar.ask(started["attempt_id"], minutes=2 * 24 * 60)
    assert await cruas.published(payment_id) == [("succeeded", 3)]
    assert await calendar.next_question(started["attempt_id"]) is not None
    cruas.other.forgotten.clear()
    cruas.other.decide(started, "Z")
    await harness.query(
        "update payment_attempt set next_question_at = now() - interval '1 second' where attempt_id = $1",
        UUID(started["attempt_id"]),
    )
    await harness.run_job("ask-banks")
    (row,) = await harness.query("select kind from bank_reversal where payment_id = $1", UUID(payment_id))
    assert row["kind"] == "rejection"


async def test_a_debit_counts_and_may_be_rejected_weeks_later(cruas: Any, harness: Harness, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    hint = cruas.other.decide(started, "V")
    await calendar.ask(started["attempt_id"])
    assert await cruas.status(payment_id) == "succeeded"
    assert await calendar.next_question(started["attempt_id"]) is not None
    cruas.other.decide(started, "Z")
    await harness.query("update payment_attempt set asked_at = null where attempt_id = $1", UUID(started["attempt_id"]))
    await cruas.notify(started["attempt_id"], hint)
    await harness.eventually("select 1 from bank_reversal where payment_id = $1", UUID(payment_id))
    await calendar.ask(started["attempt_id"])
    (row,) = await harness.query("select kind from bank_reversal where payment_id = $1", UUID(payment_id))
    assert row["kind"] == "rejection"
    assert await cruas.published(payment_id) == [("succeeded", 3)]
    assert "rejeté par la banque du payeur" in await cruas.history(payment_id)


@pytest.mark.parametrize("cents", [100, 3401])
async def test_another_amount_waits_for_a_decision(cruas: Any, calendar: Any, cents: int) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, cents=cents)
    await calendar.ask(started["attempt_id"])
    assert await cruas.status(payment_id) == "to_review"


@pytest.mark.parametrize("changed", [{"refdet": "ANOTHERONE"}, {"numcli": "999999"}])
async def test_another_debt_or_regie_proves_nothing(cruas: Any, calendar: Any, changed: dict[str, str]) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, **changed)
    await calendar.ask(started["attempt_id"])
    assert await cruas.verdicts(started["attempt_id"]) == ["reference-mismatch"]
    assert await cruas.status(payment_id) == "in_progress"


async def test_a_late_success_after_expiry(cruas: Any, calendar: Any, harness: Harness) -> None:
    payment_id, started = await begin(cruas)
    await calendar.ask(started["attempt_id"], minutes=21)
    hint = cruas.other.decide(started)
    await harness.query("update payment_attempt set asked_at = null where attempt_id = $1", UUID(started["attempt_id"]))
    await cruas.notify(started["attempt_id"], hint)
    await cruas.wait_for(payment_id, "succeeded")
    assert [status for status, _ in await cruas.published(payment_id)] == ["expired", "succeeded"]


async def test_two_tabs_both_paid_leave_one_to_give_back(cruas: Any, calendar: Any, harness: Harness) -> None:
    payment_id, first = await begin(cruas)
    second = await cruas.start(payment_id, confirmed=True)
    for started in (first, second):
        cruas.other.decide(started)
        await calendar.age(started["attempt_id"], 1)
    await harness.run_job("ask-banks")
    rows = await harness.query("select outcome from bank_transaction where payment_id = $1", UUID(payment_id))
    assert sorted(row["outcome"] for row in rows) == ["settled", "surplus"]


async def test_a_trial_never_settles_production(
    open_shop: Any, treasury: Any, calendar: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payment_gateway.adapters.payfip.terms.check_production", lambda *_: None)
    shop = await open_shop("veyras", treasury, mode="production")
    payment_id, started = await begin(shop)
    treasury.decide(started, saisie="T")
    await calendar.ask(started["attempt_id"])
    assert await shop.verdicts(started["attempt_id"]) == ["test-in-production"]
    assert await shop.status(payment_id) == "in_progress"
    treasury.decide(started)
    await calendar.ask(started["attempt_id"])
    assert await shop.status(payment_id) == "succeeded"


async def test_a_click_made_twice_leaves_once(cruas: Any, harness: Harness) -> None:
    """Even when both are on their way to the treasury at once: both browsers end on the page that is asked about."""
    payment_id = await cruas.request()
    cruas.other.gate.clear()
    headers = {"idempotency-key": "one click"}
    async with cruas.client() as client:
        clicks = [
            asyncio.create_task(client.post(f"/payments/{payment_id}/attempts", headers=headers)) for _ in range(3)
        ]
        async with asyncio.timeout(20):
            while cruas.other.asked.count("creerPaiementSecurise") < 3:
                await asyncio.sleep(0.01)
        cruas.other.gate.set()
        answers = [(await click).json() for click in clicks]
        answers.append((await client.post(f"/payments/{payment_id}/attempts", headers=headers)).json())
    assert len({answer["attempt_id"] for answer in answers}) == 1
    assert len({dict(answer["fields"])["idop"] for answer in answers}) == 1
    (row,) = await harness.query("select handle from payment_attempt where payment_id = $1", UUID(payment_id))
    assert row["handle"] == dict(answers[0]["fields"])["idop"]


async def test_a_silent_treasury_leaves_nothing_in_the_way(cruas: Any, harness: Harness) -> None:
    payment_id = await cruas.request()
    cruas.other.is_down = True
    headers = {"idempotency-key": "one click"}
    async with cruas.client() as client:
        answer = await client.post(f"/payments/{payment_id}/attempts", headers=headers)
    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "bank-unavailable")
    assert "Rien n'a été débité" in answer.json()["detail"]
    assert await cruas.status(payment_id) == "requested"
    cruas.other.is_down = False
    async with cruas.client() as client:
        assert (await client.post(f"/payments/{payment_id}/attempts", headers=headers)).status_code == 201


class Clicks:
    """The same click made twice: each request waits at the treasury until it is let through."""

    def __init__(self, shop: Any, payment_id: str, fails: set[int]) -> None:
        self._shop, self._path, self._fails = shop, f"/payments/{payment_id}/attempts", fails
        self._let_through = [asyncio.Event(), asyncio.Event()]
        self._arrived = 0
        self._made: list[asyncio.Task[Any]] = []
        shop.other.pause = self._pause

    async def _pause(self, about: str) -> bool:
        if about != "creerPaiementSecurise":
            return True
        number, self._arrived = self._arrived, self._arrived + 1
        await self._let_through[number].wait()
        return number not in self._fails

    @asynccontextmanager
    async def made(self) -> AsyncIterator[None]:
        """Both are at the treasury then, in their order; none is left there."""
        async with self._shop.client() as client:
            try:
                for number in range(2):
                    click = client.post(self._path, headers={"idempotency-key": "one click"})
                    self._made.append(asyncio.create_task(click))
                    async with asyncio.timeout(20):
                        while self._arrived <= number:
                            await asyncio.sleep(0.01)
                yield
            finally:
                for gate in self._let_through:
                    gate.set()
                await asyncio.wait(self._made)

    async def answer(self, number: int) -> Any:
        self._let_through[number].set()
        return await self._made[number]


@pytest.mark.parametrize("failing", [0, 1])
@pytest.mark.parametrize("is_paid", [False, True])
async def test_a_start_that_fails_spoils_nothing_of_the_one_that_left(
    cruas: Any, harness: Harness, calendar: Any, *, failing: int, is_paid: bool
) -> None:
    payment_id = await cruas.request()
    clicks = Clicks(cruas, payment_id, {failing})
    async with clicks.made():
        started = (await clicks.answer(1 - failing)).json()
        if is_paid:
            cruas.other.decide(started)
            await calendar.ask(started["attempt_id"])
            assert await cruas.status(payment_id) == "succeeded"
        assert (await clicks.answer(failing)).json()["type"].endswith("bank-unavailable")
    (attempt,) = await harness.query("select status from payment_attempt where payment_id = $1", UUID(payment_id))
    assert attempt["status"] == ("succeeded" if is_paid else "in_progress")
    if not is_paid:
        assert await calendar.next_question(started["attempt_id"]) is not None
        async with cruas.client() as client:
            warned = await client.post(f"/payments/{payment_id}/attempts")
        assert warned.json()["type"].endswith("attempt-in-progress")


async def test_nobody_leaves_by_an_attempt_that_failed_meanwhile(cruas: Any, harness: Harness) -> None:
    payment_id = await cruas.request()
    clicks = Clicks(cruas, payment_id, {0})
    async with clicks.made():
        answers = [await clicks.answer(number) for number in range(2)]
    assert {answer.json()["type"].rpartition(":")[2] for answer in answers} == {"bank-unavailable"}
    (attempt,) = await harness.query("select status from payment_attempt where payment_id = $1", UUID(payment_id))
    assert attempt["status"] == "cancelled"
    cruas.other.pause = type(cruas.other).pause.__get__(cruas.other)
    await cruas.start(payment_id)


async def test_an_attempt_that_never_left_does_not_hold_up_the_others_end(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.is_down = True
    async with cruas.client() as client:
        failed = await client.post(f"/payments/{payment_id}/attempts", json={"confirmed": True})
    assert failed.json()["type"].endswith("bank-unavailable")
    cruas.other.is_down = False
    cruas.other.decide(started, "R")
    await calendar.ask(started["attempt_id"])
    assert await cruas.status(payment_id) == "refused"


async def test_the_same_answer_again_does_not_hide_what_it_once_did(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "V")
    for _ in range(3):
        await calendar.ask(started["attempt_id"])
    assert await cruas.published(payment_id) == [("succeeded", 3)]
    assert await cruas.verdicts(started["attempt_id"]) == ["valid"]
    assert "sans effet" not in await cruas.history(payment_id)


async def test_a_debit_refused_then_a_card_under_the_same_operation(cruas: Any, calendar: Any) -> None:
    payment_id, started = await begin(cruas)
    cruas.other.decide(started, "Z")
    await calendar.ask(started["attempt_id"])
    cruas.other.decide(started, "P")
    await calendar.ask(started["attempt_id"])
    assert await cruas.status(payment_id) == "succeeded"


async def test_too_little_for_the_treasury_is_told(cruas: Any) -> None:
    payment_id = await cruas.request(99)
    async with cruas.client() as client:
        answer = await client.post(f"/payments/{payment_id}/attempts")
    assert answer.json()["type"].endswith("payment-misconfigured")
    assert "1\u00a0€" in answer.json()["detail"] or "1 €" in answer.json()["detail"]


async def test_no_transaction_is_open_while_the_treasury_thinks(cruas: Any, harness: Harness) -> None:
    payment_id = await cruas.request()
    cruas.other.gate.clear()
    starting = asyncio.create_task(cruas.start(payment_id))
    await cruas.other.wait_asked("creerPaiementSecurise")
    # Jobs have short ones of their own: one that stays until the treasury has answered would never be gone.
    await harness.eventually(
        "select 1 where not exists (select from pg_stat_activity where datname = current_database()"
        " and state like 'idle in transaction%' and application_name = 'payment-gateway'"
        " and query not like '%pg_try_advisory_xact_lock%')"
    )
    rows = await harness.query("select status from payment_attempt where payment_id = $1", UUID(payment_id))
    assert [row["status"] for row in rows] == ["in_progress"], "written down before the treasury is told"
    assert not starting.done()
    cruas.other.gate.set()
    await starting


async def test_a_crash_before_leaving_ends_by_itself(cruas: Any, calendar: Any, harness: Harness) -> None:
    payment_id, started = await begin(cruas)
    await harness.query("update payment_attempt set handle = null where attempt_id = $1", UUID(started["attempt_id"]))
    await calendar.ask(started["attempt_id"], minutes=1)
    assert await cruas.status(payment_id) == "in_progress"
    await calendar.ask(started["attempt_id"], minutes=3)
    assert await cruas.status(payment_id) == "expired"


async def test_a_payer_cannot_make_us_pester_the_treasury(cruas: Any, calendar: Any, harness: Harness) -> None:
    _, started = await begin(cruas)
    idop = dict(started["fields"])["idop"]
    for number in range(30):
        await cruas.notify(started["attempt_id"], f"idop={idop}&n={number}")
    await harness.run_job("ask-banks")
    assert cruas.other.asked.count(idop) <= 3


async def test_the_contract_can_be_tried(cruas: Any) -> None:
    async with cruas.client(Role.ADMINISTRATOR) as client:
        path = f"/regies/{cruas.regie_id}/contract"
        good = (await client.post(f"{path}/test")).json()
        await client.put(path, json=cruas.contract(numcli="999999"))
        wrong = (await client.post(f"{path}/test")).json()
    assert (good["works"], "COMMUNE DE CRUAS" in good["sentence"]) == (True, True)
    assert (wrong["works"], "ne connaît pas le numéro de client 999999" in wrong["sentence"]) == (False, True)
    async with cruas.client(Role.REGISSEUR) as client:
        assert (await client.post(f"{path}/test")).status_code == 403
