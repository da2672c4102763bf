"""Groups of an activity: who is together, by age and school."""

from dataclasses import dataclass
from datetime import date

from planning.domain.members import Grouped


@dataclass(frozen=True)
class Group:
    """Those of an age, in whole years on the day (bounds included), and of these schools; none named means any.

    ``capacity``: places of the group in each slot; None: only the slot's own limit holds. ``reserved``: places of each
    slot that nobody outside the group can take.
    """

    code: str
    name: str
    from_age: int | None = None
    to_age: int | None = None
    schools: frozenset[str] = frozenset()
    capacity: int | None = None
    reserved: int = 0

    def includes(self, member: Grouped, day: date) -> bool:
        """Whether a member is of the group on a day. Someone whose birth date is not known has no age."""
        return self._has_age(member, day) and (not self.schools or member.school in self.schools)

    def _has_age(self, member: Grouped, day: date) -> bool:
        if self.from_age is None and self.to_age is None:
            return True
        age = member.age_on(day)
        if age is None:
            return False
        return (self.from_age is None or self.from_age <= age) and (self.to_age is None or age <= self.to_age)
