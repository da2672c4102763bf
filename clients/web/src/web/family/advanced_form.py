"""The form of «modification avancée»: what was asked for, what is missing, and how the API is asked."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from starlette.datastructures import ImmutableMultiDict

from web.api.planning import PlanningMember
from web.i18n import gettext as _

_WEEKS = {"toutes": "every", "paires": "even", "impaires": "odd"}
_WAYS = ("semaine", "enfant", "mois")
_LONGEST_DAYS = 366
_CODE = re.compile(r"[a-z0-9_-]{1,20}")


@dataclass(frozen=True)
class Asked:
    """The fields as they were sent; what cannot be read is left out, so that the form can be shown again."""

    enfant: list[UUID] = field(default_factory=list)
    activite: list[UUID] = field(default_factory=list)
    action: str = "ajouter"
    methode: str = "semaine"
    jour: list[int] = field(default_factory=list)
    creneau: list[str] = field(default_factory=list)
    semaines: str = "toutes"
    modele: UUID | None = None
    du: date | None = None
    au: date | None = None

    @classmethod
    def read(cls, sent: ImmutableMultiDict[str, Any]) -> Self:
        """Reads a query or a form."""
        models = _ids(sent.getlist("modele"))
        return cls(
            enfant=_ids(sent.getlist("enfant")),
            activite=_ids(sent.getlist("activite")),
            action="retirer" if sent.get("action") == "retirer" else "ajouter",
            methode=sent["methode"] if sent.get("methode") in _WAYS else "semaine",
            jour=sorted({int(day) for day in sent.getlist("jour") if day in set("0123456")}),
            creneau=[code for code in dict.fromkeys(sent.getlist("creneau")) if _CODE.fullmatch(str(code))],
            semaines=sent["semaines"] if sent.get("semaines") in _WEEKS else "toutes",
            modele=models[0] if models else None,
            du=_day(sent.get("du")),
            au=_day(sent.get("au")),
        )

    @classmethod
    def at_first(cls, members: list[PlanningMember], wanted: UUID | None, day: date) -> Self:
        """The form when it is opened: the member one comes from, every open activity, the rest of the month."""
        enrolled = [member for member in members if any(activity.open for activity in member.activities)]
        chosen = [member for member in enrolled if member.member_id == wanted] or enrolled
        activities = {
            activity.activity_id: None for member in chosen for activity in member.activities if activity.open
        }
        last = (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return cls(enfant=[member.member_id for member in chosen], activite=list(activities), du=day, au=last)

    @property
    def missing(self) -> str:
        """What must be said before anything can be previewed; empty when nothing."""
        needed = [
            (bool(self.enfant), _("Cochez au moins un enfant.")),
            (bool(self.activite), _("Cochez au moins une activité.")),
            (self._has_period, _("Indiquez une période qui finit après avoir commencé, un an plus tard au plus.")),
            (self.methode != "semaine" or bool(self.jour), _("Cochez au moins un jour de la semaine.")),
            (self.methode != "enfant" or bool(self.modele), _("Choisissez l'enfant dont les jours sont copiés.")),
        ]
        return next((sentence for given, sentence in needed if not given), "")

    @property
    def _has_period(self) -> bool:
        return self.du is not None and self.au is not None and 0 <= (self.au - self.du).days < _LONGEST_DAYS

    @property
    def change(self) -> dict[str, Any]:
        """What the API is asked; nothing may be missing. A copy only ever adds days."""
        assert self.du is not None  # noqa: S101
        assert self.au is not None  # noqa: S101
        cancels = self.action == "retirer" and self.methode == "semaine"
        return {
            "from": self.du.isoformat(),
            "to": (self.au + timedelta(days=1)).isoformat(),
            "member_ids": [str(each) for each in self.enfant],
            "activity_ids": [str(each) for each in self.activite],
            "action": "cancel" if cancels else "book",
            "days": self._days,
        }

    @property
    def _days(self) -> dict[str, Any]:
        match self.methode:
            case "enfant":
                return {"kind": "sibling", "member_id": str(self.modele)}
            case "mois":
                return {"kind": "last_month"}
            case _:
                return {"kind": "week", "week_days": self.jour, "weeks": _WEEKS[self.semaines], "slots": self.creneau}

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields again, to be sent once more."""
        single = {
            "action": self.action,
            "methode": self.methode,
            "semaines": self.semaines,
            "modele": self.modele,
            "du": self.du,
            "au": self.au,
        }
        several = [("enfant", each) for each in self.enfant] + [("activite", each) for each in self.activite]
        return [
            *((name, str(value)) for name, value in single.items() if value is not None),
            *((name, str(value)) for name, value in several),
            *(("jour", str(day)) for day in self.jour),
            *(("creneau", code) for code in self.creneau),
        ]

    @property
    def query(self) -> str:
        """The fields as a query."""
        return urlencode(self.fields)


def _ids(sent: list[Any]) -> list[UUID]:
    found = []
    for value in sent:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def _day(sent: object) -> date | None:
    try:
        day = date.fromisoformat(str(sent))
    except ValueError:
        return None
    return day if 2000 <= day.year < 2099 else None
