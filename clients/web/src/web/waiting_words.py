"""Words for waiting lists, on pages of families and of the town hall."""

from web.i18n import gettext as _


def endings() -> dict[str, str]:
    """What became of a place that was offered."""
    return {
        "accepted": _("Acceptée"),
        "confirmed": _("Réservée d'office"),
        "declined": _("Laissée à une autre famille"),
        "lapsed": _("Pas acceptée à temps"),
        "withdrawn": _("Jour réservé autrement"),
    }
