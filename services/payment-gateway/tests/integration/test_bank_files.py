"""PayFiP's file of payments beside the portal's: what is on both sides, and what is not."""

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from chassis.ids import new_id
from chassis.testing.plugin import Harness
from contracts.values import Role


@pytest_asyncio.fixture(loop_scope="session")
async def cruas(open_shop: Any, treasury: Any) -> Any:
    return await open_shop("veyras", treasury)


async def take(shop: Any, cents: int = 3400, *, told: bool = True) -> str:
    """The treasury takes money; returns its reference. ``told``: we know."""
    payment_id = await shop.request(cents)
    started = await shop.start(payment_id)
    operation = shop.other.operations[dict(started["fields"])["idop"]]
    hint = shop.other.decide(started)
    operation |= {"dattrans": "04072022", "heurtrans": "0930"}
    if told:
        await shop.notify(started["attempt_id"], hint)
        await shop.wait_for(payment_id, "succeeded")
    return str(operation["refdet"])


def file(*lines: tuple[str, int]) -> bytes:
    rows = [f"LIGNE;04072022;{reference};{cents}" for reference, cents in lines]
    return "\n".join(["EN-TETE;x", *rows, "PIED-DE-PAGE;x"]).encode()


async def send(shop: Any, content: bytes, role: Role = Role.REGISSEUR) -> Any:
    async with shop.client(role) as client:
        return await client.post(f"/regies/{shop.regie_id}/bank-files", files={"file": ("juillet.csv", content)})


def findings(report: dict[str, Any]) -> dict[str, str]:
    return {one["reference"]: one["finding"] for one in report["differences"]}


@pytest.fixture
def fresh_number(treasury: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A régie's number of its own, so that other tests' money is not missing in its file."""
    number = f"{new_id().int % 1_000_000:06}"
    contract = treasury.contract
    monkeypatch.setattr(treasury, "contract", lambda **changed: contract(**{"numcli": number, **changed}))


async def test_both_sides_agree(fresh_number: None, open_shop: Any, treasury: Any) -> None:
    shop = await open_shop("veyras", treasury)
    one, other = await take(shop), await take(shop, 1200)
    report = (await send(shop, file((one, 3400), (other.lower(), 1200)))).json()
    assert (report["counts"], report["matched_cents"], report["differences"]) == ({"matched": 2}, 4600, [])
    assert (report["line_count"], report["first_day"], report["file_name"]) == (2, "2022-07-04", "juillet.csv")


async def test_every_difference_is_told(fresh_number: None, open_shop: Any, treasury: Any) -> None:
    shop = await open_shop("veyras", treasury)
    matched, differs, missing = await take(shop), await take(shop), await take(shop)
    report = (await send(shop, file((matched, 3400), (differs, 3399), ("INCONNUE01", 500)))).json()
    assert findings(report) == {
        differs: "amount_differs",
        "INCONNUE01": "unknown_here",
        missing: "missing_there",
    }
    assert all(one["sentence"] for one in report["differences"])


async def test_what_they_took_and_we_do_not_know_is_asked(
    fresh_number: None, open_shop: Any, treasury: Any, harness: Harness
) -> None:
    shop = await open_shop("veyras", treasury)
    silent = await take(shop, told=False)
    report = (await send(shop, file((silent, 3400)))).json()
    assert findings(report) == {silent: "not_taken_here"}
    await harness.eventually(
        "select 1 from bank_transaction t join payment_attempt a using (tenant_id, attempt_id) where a.reference = $1",
        silent,
        seconds=60,
    )
    async with shop.client(Role.REGISSEUR) as client:
        again = (await client.get(f"/bank-files/{report['file_id']}")).json()
    assert again["counts"] == {"matched": 1}


async def test_the_same_file_again_is_the_same(cruas: Any, harness: Harness) -> None:
    content = file((await take(cruas), 3400))
    answers = await asyncio.gather(*(send(cruas, content) for _ in range(4)))
    assert len({answer.json()["file_id"] for answer in answers}) == 1
    rows = await harness.query("select 1 from bank_file where regie_id = $1", cruas.regie_id)
    assert len(rows) == 1
    async with cruas.client(Role.REGISSEUR) as client:
        (listed,) = (await client.get("/bank-files", params={"regie_id": str(cruas.regie_id)})).json()
    assert listed["total_cents"] == 3400


async def test_a_bad_file_changes_nothing(cruas: Any, harness: Harness) -> None:
    reference = await take(cruas)
    bad = file((reference, 3400)).replace(b"PIED", b"LIGNE;hier;ABCDEF;1\nPIED")
    refused = await send(cruas, bad)
    assert (refused.status_code, refused.json()["problems"]) == (
        422,
        ["Ligne 3 : la date doit être écrite 04072022 ou 04/07/2022."],
    )
    assert (await send(cruas, b"x" * 1_000_001)).status_code == 413
    assert not await harness.query("select 1 from bank_file where regie_id = $1", cruas.regie_id)


async def test_a_bank_without_file(shop: Any) -> None:
    refused = await send(shop, file(("ABCDEF", 100)))
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "no-bank-file")
    shop.regie_id = new_id()
    assert (await send(shop, file(("ABCDEF", 100)))).status_code == 404, "a régie without contract"


async def test_who_may(cruas: Any, shop: Any) -> None:
    content = file((await take(cruas), 3400))
    assert (await send(cruas, content, Role.AGENT)).status_code == 403
    file_id = (await send(cruas, content)).json()["file_id"]
    async with shop.client(Role.REGISSEUR) as elsewhere, cruas.client(Role.AGENT) as agent:
        assert (await elsewhere.get(f"/bank-files/{file_id}")).status_code == 404
        assert (await agent.get(f"/bank-files/{file_id}")).status_code == 403
