"""The daily list, its totals and its file, beside what three banks say."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, Harness
from contracts.values import Role

GUIDE = "2022-07-04"


async def day_of(shop: Any, day: str = GUIDE, **query: Any) -> dict[str, Any]:
    async with shop.client(Role.REGISSEUR) as client:
        response = await client.get("/bank-day", params={"day": day, "regie_id": str(shop.regie_id), **query})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def movements_of(shop: Any, day: str = GUIDE, **query: Any) -> dict[str, Any]:
    async with shop.client(Role.REGISSEUR) as client:
        params = {"day": day, "regie_id": str(shop.regie_id), **query}
        found: dict[str, Any] = (await client.get("/bank-day/movements", params=params)).json()
    return found


async def exported(shop: Any, first: str, last: str) -> tuple[bytes, list[list[str]]]:
    params = {"first_day": first, "last_day": last, "regie_id": str(shop.regie_id)}
    async with shop.client(Role.REGISSEUR) as client:
        response = await client.get("/bank-movements.csv", params=params)
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig"), newline=""), delimiter=";")
    return response.content, list(rows)


async def pay(shop: Any, cents: int = 3400, **said: str) -> tuple[str, str]:
    payment_id, attempt_id = await shop.begin(cents)
    await shop.notify(attempt_id, shop.bank.message(payment_id, cents, **said))
    assert await shop.status(payment_id) == "succeeded"
    return payment_id, attempt_id


async def test_a_day_is_the_banks_not_that_of_the_message(shop: Any) -> None:
    await pay(shop, 3400, date="03072022", heure="23:59:59")
    await pay(shop, 1200, date="04072022", heure="00:00:00")
    await pay(shop, 500, date="20220705", heure="00:00:00")
    day = await day_of(shop)
    assert (day["previous_day"], day["next_day"]) == ("2022-07-03", "2022-07-05")
    (account,) = day["accounts"]
    assert (account["taken_count"], account["taken_cents"], account["net_cents"]) == (1, 1200, 1200)
    (movement,) = (await movements_of(shop))["items"]
    assert (movement["happened_at"], movement["call_number"]) == ("2022-07-03T22:00:00Z", "900")


async def test_a_bank_that_tells_no_date(shop: Any) -> None:
    await pay(shop, date=None, heure=None)
    assert (await day_of(shop))["accounts"][0]["taken_count"] == 1, "the day of the message"


async def test_all_that_the_bank_took_is_there(shop: Any) -> None:
    """A second success of one payment is on the statement too."""
    payment_id, attempt_id = await pay(shop, 3400)
    await shop.notify(attempt_id, shop.bank.message(payment_id, 3400))
    (account,) = (await day_of(shop))["accounts"]
    assert (account["taken_count"], account["taken_cents"], account["undecided_count"]) == (2, 6800, 1)
    words = [movement["sentence"] for movement in (await movements_of(shop))["items"]]
    assert words == ["Encaissement", "Encaissement (à décider)"]


async def test_refunds_stand_apart(open_shop: Any, payzen: Any) -> None:
    shop = await open_shop("veyras", payzen)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    paid = payzen.transaction(cents=3400)
    fields = dict(started["fields"])
    created = {"vads_effective_creation_date": "20220704093000"}
    await shop.notify(started["attempt_id"], payzen.message(fields, paid, **created))
    back = payzen.transaction(cents=1000, operationType="CREDIT")
    await shop.notify(
        started["attempt_id"], payzen.message(fields, back, vads_effective_creation_date="20220704220000")
    )
    (account,) = (await day_of(shop))["accounts"]
    assert (account["protocol"], account["taken_cents"], account["returned_cents"]) == ("payzen", 3400, 0)
    (movement,) = (await movements_of(shop))["items"]
    assert movement["transaction_id"] == paid["uuid"]
    assert movement["bank_number"] == fields["vads_trans_id"]
    (account,) = (await day_of(shop, "2022-07-05"))["accounts"]
    assert (account["taken_cents"], account["returned_cents"], account["net_cents"]) == (0, -1000, -1000)


async def test_another_currency_is_in_no_total(open_shop: Any, payzen: Any) -> None:
    shop = await open_shop("veyras", payzen)
    started = await shop.start(await shop.request())
    message = payzen.message(dict(started["fields"]), payzen.transaction(), vads_currency="756")
    await shop.notify(started["attempt_id"], message)
    (account,) = (await day_of(shop))["accounts"]
    assert (account["taken_count"], account["taken_cents"], account["other_currency_count"]) == (1, 0, 1)


async def test_the_treasurys_own_reference_and_minute(open_shop: Any, treasury: Any) -> None:
    shop = await open_shop("veyras", treasury)
    payment_id = await shop.request()
    started = await shop.start(payment_id)
    operation = treasury.operations[dict(started["fields"])["idop"]]
    hint = treasury.decide(started)
    operation |= {"dattrans": "04072022", "heurtrans": "0930"}
    await shop.notify(started["attempt_id"], hint)
    await shop.wait_for(payment_id, "succeeded")
    (movement,) = (await movements_of(shop))["items"]
    assert (movement["reference"], movement["happened_at"]) == (operation["refdet"], "2022-07-04T07:30:00Z")


async def test_test_and_production_are_never_added(shop: Any) -> None:
    await pay(shop, 3400)
    await shop.open(mode="production", page_url="https://bank.example/php/")
    await pay(shop, 1200)
    accounts = (await day_of(shop))["accounts"]
    assert {(account["mode"], account["taken_cents"]) for account in accounts} == {
        ("test", 3400),
        ("production", 1200),
    }


async def test_a_long_day_comes_in_parts(shop: Any) -> None:
    paid = [(await pay(shop, cents))[0] for cents in (100, 200, 300)]
    first = await movements_of(shop, limit=2)
    second = await movements_of(shop, limit=2, cursor=first["next_cursor"])
    assert [item["payment_id"] for item in first["items"] + second["items"]] == paid
    assert second["next_cursor"] is None


async def test_the_file(shop: Any) -> None:
    shop.family_id = new_id()
    await shop.open(shop_name="=HYPERLINK(1)")
    payment_id, _ = await pay(shop, 123450)
    await pay(shop, 100, date="06072022")
    content, rows = await exported(shop, "2022-07-01", "2022-07-31")
    assert content.startswith(b"\xef\xbb\xbfJour;Heure;")
    assert len(rows) == 3
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["Jour"], row["Heure"], row["Montant"]) == ("04/07/2022", "09:30:12", "1234,50")
    assert (row["Référence"], row["Régie"], row["Mode"]) == (payment_id, "'=HYPERLINK(1)", "essai")
    assert (await exported(shop, GUIDE, GUIDE))[1] == rows[:2]


@pytest.mark.parametrize("last", ["2022-06-30", "2023-07-05"])
async def test_a_file_of_too_many_days(shop: Any, last: str) -> None:
    async with shop.client(Role.REGISSEUR) as client:
        response = await client.get("/bank-movements.csv", params={"first_day": GUIDE, "last_day": last})
    assert (response.status_code, response.json()["type"].rpartition(":")[2]) == (422, "export-too-long")


async def test_who_may_and_whose_money(shop: Any, open_shop: Any) -> None:
    await pay(shop)
    paths = [f"/bank-day?day={GUIDE}", f"/bank-day/movements?day={GUIDE}"]
    paths.append(f"/bank-movements.csv?first_day={GUIDE}&last_day={GUIDE}")
    async with shop.client(Role.AGENT) as agent, shop.client() as parent:
        for path in paths:
            assert {(await agent.get(path)).status_code, (await parent.get(path)).status_code} == {403}
    veyras = await open_shop("veyras")
    async with veyras.client(Role.REGISSEUR) as other:
        params = {"day": GUIDE, "regie_id": str(shop.regie_id)}
        assert (await other.get("/bank-day", params=params)).json()["accounts"] == []
        assert (await other.get("/bank-day/movements", params=params)).json()["items"] == []


async def test_a_commune_far_from_paris_cuts_its_own_days(shop: Any, harness: Harness) -> None:
    """La Réunion is two hours ahead in July: 23:00 in Paris is tomorrow there."""
    await pay(shop, date="04072022", heure="23:00:00")
    description = ALIXAN.model_copy(update={"time_zone": "Indian/Reunion"})
    stored = "update tenant set description = $1::jsonb where id = $2"
    await harness.query(stored, description.model_dump_json(), ALIXAN.tenant_id)
    harness.runtime.tenants._cache.clear()
    try:
        assert (await day_of(shop))["next_day"] == "2022-07-05"
    finally:
        await harness.query(stored, ALIXAN.model_dump_json(), ALIXAN.tenant_id)
        harness.runtime.tenants._cache.clear()


def in_the_past(rows: list[Any]) -> list[date]:
    return [row["happened_at"].date() for row in rows if row["happened_at"] < datetime.now(UTC)]


async def test_a_date_that_is_none_is_not_believed(shop: Any, harness: Harness) -> None:
    payment_id, _ = await pay(shop, date="99999999")
    rows = await harness.query("select happened_at from bank_transaction where payment_id = $1", UUID(payment_id))
    assert in_the_past(rows) == [date(2022, 7, 4)]
