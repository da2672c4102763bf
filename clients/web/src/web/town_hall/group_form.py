"""The groups of a calendar as rows of a form, and the rows as groups; and the ticks of schools."""

from dataclasses import dataclass

from web.api.calendars import Document
from web.town_hall.rows import Fields, number_of, optional_number


@dataclass(frozen=True)
class GroupRow:
    """A group, all texts as typed. ``code`` is empty in the rows for new ones; no schools: any."""

    code: str = ""
    name: str = ""
    from_age: str = ""
    to_age: str = ""
    capacity: str = ""
    reserved: str = ""
    schools: frozenset[str] = frozenset()

    @property
    def typed(self) -> bool:
        """Whether anything is in it."""
        return self != GroupRow()


def group_row(group: Document) -> GroupRow:
    """The row of a group."""
    numbers = {name: _text(group.get(name)) for name in ("from_age", "to_age", "capacity")}
    reserved = _text(group.get("reserved") or "")
    schools = frozenset(group.get("schools", ()))
    return GroupRow(group["code"], group["name"], **numbers, reserved=reserved, schools=schools)


def group_of(fields: Fields, row: str) -> Document | None:
    """The group of a row. None for an empty one, and for a known group whose name was emptied: it goes."""

    def typed(name: str) -> str:
        return fields.get(f"{row}.{name}", "").strip()

    code, name, schools = typed("code"), typed("nom"), ticked_schools(fields, row)
    rest = [typed(each) for each in ("age_de", "age_a", "places", "reservees")]
    if not name and (code or not any((*rest, *schools))):
        return None
    from_age, to_age, places, reserved = rest
    return {
        "code": code,
        "name": name,
        "from_age": optional_number(from_age),
        "to_age": optional_number(to_age),
        "schools": schools,
        "capacity": optional_number(places),
        "reserved": number_of(reserved or "0"),
    }


def ticked_schools(fields: Fields, row: str) -> list[str]:
    """The schools ticked in a row, each a field of its own."""
    return sorted({value for name, value in fields.items() if name.startswith(f"{row}.ecole.")})


def _text(value: object) -> str:
    return "" if value is None else str(value)
