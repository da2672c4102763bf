"""The tariff of a unit as fields, and the fields as a tariff. What is no amount is left for the API to refuse."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from web.api.activities import Document
from web.i18n import gettext as _
from web.town_hall.amounts import as_typed, cents_of
from web.town_hall.rows import Fields, optional_number
from web.town_hall.typed_form import used_rows

Places = dict[str, str]
"""Of each part of what is sent, the field it was typed in."""
KINDS = [
    ("flat", _("un prix unique")),
    ("bands", _("des tranches de quotient familial")),
    ("rate", _("un pourcentage du quotient familial")),
]


def unit_fields(prefix: str, unit: Document | None) -> dict[str, str]:
    """The fields of a tariff; none of a slot that costs what the activity costs."""
    if unit is None:
        return {}
    fields = {f"{prefix}.genre": unit["kind"]}
    match unit["kind"]:
        case "flat":
            return fields | {f"{prefix}.prix": as_typed(unit["cents"])}
        case "bands":
            for number, band in enumerate(unit["bands"]):
                row = f"{prefix}.tranche.{number}"
                up_to = "" if band["up_to"] is None else str(band["up_to"])
                fields |= {f"{row}.jusqua": up_to, f"{row}.prix": as_typed(band["cents"])}
            return fields
        case _:
            return fields | {
                f"{prefix}.taux": _percent(unit["per_mille_of_qf"]),
                f"{prefix}.plancher": as_typed(unit["floor_cents"]),
                f"{prefix}.plafond": as_typed(unit["ceiling_cents"]),
            }


def unit_of(fields: Fields, prefix: str, path: str) -> tuple[Document | None, Places]:
    """The tariff that was typed, None where none is chosen; and where each of its parts was typed."""
    kind = fields.get(f"{prefix}.genre", "")
    if not kind:
        return None, {path: f"{prefix}.genre"}
    places = {path: f"{prefix}.genre"}
    match kind:
        case "flat":
            places[f"{path}.flat.cents"] = f"{prefix}.prix"
            return {"kind": kind, "cents": amount_of(fields, f"{prefix}.prix")}, places
        case "bands":
            bands: list[Document] = []
            for number in used_rows(fields, f"{prefix}.tranche"):
                row, at = f"{prefix}.tranche.{number}", f"{path}.bands.bands.{len(bands)}"
                places |= {f"{at}.up_to": f"{row}.jusqua", f"{at}.cents": f"{row}.prix"}
                up_to = optional_number(fields.get(f"{row}.jusqua", ""))
                bands.append({"up_to": up_to, "cents": amount_of(fields, f"{row}.prix")})
            return {"kind": kind, "bands": bands}, places
        case _:
            names = {"per_mille_of_qf": "taux", "floor_cents": "plancher", "ceiling_cents": "plafond"}
            places |= {f"{path}.rate.{part}": f"{prefix}.{name}" for part, name in names.items()}
            return {
                "kind": kind,
                "per_mille_of_qf": _per_mille(fields.get(f"{prefix}.taux", "")),
                "floor_cents": amount_of(fields, f"{prefix}.plancher"),
                "ceiling_cents": amount_of(fields, f"{prefix}.plafond"),
            }, places | {f"{path}.rate": f"{prefix}.plafond"}


def amount_of(fields: Mapping[str, str], name: str) -> Any:  # noqa: ANN401 - what is no amount is refused by the API
    """Cents of what was typed in euros."""
    typed = fields.get(name, "").strip()
    cents = cents_of(typed)
    return f"«{typed}»" if cents is None else cents


def _percent(per_mille: object) -> str:
    return f"{(Decimal(str(per_mille)) / 10).normalize():f}".replace(".", ",")


def _per_mille(percent: str) -> str:
    typed = percent.replace(",", ".").replace("%", "").strip()
    try:
        return f"{Decimal(typed) * 10:f}"
    except InvalidOperation:
        return f"«{typed}»"
