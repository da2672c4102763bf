"""The holidays of a school year as the fields of a form, and the fields as holidays; lists end with empty rows."""

from web.api.errors import ApiProblem
from web.api.holidays import Document, HolidayYear
from web.i18n import gettext as _
from web.town_hall.calendar_form import period_of
from web.town_hall.rows import Fields
from web.town_hall.typed_form import errors_at, used_rows

MOST_PERIODS, MOST_PUBLIC = 30, 40
Places = dict[str, str]
"""Of each part of the holidays, the field it was typed in."""
_SENTENCES = {
    "name": _("Un nom, de 200 caractères au plus."),
    "from": _("Une date."),
    "to": _("Une date, qui ne précède pas le premier jour."),
    "day": _("Une date."),
    "school": _("Trente périodes au plus."),
    "public": _("Quarante jours fériés au plus, chacun une seule fois."),
}


def fields_of(year: HolidayYear) -> dict[str, str]:
    """The fields of a year; the last day of a period is the one before it ends."""
    fields = {"version": year.version}
    for number, period in enumerate(year.school):
        row = f"vacances.{number}"
        fields |= {f"{row}.nom": period.name, f"{row}.du": period.from_day.isoformat()}
        fields |= {f"{row}.au": period.last_day.isoformat()}
    for number, holiday in enumerate(year.public):
        fields |= {f"ferie.{number}.jour": holiday.day.isoformat(), f"ferie.{number}.nom": holiday.name}
    return fields


def document_of(fields: Fields) -> tuple[Document, Places]:
    """The holidays that were typed, wrong fields as they are; and where each part of them was typed."""
    school, public = [], []
    places: Places = {"school": "vacances.0.nom", "public": "ferie.0.jour"}
    for number, row in enumerate(f"vacances.{row}" for row in used_rows(fields, "vacances")):
        first, last = fields.get(f"{row}.du", ""), fields.get(f"{row}.au", "")
        period = period_of(fields, row) if last else {"from": first, "to": ""}
        school.append({"name": fields.get(f"{row}.nom", "").strip(), **period})
        path = f"school.{number}"
        places |= {
            f"{path}.name": f"{row}.nom",
            f"{path}.from": f"{row}.du",
            path: f"{row}.du",
            f"{path}.to": f"{row}.au",
        }
    for number, row in enumerate(f"ferie.{row}" for row in used_rows(fields, "ferie")):
        public.append({"day": fields.get(f"{row}.jour", ""), "name": fields.get(f"{row}.nom", "").strip()})
        path = f"public.{number}"
        places |= {f"{path}.name": f"{row}.nom", f"{path}.day": f"{row}.jour", path: f"{row}.jour"}
    return {"version": fields.get("version") or None, "school": school, "public": public}, places


def errors_of(problem: ApiProblem, places: Places) -> dict[str, str]:
    """What is wrong, at its field."""
    overlaps = {places[line["field"]]: line["reason"] for line in problem.lines}
    return overlaps or errors_at(problem, places, _sentence, "vacances.0.nom")


def _sentence(path: str) -> str:
    part = next((each for each in reversed(path.split(".")) if not each.isdigit()), "")
    return _SENTENCES.get(part, _("À vérifier."))
