"""Words for absences, on pages of families and of the town hall."""

from web.i18n import gettext as _


def reasons() -> dict[str, str]:
    """Why a child is absent, in the order proposed."""
    return {
        "illness": _("Maladie"),
        "school_closed": _("École fermée"),
        "teacher_absent": _("Enseignant absent"),
        "strike": _("Grève"),
        "outing": _("Sortie scolaire"),
        "other": _("Autre raison"),
    }


def states() -> dict[str, str]:
    """What an absence is."""
    return {
        "absence_announced": _("Absence annoncée"),
        "absent_justified": _("Absence justifiée"),
        "absent_unjustified": _("Absence non justifiée"),
    }
