"""The policy of absences and supplements as the fields of a form, and the fields as a policy."""

from collections.abc import Callable, Mapping

from web.absence_words import reasons
from web.api.absences import Policy
from web.i18n import gettext as _
from web.town_hall.amounts import as_typed, cents_of
from web.town_hall.typed_form import TypedForm

_MOST_CENTS = 200_00
_NUMBERS = {
    "carence": ("grace_days", 30),
    "delai": ("days_to_announce", 30),
    "sans_reservation": ("unbooked_percent", 500),
    "absence": ("absent_percent", 500),
    "retard_tolere": ("late_tolerated_minutes", 60),
}
"""The field of each whole number, and the most it can be."""
_AMOUNTS = {
    "sans_reservation_euros": "unbooked_cents",
    "absence_euros": "absent_cents",
    "retard_euros": "late_cents",
}


def form_of(policy: Policy) -> TypedForm:
    """The fields of a policy."""
    chosen = dict.fromkeys(policy.excused, "excuse") | dict.fromkeys(policy.on_proof, "preuve")
    numbers = {name: str(getattr(policy, place)) for name, (place, _most) in _NUMBERS.items()}
    amounts = {name: as_typed(getattr(policy, place)) for name, place in _AMOUNTS.items()}
    by = {"retard_par": "quart" if policy.late_per_quarter else "fois"}
    return TypedForm({f"raison.{reason}": chosen.get(reason, "") for reason in reasons()} | numbers | amounts | by)


def policy_of(fields: Mapping[str, str]) -> tuple[Policy | None, TypedForm]:
    """The policy that was typed, None where a field is wrong; and the fields as they were typed."""
    errors: dict[str, str] = {}

    def read(name: str, value_of: Callable[[str], int | None], most: int, sentence: str) -> int:
        typed = fields.get(name, "").strip()
        value = value_of(typed) if typed else 0
        if value is None or value > most:
            errors[name] = sentence
            return 0
        return value

    numbers = {
        place: read(name, _whole, most, _("Un nombre entier de 0 à %(most)s.") % {"most": most})
        for name, (place, most) in _NUMBERS.items()
    }
    euros = _("Un montant en euros, de 0 à %(most)s, comme 2,50.") % {"most": as_typed(_MOST_CENTS)}
    amounts = {place: read(name, cents_of, _MOST_CENTS, euros) for name, place in _AMOUNTS.items()}
    choices = {reason: fields.get(f"raison.{reason}") for reason in reasons()}
    wanted = Policy(
        excused=[reason for reason, choice in choices.items() if choice in {"excuse", "preuve"}],
        on_proof=[reason for reason, choice in choices.items() if choice == "preuve"],
        late_per_quarter=fields.get("retard_par") != "fois",
        **numbers,
        **amounts,
    )
    return None if errors else wanted, TypedForm(fields, errors)


def _whole(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() else None
