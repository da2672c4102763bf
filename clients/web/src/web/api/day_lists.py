"""planning: what lists of the day can be narrowed to."""

from dataclasses import dataclass

from web.api.client import Answer


class SchoolOfList(Answer):
    """A school on a list, empty for children whose file names none, and how many of it are expected."""

    school: str
    expected: int


class GroupOfList(Answer):
    """A group of the activity, and how many of it are expected."""

    code: str
    name: str
    expected: int


class PartsOfList(Answer):
    """The schools and groups of a whole list, whatever part of it is shown."""

    schools: list[SchoolOfList]
    groups: list[GroupOfList]


@dataclass(frozen=True)
class Part:
    """What is asked for of a list: a school (empty for children whose file names none), the code of a group."""

    school: str | None = None
    group: str | None = None

    @property
    def query(self) -> dict[str, str | None]:
        """As the API is asked."""
        return {"school": self.school, "group": self.group}
