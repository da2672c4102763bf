"""What is printed on an invoice, in words and figures ready to be set."""

import re
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_SOBER_COLOR = "#1f3a5f"


@dataclass(frozen=True)
class DocumentLine:
    """One line: whose, for what, which days; figures as they are printed."""

    member: str
    label: str
    days: str
    quantity: str
    unit_price: str
    amount: str


@dataclass(frozen=True)
class InvoiceDocument:
    """A whole invoice. ``color`` is a CSS colour of the commune's look."""

    number: str
    period: str
    issued_on: str
    due_on: str
    issued_day: date
    commune: str
    commune_address: tuple[str, ...]
    commune_contact: tuple[str, ...]
    color: str
    regie: str
    family: str
    recipient: str
    recipient_address: tuple[str, ...]
    lines: tuple[DocumentLine, ...]
    total: str
    portal_address: str

    def to_template(self) -> dict[str, Any]:
        """What the template reads: everything as text, so that nothing in it can be markup."""
        values = asdict(self)
        del values["issued_day"]
        return values


def printable_color(color: str) -> str:
    """The commune's colour when it is one, a sober blue otherwise."""
    return color if _COLOR.fullmatch(color) else _SOBER_COLOR
