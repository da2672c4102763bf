"""Many at the same instant: one right outcome each time, held by the database."""

import uuid
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from contracts.values import Role
from driver import FRICTIONLESS_CARD, Api, Bank, PaymentForm, Portal, System, TownHall, at_once, until
from faults.crowd import Call, Crowd, Household, family_file, tick
from faults.databases import Databases
from faults.events import overhearing
from faults.figures import Figures

SEPTEMBER = [f"2022-09-{day:02}" for day in (5, 6, 7, 8)]
PAIRS = 100
COMMIT, PAY = "/api/planning/v1/draft/commit", "/api/billing/v1/invoice-payments"
_PATIENCE_SECONDS = 60.0


@pytest.fixture(scope="module")
def numerian(system: System) -> TownHall:
    return system.town_hall("numerian")


@pytest.fixture(scope="module")
def crowd(system: System, numerian: TownHall, databases: Databases) -> Crowd:
    """Families of Numérian, which is paid through Paybox."""
    return Crowd(system.gateway_url, numerian, databases.signer())


def told(answers: Sequence[httpx.Response]) -> Counter[str]:
    """Answers by what they say: «done», the reasons of the lines refused, or the problem."""
    return Counter(map(_told, answers))


def _told(answer: httpx.Response) -> str:
    if answer.status_code < 400:
        return "done"
    problem = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    reasons = {line["slug"] for line in problem.get("lines", [])}
    return " ".join(sorted(reasons)) or str(problem.get("type", answer.status_code)).rpartition(":")[2]


