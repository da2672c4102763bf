"""A list of the day by school and by group, as the addresses of its pages say it."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query

from web.api.day_lists import Part

WITHOUT_SCHOOL = "-"
"""In addresses: children whose file names no school. Empty means all schools."""


@dataclass(frozen=True)
class ChosenPart:
    """The school and the code of the group of an address; empty for all."""

    school: str
    group: str

    @property
    def asked(self) -> Part:
        """The part as the API is asked for it."""
        school = "" if self.school == WITHOUT_SCHOOL else self.school or None
        return Part(school, self.group or None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is chosen."""
        return not self.school and not self.group

    @property
    def kept(self) -> str:
        """What links to the same list add: «&ecole=…&groupe=…», or nothing."""
        return _added(ecole=self.school, groupe=self.group)

    @property
    def kept_school(self) -> str:
        """What links to lists of other activities add, which have groups of their own."""
        return _added(ecole=self.school)


def _added(**chosen: str) -> str:
    return "".join("&" + urlencode({name: value}) for name, value in chosen.items() if value)


async def _chosen(
    ecole: Annotated[str, Query(max_length=200)] = "", groupe: Annotated[str, Query(max_length=20)] = ""
) -> ChosenPart:
    return ChosenPart(ecole, groupe)


PartFilter = Annotated[ChosenPart, Depends(_chosen)]
