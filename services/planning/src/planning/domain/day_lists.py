"""The list of a slot of a day: the parts it is ticked by, and how a child is found by its name."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from planning.domain.groups import Group
from planning.domain.members import Member


@dataclass(frozen=True)
class Part:
    """Those of a school, of a group of the activity, or of both; None means any.

    ``school`` is empty for those whose file names none.
    """

    school: str | None = None
    group: Group | None = None

    def includes(self, member: Member, day: date) -> bool:
        """Whether a member is of the part on a day."""
        if self.school is not None and self.school != (member.school or ""):
            return False
        return self.group is None or self.group.includes(member, day)


@dataclass(frozen=True)
class Listed:
    """Someone on a list. ``is_expected``: booked, and no absence was announced."""

    member: Member
    is_expected: bool


def expected_by_school(listed: Iterable[Listed]) -> Sequence[tuple[str, int]]:
    """The schools that a list has, by name, then those without one; each with how many are expected."""
    counted: Counter[str] = Counter()
    for each in listed:
        counted[each.member.school or ""] += each.is_expected
    return sorted(counted.items(), key=lambda each: (not each[0], folded(each[0])))


def expected_by_group(listed: Sequence[Listed], groups: Iterable[Group], day: date) -> Sequence[tuple[Group, int]]:
    """The groups of an activity, each with how many are expected; who is in two counts in both."""
    return [(group, sum(each.is_expected and group.includes(each.member, day) for each in listed)) for group in groups]


def is_called(name: str, words: str) -> bool:
    """Whether each word is found in a name, whatever accents and capitals."""
    looked_at = folded(name)
    return all(word in looked_at for word in folded(words).split())


def folded(text: str) -> str:
    """Without accents and capitals: how names are compared."""
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
