"""What is shown in a form: all texts as typed, and what is wrong with them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from web.api.errors import ApiProblem
from web.town_hall.refusals import own_words

_EMPTY_ROWS = 2


@dataclass(frozen=True)
class TypedForm:
    """``errors``: what is wrong, by field. Rows of a list are named «list.number.field»."""

    fields: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """What a field shows."""
        return self.fields.get(name, "")

    def error(self, name: str) -> str:
        """What is wrong with it; empty when nothing is."""
        return self.errors.get(name, "")

    def chosen(self, name: str) -> frozenset[str]:
        """The values of the ticks «name.number»."""
        return frozenset(value for field_name, value in self.fields.items() if field_name.startswith(f"{name}."))

    def rows(self, name: str, most: int, least: int = 0) -> list[str]:
        """The rows of a list in which something is, and empty ones after them: «list.0», «list.1»; ``least`` in all."""
        used = used_rows(self.fields, name)
        after = max(used, default=-1) + 1
        wanted = max(_EMPTY_ROWS, least - len(used))
        empty = range(after, after + min(wanted, max(0, most - len(used))))
        return [f"{name}.{number}" for number in (*used, *empty)]


def used_rows(fields: Mapping[str, str], name: str) -> list[int]:
    """The numbers of the rows in which something is."""
    numbers = {
        int(number)
        for field_name, value in fields.items()
        if value.strip() and field_name.startswith(f"{name}.")
        for number in [field_name.removeprefix(f"{name}.").partition(".")[0]]
        if number.isascii() and number.isdigit()
    }
    return sorted(numbers)


def errors_at(
    problem: ApiProblem, places: Mapping[str, str], sentence: Callable[[str], str], otherwise: str
) -> dict[str, str]:
    """What is wrong, at the field of the nearest part that has one in ``places``, else at the field ``otherwise``.

    ``sentence`` says it of a part's path («slots.0.name») where the API says it to programs only.
    """
    errors: dict[str, str] = {}
    for error in problem.members.get("errors") or []:
        path = str(error.get("field", ""))
        said = own_words(str(error.get("message", ""))) or sentence(path)
        while path and path not in places:
            path = path.rpartition(".")[0]
        errors.setdefault(places.get(path, otherwise), said)
    return errors
