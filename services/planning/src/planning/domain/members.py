"""Family members, children and adults."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from contracts.values import MemberKind


class Grouped(Protocol):
    """Whose age and school decide of which groups they are."""

    @property
    def school(self) -> str | None:
        """None or empty: of no school."""
        ...

    def age_on(self, day: date) -> int | None:
        """Whole years; None when it is not known."""
        ...


@dataclass(frozen=True)
class Peers:
    """Members of one age, whole years on a day, and one school: they are of the same groups that day."""

    age: int | None
    school: str | None

    def age_on(self, _day: date) -> int | None:
        """Their age."""
        return self.age


@dataclass(frozen=True)
class Member:
    """A family member, child or adult. Birth date and school decide the groups of activities.

    ``missing``: what is still to be handed in about the member.
    """

    member_id: UUID
    kind: MemberKind
    first_name: str
    birth_date: date | None = None
    school: str | None = None
    missing: tuple[str, ...] = ()

    def age_on(self, day: date) -> int | None:
        """Whole years; who was born on 29 February is a year older on 1 March of other years."""
        born = self.birth_date
        if born is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