def test_the_last_twenty_places_of_four_days(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    """Baskets of two to four days that cross one another: whole or not at all."""
    activity = crowd.activity("Vingt places", capacity=20)
    families = crowd.households(120)
    baskets = [SEPTEMBER[n % 3 :][:2] if n % 2 else SEPTEMBER[n % 3 :] for n in range(len(families))]
    crowd.order(families, activity)
    crowd.draft(families, activity, lambda number: baskets[number])
    answers = crowd.commit(families)
    rows = databases.query(
        "planning",
        "select family_id::text, day::text from reservation where activity_id = $1 and status = 'booked'",
        activity,
    )
    per_day = Counter(row["day"] for row in rows)
    per_family = Counter(row["family_id"] for row in rows)
    wanted = {one.family_id: len(days) for one, days in zip(families, baskets, strict=True)}
    reasons = told(answers)
    figures.check(
        "last 20 places",
        injected="120 baskets of 2 to 4 days at once",
        expected={"oversold": 0, "in part": 0, "told something else": 0, "booked unlike told": 0, "full days": 1},
        found={
            "oversold": sum(count > 20 for count in per_day.values()),
            "in part": sum(count != wanted[family] for family, count in per_family.items()),
            "told something else": sum(reasons.values()) - reasons["done"] - reasons["day-full"],
            "booked unlike told": abs(len(per_family) - reasons["done"]),
            "full days": int(max(per_day.values()) == 20),
        },
    )


def test_two_homes_book_the_same_childs_month(
    crowd: Crowd, numerian: TownHall, databases: Databases, figures: Figures
) -> None:
    activity = crowd.activity("Deux foyers")
    families = crowd.households(220)[180:]  # of their own: a child enrolled elsewhere cannot leave its file
    mothers = families[:20]
    fathers = [
        replace(father, member_id=mother.member_id) for mother, father in zip(mothers, families[20:], strict=True)
    ]
    for father in fathers:
        numerian.api.put("enrolment", f"/families/{father.family_id}", family_file(father))
    crowd.order([*mothers, *fathers], activity)
    crowd.draft([*mothers, *fathers], activity, lambda number: SEPTEMBER[:3] if number < 20 else SEPTEMBER[1:])
    answers = crowd.commit([*mothers, *fathers])
    rows = databases.query(
        "planning",
        "select count(*) as times from reservation where activity_id = $1 and status = 'booked'"
        " group by member_id, day",
        activity,
    )
    figures.check(
        "two homes",
        injected="20 children booked by both homes at once",
        expected={"days": 60, "doubled": 0, "done": 20, "already-booked": 20},
        found={"days": len(rows), "doubled": sum(row["times"] > 1 for row in rows), **told(answers)},
    )
    assert all("autre foyer" in answer.text for answer in answers if not answer.is_success)


def test_two_parents_of_one_family_edit_the_same_month(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    """Each tab's ticks are a whole: what stays is one tab's or the other's. One «Terminer» books, the other is told."""
    activity = crowd.activity("Deux parents")
    families = crowd.households(60)[40:]
    crowd.order(families, activity)
    crowd.draft(families, activity, lambda _number: SEPTEMBER)
    ticks = [tick(one, activity, days) for one in families for days in (SEPTEMBER[:2], SEPTEMBER[2:])]
    edited = crowd.at_once(ticks)
    drafts = databases.query(
        "planning",
        "select array_agg(day::text order by day) as days from draft_line where activity_id = $1 group by family_id",
        activity,
    )
    answers = crowd.commit([one for one in families for _tab in range(2)])
    booked = "select count(*) from reservation where activity_id = $1 and status = 'booked'"
    figures.check(
        "two parents",
        injected="20 months edited, then committed, by both at once",
        expected={"edited": 40, "mixed": 0, "days": 40, "done": 20, "draft-empty": 20},
        found={
            "edited": told(edited)["done"],
            "mixed": sum(row["days"] not in (SEPTEMBER[:2], SEPTEMBER[2:]) for row in drafts),
            "days": databases.count("planning", booked, activity),
            **told(answers),
        },
    )
    assert all("il n'y a rien à réserver" in answer.text for answer in answers if not answer.is_success)


def test_the_same_key_raced_by_fifty(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    activity, one = crowd.activity("Une clé"), crowd.households(61)[-1]
    crowd.order([one], activity)
    crowd.draft([one], activity, lambda _number: SEPTEMBER)
    key, body = str(uuid.uuid4()), {"subject": "Objet", "body": "Texte"}
    committed = crowd.at_once([Call(one, "POST", COMMIT, key=key)] * 50)
    written = crowd.at_once([Call(one, "POST", "/api/communication/v1/messages", body, key + "m")] * 50)
    reservations = "select count(*) from reservation where activity_id = $1"
    messages = "select count(*) from message where family_id = $1"
    others = told([*committed, *written])
    figures.check(
        "one key",
        injected="50 commits and 50 messages with one key each",
        expected={"days": 4, "messages": 1, "answers": 2, "told something else": 0},
        found={
            "days": databases.count("planning", reservations, activity),
            "messages": databases.count("communication", messages, one.family_id),
            "answers": len({answer.text for answer in (*committed, *written) if answer.is_success}),
            "told something else": sum(others.values()) - others["done"] - others["idempotency-in-flight"],
        },
    )


def paid_without_a_word(crowd: Crowd, bank: Bank, asked: Sequence[tuple[Household, str]]) -> list[str]:
    """Each pays, warned or not that it may be twice, at a bank that sends nothing and answers nothing.

    Returns the ways back, whose query is the bank's signed message.
    """
    until(
        lambda: told(crowd.in_turn([Call(one, "GET", f"/api/payment-gateway/v1/payments/{p}") for one, p in asked])),
        lambda known: set(known) == {"done"},
        seconds=_PATIENCE_SECONDS,
    )
    begun = crowd.in_turn(
        [
            Call(one, "POST", f"/api/payment-gateway/v1/payments/{payment_id}/attempts", {"confirmed": True})
            for one, payment_id in asked
        ]
    )

    def pay(answer: httpx.Response) -> str:
        form = PaymentForm.read(answer.json())
        bank.misbehave(form.reference, drop=True, fault="unavailable")
        page = bank.open_page(form)
        page.type_card(FRICTIONLESS_CARD)
        address = urlsplit(page.back_to_shop())
        return f"{address.path}?{address.query}"

    with ThreadPoolExecutor(4) as people:
        return list(people.map(pay, begun))


def callback(way_back: str) -> str:
    """The address the bank's server writes to, with the same signed message."""
    path, _, query = way_back.partition("?")
    return f"{path.replace('/pay/return/', '/pay/ipn/').rpartition('/')[0]}?{query}"


def test_a_hundred_callbacks_with_their_returns(
    crowd: Crowd, bank: Bank, databases: Databases, figures: Figures, running_portal: Portal
) -> None:
    """Each callback twice, and the browser's return, all at the same instant."""
    activity = crowd.activity("Cent paiements", fee_cents=1700)
    payers = crowd.households(PAIRS)
    payments = [order["payment_id"] for order in crowd.order(payers, activity)]
    ways_back = paid_without_a_word(crowd, bank, list(zip(payers, payments, strict=True)))
    with overhearing(running_portal, "payment_gateway.payment_settled.v1") as settlements:
        addresses = [address for way in ways_back for address in (callback(way), way, callback(way))]
        answers = crowd.at_once([Call(payers[n // 3], "GET", address) for n, address in enumerate(addresses)])
        found = until(
            lambda: _effects(databases, activity, payments),
            lambda counts: min(counts.values()) >= PAIRS,
            seconds=_PATIENCE_SECONDS,
        )
        heard = Counter(event.body["payment_id"] for event in settlements.heard())
    figures.check(
        "callback and return",
        injected="100 × (2 callbacks + 1 return) at once",
        expected={"done": 3 * PAIRS, "events": PAIRS, "surplus": 0, **dict.fromkeys(found, PAIRS)},
        found={
            **told(answers),
            **found,
            "events": sum(heard[payment] for payment in payments),
            "surplus": databases.count(
                "enrolment", "select count(*) from surplus_payment where payment_id = any($1::uuid[])", payments
            ),
        },
    )


def _effects(databases: Databases, activity: str, payments: list[str]) -> dict[str, int]:
    """What a hundred payments of adhesions have done, service by service."""
    of_payments = "payment_id = any($1::uuid[])"
    adhesions = databases.query(
        "enrolment", "select adhesion_id from adhesion where status = 'active' and activity_id = $1", activity
    )
    return {
        "settled": databases.count(
            "payment-gateway", f"select count(*) from bank_transaction where {of_payments}", payments
        ),
        "adhesions": len(adhesions),
        "entitlements": databases.count(
            "planning", "select count(*) from entitlement where activity_id = $1", activity
        ),
        "payments": databases.count(
            "billing", f"select count(*) from payment where status = 'succeeded' and {of_payments}", payments
        ),
        "credits": databases.count(
            "billing",
            "select count(*) from ledger_movement where kind = 'payment' and reference_id = any($1::uuid[])",
            [row["adhesion_id"] for row in adhesions],
        ),
    }


def test_a_month_invoiced_by_several_at_once(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    """Two people, each several times: one set of invoices, numbered without a gap."""
    activity, families = crowd.activity("À facturer"), crowd.households(170)[120:]
    may = ["2023-05-15", "2023-05-16"]
    crowd.order(families, activity)
    crowd.draft(families, activity, lambda _number: may)
    assert told(crowd.commit(families)) == {"done": 50}
    charged = "select count(*) from charge where activity_id = $1"
    until(lambda: databases.count("billing", charged, activity), lambda count: count == 100, seconds=_PATIENCE_SECONDS)
    people = [crowd.staff(Role.REGISSEUR), crowd.staff(Role.ADMINISTRATOR)]
    order = {"period": "2023-05"}
    runs = crowd.at_once([Call(people[n % 2], "POST", "/api/billing/v1/invoicing-runs", order) for n in range(10)])
    invoices = databases.query("billing", "select * from invoice where period = $1 order by sequence", date(2023, 5, 1))
    ours = {one.family_id for one in families}
    amounts = [row["amount_cents"] for row in invoices if str(row["family_id"]) in ours]
    figures.check(
        "invoicing",
        injected="the same month by 2 people, 10 times at once",
        expected={"done": 10, "invoices": 50, "cents": 50_000, "gaps": 0},
        found={
            **told(runs),
            "invoices": len(amounts),
            "cents": sum(amounts),
            "gaps": sum(row["number"] != f"2305{n:03}" for n, row in enumerate(invoices, 1)),
        },
    )
    told_issued = sum(run.json()["invoice_count"] for run in runs)
    assert told_issued == len(invoices), "each run tells its own invoices, and no other's"


def test_one_invoice_paid_in_two_tabs(crowd: Crowd, bank: Bank, databases: Databases, figures: Figures) -> None:
    """Asked for in two tabs it is one payment. Really paid twice, the surplus is kept and shown."""
    families, activity = crowd.households(180)[170:], crowd.activity("Deux onglets")
    crowd.order(families, activity)
    crowd.draft(families, activity, lambda _number: ["2023-01-09"])
    crowd.commit(families)
    crowd.draft(families, activity, lambda _number: ["2023-02-06"])
    crowd.commit(families)
    january, february = (_invoiced(crowd, databases, families, month) for month in ("2023-01", "2023-02"))
    alone = [Call(one, "POST", PAY, {"invoice_ids": [january[one.family_id]]}) for one in families]
    together = [
        Call(one, "POST", PAY, {"invoice_ids": [january[one.family_id], february[one.family_id]]}) for one in families
    ]
    asked = crowd.at_once([*alone, *alone, *together])
    payments = [answer.json()["payment_id"] for answer in asked]
    ways_back = paid_without_a_word(
        crowd, bank, list(zip([*families, *families], [*payments[:10], *payments[20:]], strict=True))
    )
    crowd.at_once([Call(families[n % 10], "GET", callback(way)) for n, way in enumerate(ways_back)])

    def accounts() -> list[dict[str, Any]]:
        answers = crowd.in_turn([Call(one, "GET", "/api/billing/v1/account") for one in families])
        return [answer.json() for answer in answers]

    shown = until(accounts, lambda read: all(each["balance_cents"] == -500 for each in read), seconds=_PATIENCE_SECONDS)
    again = crowd.at_once(alone)
    invoices = databases.query(
        "billing",
        "select paid_cents from invoice where invoice_id = any($1::uuid[])",
        [*january.values(), *february.values()],
    )
    figures.check(
        "two tabs",
        injected="10 invoices asked twice, paid twice at once",
        expected={"payments": 20, "paid": 20, "surplus": 10, "shown": 10, "invoice-already-paid": 10},
        found={
            "payments": len(set(payments)),
            "paid": sum(row["paid_cents"] == 500 for row in invoices),
            "surplus": sum(each["balance_cents"] == -500 for each in shown),
            "shown": sum("Trop-perçu" in move["label"] for each in shown for move in each["movements"]),
            **told(again),
        },
    )
    assert all("Déjà payé" in answer.json()["detail"] for answer in again)


def _invoiced(crowd: Crowd, databases: Databases, families: Sequence[Household], month: str) -> dict[str, str]:
    """Runs the month until each family has its invoice; their ids by family."""
    regisseur = crowd.staff(Role.REGISSEUR)
    family_ids = [one.family_id for one in families]

    def issued() -> dict[str, str]:
        crowd.in_turn([Call(regisseur, "POST", "/api/billing/v1/invoicing-runs", {"period": month})])
        rows = databases.query(
            "billing",
            "select family_id::text, invoice_id::text from invoice where period = $1 and family_id = any($2::uuid[])",
            date.fromisoformat(f"{month}-01"),
            family_ids,
        )
        return {row["family_id"]: row["invoice_id"] for row in rows}

    return until(issued, lambda found: len(found) == len(families), seconds=_PATIENCE_SECONDS)


def test_two_tabs_stay_logged_in(system: System, town_hall: TownHall, figures: Figures) -> None:
    """Both refresh at the same instant, again and again; a token of before is then worth nothing and ends it all."""
    parent = system.parent("alixan", town_hall.register_family(("Zoé",)))
    assert parent.api.session is not None
    first = latest = parent.api.session.refresh_token
    answers = []
    for _round in range(5):
        together = _refreshed(parent.api, latest, times=4)
        answers += together
        latest = together[-1].json()["refresh_token"]
    stolen = _refreshed(parent.api, first, times=2)
    after = _refreshed(parent.api, latest, times=1)
    figures.check(
        "refresh",
        injected="4 tabs at once, 5 times; then a token of before",
        expected={"logged in": 20, "stolen opened": 0, "ended": 3},
        found={
            "logged in": told(answers)["done"],
            "stolen opened": told(stolen)["done"],
            "ended": told([*stolen, *after])["session-ended"],
        },
    )


def _refreshed(api: Api, token: str, *, times: int) -> list[httpx.Response]:
    body = {"refresh_token": token}
    return at_once([lambda: api.send("POST", "/api/identity/v1/sessions/refresh", json=body)] * times)


def test_the_last_place_wanted_by_five_hundred(crowd: Crowd, databases: Databases, figures: Figures) -> None:
    activity = crowd.activity("Dernière place", capacity=1)
    families = crowd.households(720)[220:]  # those before may have given their child another home
    crowd.order(families, activity)
    crowd.draft(families, activity, lambda _number: SEPTEMBER[:1])
    answers = crowd.commit(families)
    booked = "select count(*) from reservation where activity_id = $1 and status = 'booked'"
    figures.check(
        "last place",
        injected="500 commits at once",
        expected={"sold": 1, "done": 1, "day-full": 499},
        found={"sold": databases.count("planning", booked, activity), **told(answers)},
    )
    assert all("Complet" in answer.text for answer in answers if not answer.is_success)
