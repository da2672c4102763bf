"""enrolment: a family's file as the town hall writes it, and the children that other files know."""

import asyncio
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from web.api import enrolment
from web.api.client import Api
from web.api.enrolment import Member

_MOST_FAMILIES = 10

Document = dict[str, Any]
"""A file in the API's own fields."""


@dataclass(frozen=True)
class KnownChild:
    """A child, and one of the families whose file has it."""

    member: Member
    family_id: UUID
    family_name: str


async def save(api: Api, family_id: UUID, document: Document) -> None:
    """Creates or replaces the file. ``ApiProblem``: 422 with ``errors``; family-changed when it is no longer of
    ``if_version``; guardian-elsewhere, member-still-enrolled.
    """
    await api.command("PUT", f"enrolment/v1/families/{family_id}", document)


async def known_children(api: Api, query: str) -> tuple[list[KnownChild], bool]:
    """Children with these words in their name or their family's, of the first ten families; whether these are all."""
    found = await enrolment.families(api, query)
    files = await asyncio.gather(*(enrolment.family_file(api, item.family_id) for item in found.items[:_MOST_FAMILIES]))
    children: dict[UUID, KnownChild] = {}
    for file in files:
        for member in file.members:
            names = f"{file.name}\n{member.first_name} {member.last_name}".casefold()
            if member.kind == "child" and query.casefold() in names:
                children.setdefault(member.member_id, KnownChild(member, file.family_id, file.name))
    return list(children.values()), len(found.items) <= _MOST_FAMILIES
