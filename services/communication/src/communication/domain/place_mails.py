"""The mails about places of waiting lists, days that the town hall books or cancels and absences it decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.french import euros, full_date, full_time, of
from communication.domain.mails import PORTAL_ADDRESS, MailText

_END = "Ce message est envoyé automatiquement. Pour écrire à la mairie, utilisez la messagerie du portail."


@dataclass(frozen=True)
class Place:
    """A slot of a day for a child, at a price."""

    first_name: str
    element_name: str
    day: date
    unit_price_cents: int

    def __str__(self) -> str:
        """As a list of its facts."""
        return (
            f"Pour : {self.first_name}\nActivité : {self.element_name}\nJour : {full_date(self.day)}\n"
            f"Prix : {euros(self.unit_price_cents)}"
        )


def place_offered(place: Place, *, until: datetime, portal_title: str) -> MailText:
    """A place is held until an instant of the commune's local time: accept it or let it go."""
    last = f"{full_date(until.date())} à {full_time(until.time())}"
    return MailText(
        subject=f"Une place s'est libérée pour {place.first_name} : à accepter avant le {last}",
        body=f"""Bonjour,

Une place que vous attendiez s'est libérée. Elle vous est gardée jusqu'au {last}.

{place}

Rien n'est encore réservé. Pour l'accepter, ou la laisser à une autre famille :
{PORTAL_ADDRESS}/planning/attente

Sans réponse de votre part à cette heure-là, la place sera proposée à la famille suivante.

{portal_title}
{_END}
""",
    )


def place_confirmed(place: Place, *, portal_title: str) -> MailText:
    """A place was booked at once, as the town hall's rule says."""
    return MailText(
        subject=f"La place {of(place.first_name)} est réservée",
        body=f"""Bonjour,

Une place que vous attendiez s'est libérée : elle est réservée, vous n'avez rien à faire.

{place}

Si vous n'en voulez plus, annulez ce jour dans le planning avant la limite d'annulation :
{PORTAL_ADDRESS}/planning

{portal_title}
{_END}
""",
    )


def place_lapsed(place: Place, *, portal_title: str) -> MailText:
    """Nobody answered in time."""
    return MailText(
        subject=f"La place {of(place.first_name)} n'a pas été acceptée à temps",
        body=f"""Bonjour,

Une place vous était gardée. Sans réponse à l'heure dite, elle a été proposée à une autre famille.

{place}

Vous n'êtes plus sur cette liste d'attente. S'il vous intéresse encore, attendez-le de nouveau depuis le planning :
{PORTAL_ADDRESS}/planning/attente

{portal_title}
{_END}
""",
    )


def place_closed(place: Place, *, reason: str, portal_title: str) -> MailText:
    """The day of a place that was kept does not take place."""
    return MailText(
        subject=f"La place {of(place.first_name)} n'est plus à accepter : le jour est fermé",
        body=f"""Bonjour,

Une place vous était gardée, mais ce jour n'a pas lieu : {reason}

{place}

Vous n'avez rien à faire, et rien n'est facturé.

{portal_title}
{_END}
""",
    )


@dataclass(frozen=True)
class CancelledDay:
    """A day that does not take place, and why; booked, or ``waited`` for."""

    first_name: str
    element_name: str
    day: date
    reason: str
    waited: bool = False

    def __str__(self) -> str:
        """In a line."""
        return f"- {full_date(self.day)}, {self.first_name}, {self.element_name} : {self.reason}"


def days_withdrawn(days: Sequence[CancelledDay], *, portal_title: str) -> MailText:
    """The town hall closed days that were booked or waited for."""
    booked = [day for day in days if not day.waited]
    if not booked:
        return _not_waited_for(days, portal_title)
    count = f"{len(booked)} jours réservés" if len(booked) > 1 else "Un jour réservé"
    lines = "\n".join(map(str, booked))
    waited = [day for day in days if day.waited]
    if waited:
        lines += "\n\nVous attendiez aussi une place, qui ne viendra plus :\n\n" + "\n".join(map(str, waited))
    return MailText(
        subject=f"{count} : annulé{'s' if len(booked) > 1 else ''} par la mairie",
        body=f"""Bonjour,

La mairie a fermé ce que vous aviez réservé, et l'a annulé pour vous :

{lines}

Ces jours ne vous seront pas facturés ; s'ils l'étaient déjà, ils sont déduits de votre prochaine facture.
Vos autres réservations ne changent pas :
{PORTAL_ADDRESS}/planning

{portal_title}
{_END}
""",
    )


def _not_waited_for(days: Sequence[CancelledDay], portal_title: str) -> MailText:
    lines = "\n".join(map(str, days))
    return MailText(
        subject="Liste d'attente : la mairie a fermé ce que vous attendiez",
        body=f"""Bonjour,

Vous attendiez une place, qui ne viendra plus :

{lines}

Vous n'avez rien à faire. Vos réservations ne changent pas :
{PORTAL_ADDRESS}/planning

{portal_title}
{_END}
""",
    )


_BOOKED_FOR = "Le prix figurera sur votre facture du mois."
_CANCELLED_FOR = "Cela ne vous sera pas facturé ; si c'était déjà fait, c'est déduit de votre prochaine facture."


@dataclass(frozen=True)
class ChangedDay:
    """A day that the town hall booked or cancelled for a family, and why when it said so."""

    place: Place
    cancelled: bool
    reason: str | None = None

    def __str__(self) -> str:
        """In a line."""
        place = self.place
        facts = f"- {full_date(place.day)}, {place.first_name}, {place.element_name}, {euros(place.unit_price_cents)}"
        return f"{facts} ({self.reason})" if self.reason else facts


def days_changed(days: Sequence[ChangedDay], *, portal_title: str) -> MailText:
    """The town hall booked and cancelled days for a family that asked for it."""
    names = " et ".join(dict.fromkeys(day.place.first_name for day in days))
    booked, cancelled = ([day for day in days if day.cancelled is gone] for gone in (False, True))
    parts = [
        "\n".join([title, "", *map(str, some), "", after])
        for title, some, after in (("Réservé :", booked, _BOOKED_FOR), ("Annulé :", cancelled, _CANCELLED_FOR))
        if some
    ]
    lines = "\n\n".join(parts)
    return MailText(
        subject=f"Réservations {of(names)} : changement fait par la mairie",
        body=f"""Bonjour,

La mairie a fait ce changement pour vous :

{lines}

Vos réservations, et qui les a faites :
{PORTAL_ADDRESS}/planning/historique

Si vous n'avez rien demandé à la mairie, contactez-la.

{portal_title}
{_END}
""",
    )


def absence_decided(*, first_name: str, element_name: str, day: date, decision: str, portal_title: str) -> MailText:
    """The town hall decided an absence that waited for its proof."""
    return MailText(
        subject=f"Absence {of(first_name)} le {full_date(day)} : la mairie a décidé",
        body=f"""Bonjour,

Vous aviez annoncé une absence :

Pour : {first_name}
Activité : {element_name}
Jour : {full_date(day)}

{decision}

Vos absences et ce qui en a été décidé :
{PORTAL_ADDRESS}/planning/absences

{portal_title}
{_END}
""",
    )
