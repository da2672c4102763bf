"""What a change of an activity does to what is booked and enrolled, in sentences, before it is saved."""

from collections import Counter
from datetime import date, timedelta

from web.api import planning
from web.api.activities import Document, Tried
from web.api.planning import WHOLE_DAY, DayCount
from web.attempts import attempt
from web.i18n import gettext as _
from web.rendering.formatting import short_date
from web.visit import Visit

_FARTHEST = timedelta(days=366)
_REMOVED = _(
    "Créneau « %(name)s » supprimé, réservations à venir : %(count)s. Elles restent, et seront facturées ; les "
    "familles peuvent les annuler selon la règle. Pour les annuler vous-même, fermez d'abord ces jours dans le "
    "calendrier."
)


async def effects(visit: Visit, activity_id: str, stored: Document | None, wanted: Document, tried: Tried) -> list[str]:
    """Empty when nothing that exists is touched."""
    if stored is None:
        return []
    today = (await visit.commune()).today
    counted = await attempt(planning.day_counts(visit.api, today, today + _FARTHEST))
    repriced = [_repriced(tried)] if tried.repriced else []
    if counted is None:
        return [*repriced, _("Les réservations n'ont pas pu être comptées : réessayez dans quelques minutes.")]
    own = [each for each in counted if str(each.activity_id) == activity_id and each.booked]
    return [*repriced, *_of_slots(own, stored, wanted), *_of_season(own, wanted)]


def _repriced(tried: Tried) -> str:
    return _(
        "Inscriptions en cours dont le prix change à partir du %(day)s : %(count)s. Les jours déjà réservés gardent "
        "le leur."
    ) % {"count": tried.repriced, "day": short_date(tried.effective_from)}


def _of_slots(booked: list[DayCount], stored: Document, wanted: Document) -> list[str]:
    places: Counter[str] = Counter()
    for each in booked:
        places[each.slot] += each.booked
    after = {slot["code"]: slot for slot in wanted["slots"]} or {WHOLE_DAY: None}
    before = {slot["code"]: slot for slot in stored["slots"]} or {WHOLE_DAY: None}
    found = []
    for code, slot in before.items():
        values = {"name": slot["name"] if slot else _("Journée"), "count": places[code]}
        if not places[code]:
            continue
        if code not in after:
            found.append(_REMOVED % values)
        elif _hours(slot) != _hours(after[code]):
            found.append(_("Créneau « %(name)s » : ses heures changent, réservations à venir : %(count)s.") % values)
    return found


def _of_season(booked: list[DayCount], wanted: Document) -> list[str]:
    first, end = date.fromisoformat(wanted["opens_on"]), date.fromisoformat(wanted["closes_on"])
    outside = sum(each.booked for each in booked if not first <= each.day < end)
    if not outside:
        return []
    return [
        _("Réservations à venir hors de la nouvelle saison : %(count)s. Elles restent, et seront facturées.")
        % {"count": outside}
    ]


def _hours(slot: Document | None) -> tuple[str, str] | None:
    return (slot["from_time"], slot["until_time"]) if slot else None
