"""A first password, printed and handed over: what a guardian's and an agent's have in common."""

from dataclasses import dataclass

from fastapi import Response

from web.api import identity
from web.api.errors import ApiProblem
from web.api.identity import ListedAccount, PostalAddress
from web.town_hall.refusals import Refusal
from web.visit import Visit


@dataclass(frozen=True)
class Holder:
    """Whose password it is. ``steps``: from under «Mairie» to their page, the last one; ``purpose``: what for."""

    account: ListedAccount
    steps: list[tuple[str, str]]
    back: str
    purpose: str
    address: PostalAddress | None = None


async def ask(visit: Visit, holder: Holder, status: int = 200, refusal: Refusal | None = None) -> Response:
    """Says what it does before it is done: the password in use stops working."""
    return await visit.page("town_hall/first_passwords/ask.html", status, holder=holder, refusal=refusal)


async def give(visit: Visit, holder: Holder) -> Response:
    """Draws it and shows the letter, once: nothing keeps it."""
    try:
        given = await identity.give_first_password(visit.api, holder.account.account_id)
    except ApiProblem as problem:
        return await ask(visit, holder, problem.status, Refusal.of(problem))
    return await visit.page(
        "town_hall/first_passwords/letter.html", holder=holder, given=given, host=visit.browser.host
    )
