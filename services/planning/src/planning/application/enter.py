"""Families come to the planning: each is given its turn."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from planning.domain.entrance import GOOD_FOR, Terms


class EntranceStore(Protocol):
    """The entrance of one commune."""

    async def enter(
        self, families: Sequence[UUID], now: datetime, terms: Terms, good_for: timedelta
    ) -> Mapping[UUID, datetime]:
        """Each family's turn; one that has a turn keeps it, the others are given the next ones in this order."""
        ...

    async def forget(self, opened_before: datetime) -> None:
        """Deletes the turns of before."""
        ...


async def enter(store: EntranceStore, families: Sequence[UUID], now: datetime, terms: Terms) -> list[datetime]:
    """When each family's turn comes, in their order, by real time. A family may be named twice."""
    turns = await store.enter(list(dict.fromkeys(families)), now, terms, GOOD_FOR)
    return [turns[family_id] for family_id in families]


async def forget_turns(store: EntranceStore, now: datetime) -> None:
    """Deletes the turns that are over."""
    await store.forget(now - GOOD_FOR)
