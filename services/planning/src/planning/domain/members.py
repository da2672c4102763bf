"""Family members, children and adults."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from contracts.values import MemberKind


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
