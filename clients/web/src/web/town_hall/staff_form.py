"""The account of someone of the town hall as the fields of a form, and the fields as an account."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from web.api.errors import ApiProblem
from web.api.identity import ListedAccount
from web.i18n import gettext as _
from web.town_hall.typed_form import TypedForm, errors_at

_PLACES = {"user_name": "utilisateur", "display_name": "nom", "email": "courriel", "roles": "role"}
"""Of each part of an account, its field."""
_SENTENCES = {
    "user_name": _("De 1 à 64 lettres sans accent, chiffres, points ou tirets, comme prenom.nom."),
    "display_name": _("Un nom, de 200 caractères au plus."),
    "email": _("Une adresse comme prenom.nom@exemple.fr, ou rien."),
    "roles": _("Cochez au moins un rôle."),
}


@dataclass(frozen=True)
class StaffRole:
    """A role, and what it lets one do."""

    code: str
    label: str
    may: str


ROLES = [
    StaffRole(
        "agent",
        _("Agent"),
        _(
            "Voit les familles, adhésions, réservations et factures ; pointe les présences, publie, répond aux"
            " messages, édite le premier mot de passe d'un parent."
        ),
    ),
    StaffRole(
        "regisseur",
        _("Régisseur"),
        _("Tout cela, et facture le mois, rembourse, suit les encaissements et les contrôles."),
    ),
    StaffRole(
        "administrator",
        _("Administrateur"),
        _("Tout cela, et règle les activités, calendriers, vacances, contrats bancaires et les accès des agents."),
    ),
]


def fields_of(account: ListedAccount) -> dict[str, str]:
    """The fields of an account."""
    ticked = {f"role.{role}": role for role in account.roles}
    return {"nom": account.display_name, "utilisateur": account.user_name, "courriel": account.email or ""} | ticked


def document_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """The account that was typed, in the API's fields; wrong ones stay as typed."""
    return {
        "user_name": fields.get("utilisateur", "").strip(),
        "display_name": fields.get("nom", "").strip(),
        "email": fields.get("courriel", "").strip() or None,
        "roles": sorted(TypedForm(fields).chosen("role")),
    }


def errors_of(problem: ApiProblem) -> dict[str, str]:
    """What is wrong, by field."""
    if problem.slug == "user-name-taken":
        return {"utilisateur": problem.detail}
    return errors_at(problem, _PLACES, lambda path: _SENTENCES.get(path.partition(".")[0], _("À vérifier.")), "nom")
