"""A form sent twice at once, in two tabs or by a double click: one effect, and each sending is told so."""

import asyncio
import re
from typing import Any

import httpx
import pytest

from chassis.ids import new_id
from contracts.values import Role

PASSWORD = "girafe pliante du jeudi"
OWN = "le hibou ne dort jamais"


async def sent_twice(
    town: Any, method: str, path: str, body: object, headers: dict[str, str] | None = None, *, times: int = 2
) -> list[httpx.Response]:
    keyed = {"idempotency-key": str(new_id()), **(headers or {})}
    return list(await asyncio.gather(*(town.call(method, path, body, keyed) for _ in range(times))))


def statuses(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


async def test_a_first_password_given_twice_is_one_password(town: Any) -> None:
    account = await town.register("Lettre", "Double")
    path = f"/accounts/{account['account_id']}/first-password"
    answers = await sent_twice(town, "POST", path, {}, town.staff, times=4)
    assert statuses(answers) == [200] * 4
    (given,) = {answer.json()["first_password"] for answer in answers}
    assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", given)
    assert (await town.log_in(account["user_name"], given)).status_code == 200
    (other,) = {answer.json()["first_password"] for answer in await sent_twice(town, "POST", path, {}, town.staff)}
    assert other != given
    assert (await town.log_in(account["user_name"], other)).status_code == 200


async def test_two_agents_give_one_first_password_and_the_other_is_told(town: Any) -> None:
    account = await town.register("Lettre", "Disputee")
    path = f"/accounts/{account['account_id']}/first-password"
    agents = [town.harness.signer.headers(town.tenant_id, Role.AGENT) for _ in range(2)]
    answers = await asyncio.gather(*(town.call("POST", path, {}, agent) for agent in agents))
    given = [answer.json()["first_password"] for answer in answers if answer.status_code == 200]
    told = [answer.json() for answer in answers if answer.status_code == 409]
    assert len(given) + len(told) == 2
    assert all(problem["type"].endswith("password-just-given") for problem in told)
    assert (await town.log_in(account["user_name"], given[-1])).status_code == 200
    assert len(told) == 1, "they did not meet: both read the account before either wrote"


async def test_the_first_change_sent_twice_leaves_both_logged_in(town: Any) -> None:
    account = await town.register("Premier", "Double")
    path = f"/accounts/{account['account_id']}/first-password"
    first = (await town.call("POST", path, {}, town.staff)).json()["first_password"]
    limited = (await town.log_in(account["user_name"], first)).json()
    body = {"current_password": first, "new_password": OWN}
    answers = await sent_twice(town, "PUT", "/account/password", body, town.bearer(limited), times=3)
    answers.append(await town.call("PUT", "/account/password", body, town.bearer(limited)))
    assert statuses(answers) == [200] * 4
    for answer in answers:
        assert answer.json()["must_change_password"] is False
        assert (await town.call("GET", "/account", headers=town.bearer(answer.json()))).status_code == 200
    assert (await town.refresh(answers[0].json()["refresh_token"])).status_code == 200
    assert (await town.log_in(account["user_name"], OWN)).status_code == 200


async def test_two_tabs_choose_two_passwords_and_one_counts(town: Any) -> None:
    parent = await town.parent("Deux onglets")
    session = (await town.log_in(parent["user_name"])).json()
    wishes = ["un hérisson bleu marine", "une tortue vert bouteille"]
    answers = await asyncio.gather(
        *(
            town.call(
                "PUT", "/account/password", {"current_password": PASSWORD, "new_password": new}, town.bearer(session)
            )
            for new in wishes
        )
    )
    assert sorted(statuses(answers)) == [200, 409]
    assert next(a.json()["type"] for a in answers if a.status_code == 409).endswith("wrong-password")
    logins = [(await town.log_in(parent["user_name"], new)).status_code for new in wishes]
    assert logins == [200 if answer.status_code == 200 else 401 for answer in answers]


async def test_a_guess_as_the_new_password_is_counted_and_told_nothing(town: Any) -> None:
    """Who holds a session and not the password learns nothing from proposing it as the new one, later."""
    parent = await town.parent("Devinette")
    session = (await town.log_in(parent["user_name"])).json()
    await town.harness.query(
        "update session set rotated_at = rotated_at - interval '31 seconds' where account_id = $1",
        parent["account_id"],
    )
    guess = {"current_password": "pas le bon du tout", "new_password": PASSWORD}
    address = str(new_id())
    refused = await town.call("PUT", "/account/password", guess, town.bearer(session), address)
    assert (refused.status_code, refused.json()["type"].rpartition(":")[2]) == (409, "wrong-password")


@pytest.fixture
async def link(town: Any, mail_server: Any) -> tuple[str, str]:
    """A user name, and the token of its mailed link."""
    mark = new_id().hex[-8:].translate(str.maketrans("0123456789", "ghijklmnop"))
    parent = await town.register("Oubli", mark, f"{mark}@example.org")
    answers = await sent_twice(town, "POST", "/password-resets", {"user_name": parent["user_name"]}, times=5)
    assert statuses(answers) == [202] * 5
    await mail_server.mail_to(f"{mark}@example.org")
    await town.harness.eventually("select 1 where not exists (select from password_reset where next_try_at <= now())")
    (mail,) = await mail_server.mail_to(f"{mark}@example.org")
    found = re.search(r"/mot-de-passe/(\S+)", mail.get_content())
    assert found
    return parent["user_name"], found[1]


async def test_a_reset_asked_for_twice_is_one_mail_and_its_link_used_twice_one_change(
    town: Any, link: tuple[str, str]
) -> None:
    user_name, token = link
    answers = await sent_twice(town, "PUT", f"/password-resets/{token}", {"new_password": OWN}, times=4)
    assert statuses(answers) == [204] * 4
    session = (await town.log_in(user_name, OWN)).json()
    other = await sent_twice(town, "PUT", f"/password-resets/{token}", {"new_password": "une troisième phrase"})
    assert [(answer.status_code, answer.json()["type"][-13:]) for answer in other] == [(409, "reset-expired")] * 2
    assert (await town.refresh(session["refresh_token"])).status_code == 200
