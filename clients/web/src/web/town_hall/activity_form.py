"""An activity as the fields of a form, and the fields as an activity. Without scripts: lists end with empty rows."""

from datetime import date, timedelta
from typing import Any

from web.api.activities import Document
from web.api.errors import ApiProblem
from web.i18n import gettext as _
from web.town_hall.amounts import as_typed
from web.town_hall.rows import Fields, number_of, optional_number, with_codes
from web.town_hall.tariff_form import Places, amount_of, unit_fields, unit_of
from web.town_hall.typed_form import errors_at, used_rows

MOST_SLOTS, MOST_BANDS = 12, 50
_TEXTS = {
    "name": "nom",
    "element_name": "element",
    "description": "description",
    "category": "categorie",
    "season": "saison",
    "opens_on": "ouvre",
    "closes_on": "ferme",
    "regie_id": "regie",
    "member_kind": "pour",
    "min_age": "age_de",
    "max_age": "age_a",
    "tariff.adhesion_fee_cents": "adhesion",
    "tariff.label": "unite",
    "slots": "creneaux",
}
"""Of each part of an activity, its field."""
_SENTENCES = {
    "name": _("Un nom, de 120 caractères au plus (40 pour un créneau)."),
    "element_name": _("De 1 à 120 caractères."),
    "description": _("4 000 caractères au plus."),
    "season": _("De 1 à 20 caractères, comme 2022/2023."),
    "opens_on": _("Une date."),
    "closes_on": _("Une date."),
    "regie_id": _("Choisissez la régie."),
    "min_age": _("Un âge en années, de 0 à 150, ou rien."),
    "max_age": _("Un âge en années, de 0 à 150, ou rien."),
    "label": _("De 1 à 120 caractères, comme « à l'unité »."),
    "unit": _("Choisissez comment le prix est fixé."),
    "bands": _("Remplissez au moins une tranche, cinquante au plus."),
    "up_to": _("Un quotient familial en euros entiers ; rien pour la dernière tranche."),
    "per_mille_of_qf": _("Un pourcentage, comme 0,36."),
    "from_time": _("Une heure."),
    "until_time": _("Une heure."),
    "slots": _("Douze créneaux au plus."),
}
_AMOUNT = _("Un montant en euros, de 0 à 10 000, comme 3,50.")


def new_fields() -> dict[str, str]:
    """What fills the form of a new activity."""
    return {"categorie": "periscolaire", "pour": "child", "unite": _("à l'unité"), "adhesion": as_typed(0)}


def fields_of(activity: Document) -> dict[str, str]:
    """The fields of an activity; its last day is the one before it closes."""
    tariff = activity["tariff"]
    fields = {field: _text(activity[name]) for name, field in _TEXTS.items() if name in activity and name != "slots"}
    fields["ferme"] = (date.fromisoformat(activity["closes_on"]) - timedelta(days=1)).isoformat()
    fields |= {"adhesion": as_typed(tariff["adhesion_fee_cents"]), "unite": tariff["label"]}
    fields |= {"immediat": "1"} if activity["immediate_payment"] else {}
    fields |= {f"ecole.{number}": school for number, school in enumerate(activity["schools"])}
    fields |= unit_fields("tarif", tariff["unit"])
    for number, slot in enumerate(activity["slots"]):
        row = f"creneau.{number}"
        fields |= {f"{row}.{field}": slot[name] for name, field in _SLOT_TEXTS.items()}
        fields |= {f"{row}.avec.{other}": code for other, code in enumerate(slot["compatible_with"])}
        fields |= {f"{row}.ordre": str(number + 1), **unit_fields(f"{row}.tarif", slot["unit"])}
    return fields


_SLOT_TEXTS = {"code": "code", "name": "nom", "from_time": "de", "until_time": "a"}


def document_of(fields: Fields) -> tuple[Document, Places]:
    """The activity that was typed, wrong fields as they are; and where each of its parts was typed."""

    def typed(name: str) -> str:
        return fields.get(name, "").strip()

    unit, places = unit_of(fields, "tarif", "tariff.unit")
    slots, slot_places = _slots(fields)
    document = {
        "name": typed("nom"),
        "element_name": typed("element"),
        "description": typed("description"),
        "category": typed("categorie"),
        "season": typed("saison"),
        "opens_on": typed("ouvre"),
        "closes_on": _day_after(typed("ferme")),
        "regie_id": typed("regie"),
        "immediate_payment": bool(typed("immediat")),
        "member_kind": typed("pour"),
        "min_age": optional_number(typed("age_de")),
        "max_age": optional_number(typed("age_a")),
        "schools": sorted({value for name, value in fields.items() if name.startswith("ecole.")}),
        "tariff": {"adhesion_fee_cents": amount_of(fields, "adhesion"), "label": typed("unite"), "unit": unit or {}},
        "slots": slots,
    }
    return document, _TEXTS | places | slot_places


def errors_of(problem: ApiProblem, places: Places) -> dict[str, str]:
    """What is wrong, at the field of the nearest part of the activity that has one."""
    return errors_at(problem, places, _sentence, "nom")


def _sentence(path: str) -> str:
    part = next((each for each in reversed(path.split(".")) if not each.isdigit()), "")
    return _AMOUNT if part.endswith("cents") else _SENTENCES.get(part, _("À vérifier."))


def _slots(fields: Fields) -> tuple[list[Document], Places]:
    """In their order; a row whose name was emptied goes, one that has anything else without a name is refused."""
    rows = [row for row in used_rows(fields, "creneau") if _is_meant(fields, f"creneau.{row}")]
    rows.sort(key=lambda row: (_order(fields.get(f"creneau.{row}.ordre", "")), row))
    slots: list[Document] = []
    places: Places = {}
    for number, row in enumerate(f"creneau.{row}" for row in rows):
        path = f"slots.{number}"
        slot: Document = {name: fields.get(f"{row}.{field}", "").strip() for name, field in _SLOT_TEXTS.items()}
        places |= {f"{path}.{name}": f"{row}.{field}" for name, field in _SLOT_TEXTS.items()}
        unit, of_unit = unit_of(fields, f"{row}.tarif", f"{path}.unit")
        places |= of_unit | {path: f"{row}.a"}
        ticked = {value for name, value in fields.items() if name.startswith(f"{row}.avec.")}
        slots.append(slot | {"compatible_with": sorted(ticked), "unit": unit})
    kept = {slot["code"] for slot in slots}
    return with_codes([slot | {"compatible_with": _still(slot, kept)} for slot in slots]), places


def _still(slot: Document, kept: set[Any]) -> list[str]:
    """Without those that go."""
    return [code for code in slot["compatible_with"] if code in kept]


def _is_meant(fields: Fields, row: str) -> bool:
    rest = [value for name, value in fields.items() if name.startswith(f"{row}.") and not name.endswith(".ordre")]
    return bool(fields.get(f"{row}.nom", "").strip()) or (not fields.get(f"{row}.code") and any(map(str.strip, rest)))


def _order(typed: str) -> int:
    number = number_of(typed)
    return number if isinstance(number, int) else MOST_SLOTS + 1


def _day_after(last: str) -> str:
    try:
        return (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return last


def _text(value: object) -> str:
    return "" if value is None else str(value)
