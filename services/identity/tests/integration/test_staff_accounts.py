"""Accounts of the town hall: who gives and takes roles, and how soon what was taken away stops working."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id

PASSWORD = "tabouret violet du lundi"


def slug(answer: Any) -> str:
    return str(answer.json()["type"].rpartition(":")[2])


class Colleague:
    """Someone of the town hall with a password of their own."""

    def __init__(self, town: Any, name: str, *roles: str) -> None:
        self.town = town
        self.account_id: UUID = new_id()
        self.body = {"user_name": name, "display_name": name.title(), "email": None, "roles": [*roles]}

    async def saved(self, by: dict[str, str] | None = None, **changed: Any) -> Any:
        path = f"/accounts/{self.account_id}"
        return await self.town.call("PUT", path, {**self.body, **changed}, by or self.town.administrator)

    async def logged_in(self) -> dict[str, Any]:
        """Arrives with a first password and chooses another: its session."""
        assert (await self.saved()).status_code == 200
        path = f"/accounts/{self.account_id}/first-password"
        first = (await self.town.call("POST", path, {}, self.town.administrator)).json()["first_password"]
        session = (await self.town.log_in(self.body["user_name"], first)).json()
        changed = {"current_password": first, "new_password": PASSWORD}
        answer = await self.town.call("PUT", "/account/password", changed, self.town.bearer(session))
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def goes_on(self, session: dict[str, Any]) -> bool:
        current = await self.town.call("GET", "/sessions/current", headers=self.town.bearer(session))
        refreshed = await self.town.refresh(session["refresh_token"])
        assert (current.status_code == 204) == (refreshed.status_code == 200)
        return bool(current.status_code == 204)


async def test_a_role_taken_away_ends_the_sessions_and_one_given_does_not(town: Any) -> None:
    someone = Colleague(town, "paul.regie", "agent", "regisseur")
    session = await someone.logged_in()
    await someone.saved(display_name="Paul", roles=["agent", "regisseur", "administrator"])
    assert await someone.goes_on(session)
    session = (await town.log_in("paul.regie", PASSWORD)).json()
    assert (await someone.saved(roles=["agent"])).json()["roles"] == ["agent"]
    assert not await someone.goes_on(session)
    assert (await town.log_in("paul.regie", PASSWORD)).json()["account"]["roles"] == ["agent"]


async def test_who_leaves_is_shut_out_and_may_come_back(town: Any) -> None:
    someone = Colleague(town, "lea.part", "agent")
    session = await someone.logged_in()
    closed = (await someone.saved(closed=True)).json()
    assert (closed["closed"], closed["roles"]) == (True, ["agent"])
    assert not await someone.goes_on(session)
    assert (await town.log_in("lea.part", PASSWORD)).status_code == 401
    first_password = f"/accounts/{someone.account_id}/first-password"
    assert (await town.call("POST", first_password, {}, town.administrator)).status_code == 404
    assert (await someone.saved()).json()["closed"] is False
    assert (await town.log_in("lea.part", PASSWORD)).status_code == 200


@pytest.mark.parametrize("change", [{"closed": True}, {"roles": ["agent"]}])
async def test_administrators_do_not_shut_themselves_out(town: Any, change: dict[str, Any]) -> None:
    someone = Colleague(town, f"ada.{next(iter(change))}", "administrator")
    session = await someone.logged_in()
    refused = await someone.saved(town.bearer(session), **change)
    assert (refused.status_code, slug(refused)) == (409, "own-access")
    assert "Demandez-le à un autre administrateur" in refused.json()["detail"]
    assert await someone.goes_on(session)
    kept = await someone.saved(town.bearer(session), roles=["administrator", "regisseur"])
    assert kept.json()["roles"] == ["administrator", "regisseur"]


async def test_a_former_administrator_changes_nothing_with_a_token_still_good(town: Any) -> None:
    former, agent = Colleague(town, "max.avant", "administrator"), Colleague(town, "nora.agent", "agent")
    session = town.bearer(await former.logged_in())
    await agent.saved()
    await former.saved(closed=True)
    for answer in (
        await former.saved(session),
        await agent.saved(session, roles=["administrator"]),
        await town.call("POST", f"/accounts/{agent.account_id}/first-password", {}, session),
    ):
        assert (answer.status_code, slug(answer)) == (403, "forbidden")


async def test_two_administrators_do_not_take_each_other_away(town: Any) -> None:
    for turn in range(5):
        pair = [Colleague(town, f"duo{turn}.{name}", "administrator") for name in ("un", "deux")]
        first, second = [town.bearer(await one.logged_in()) for one in pair]
        answers = await asyncio.gather(pair[1].saved(first, closed=True), pair[0].saved(second, roles=["agent"]))
        assert sorted(answer.status_code for answer in answers) == [200, 403]
        accounts = (await town.call("GET", f"/accounts?query=duo{turn}.", headers=town.administrator)).json()["items"]
        assert sum("administrator" in one["roles"] and not one["closed"] for one in accounts) == 1


async def test_a_form_sent_twice_at_once_makes_one_account(town: Any) -> None:
    someone = Colleague(town, "double.clic", "agent")
    answers = await asyncio.gather(*(someone.saved() for _ in range(4)))
    assert [answer.status_code for answer in answers] == [200] * 4
    events = [row for row in await town.harness.outbox() if row["subject"] == someone.account_id]
    assert [row["sequence"] for row in events] == [1]


async def test_the_staff_is_listed_without_the_parents(town: Any) -> None:
    await town.register("Zita", "Parentzz")
    await Colleague(town, "agent.parentzz", "agent").saved()
    found = {}
    for kind in ("", "&kind=staff"):
        page = (await town.call("GET", f"/accounts?query=parentzz{kind}", headers=town.staff)).json()
        found[kind] = [item["user_name"] for item in page["items"]]
    assert found == {"": ["agent.parentzz", "zita.parentzz"], "&kind=staff": ["agent.parentzz"]}
