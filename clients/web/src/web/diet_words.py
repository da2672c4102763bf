"""What a member eats, in words."""

from web.api.enrolment import Diet
from web.i18n import gettext as _


def diets() -> dict[Diet, str]:
    """By code."""
    return {"standard": _("ordinaire"), "without_meat": _("sans viande"), "own_meal": _("repas apporté")}
