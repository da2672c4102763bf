"""Where one can go, and where one may be sent."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse

from web.i18n import gettext as _
from web.security.session import Session

LOGIN = "/"
FIRST_PASSWORD = "/premier-mot-de-passe"  # noqa: S105 - a path
PARENT_HOME = "/accueil"
PLANNING = "/planning"
ABSENCES = "/planning/absences"
STAFF_HOME = "/mairie"
CONTROLS = "/mairie/controles"
CALENDARS = "/mairie/calendriers"


@dataclass(frozen=True)
class Destination:
    """One entry of the navigation. ``icon`` is a Lucide name listed in ``assets/icons.json``."""

    label: str
    path: str
    icon: str


def parent_navigation() -> list[Destination]:
    """The parents' pages, in the order of the tiles."""
    return [
        Destination(_("Accueil"), PARENT_HOME, "house"),
        Destination(_("Mon dossier"), "/dossier", "folder-open"),
        Destination(_("Inscriptions"), "/inscriptions", "clipboard-check"),
        Destination(_("Activités"), "/activites", "utensils"),
        Destination(_("Planning"), PLANNING, "calendar-days"),
        Destination(_("Factures"), "/factures", "receipt-euro"),
        Destination(_("Messagerie"), "/messagerie", "mail"),
        Destination(_("Actualités"), "/actualites", "newspaper"),
    ]


def staff_navigation(session: Session) -> list[tuple[str, list[Destination]]]:
    """The town hall's pages, by what they are about; some are for régisseurs or administrators only."""
    return [
        ("", [Destination(_("Tableau de bord"), STAFF_HOME, "house")]),
        (
            _("Familles"),
            [
                Destination(_("Familles"), "/mairie/familles", "users"),
                Destination(_("Adhésions"), "/mairie/adhesions", "clipboard-check"),
                Destination(_("Réservations"), "/mairie/reservations", "calendar-days"),
                Destination(_("Cuisine"), "/mairie/cuisine", "utensils"),
                Destination(_("Listes d'attente"), "/mairie/attente", "hourglass"),
                Destination(_("Absences"), "/mairie/absences", "minus"),
                *(_offers() if session.administers else []),
                Destination(_("Messages"), "/mairie/messages", "mail"),
            ],
        ),
        (
            _("Facturation"),
            [
                Destination(_("Factures"), "/mairie/factures", "receipt-euro"),
                Destination(_("Facturer un mois"), "/mairie/facturation", "calculator"),
                Destination(_("Paiements"), "/mairie/paiements", "credit-card"),
                *(_books() if session.keeps_books else []),
            ],
        ),
        (
            _("Portail"),
            [
                Destination(_("Texte d'accueil"), "/mairie/accueil", "pencil"),
                Destination(_("Actualités"), "/mairie/actualites", "newspaper"),
                Destination(_("Documents"), "/mairie/documents", "file-text"),
                Destination(_("Courriels envoyés"), "/mairie/courriels", "send"),
                *(_setting_up() if session.administers else []),
            ],
        ),
    ]


def _offers() -> list[Destination]:
    return [
        Destination(_("Activités"), "/mairie/activites", "clipboard-check"),
        Destination(_("Calendriers"), CALENDARS, "clock"),
        Destination(_("Vacances scolaires"), "/mairie/vacances", "sun"),
    ]


def _setting_up() -> list[Destination]:
    return [
        Destination(_("Paiement en ligne"), "/mairie/paiement-en-ligne", "lock"),
        Destination(_("Agents et accès"), "/mairie/agents", "key-round"),
    ]


def _books() -> list[Destination]:
    return [
        Destination(_("Encaissements"), "/mairie/encaissements", "euro"),
        Destination(_("Fichiers PayFiP"), "/mairie/rapprochements", "upload"),
        Destination(_("Contrôles"), CONTROLS, "circle-check"),
    ]


class RedirectError(Exception):
    """Raised by a dependency when the page asked for is not the one to show now."""

    def __init__(self, location: str) -> None:
        self.location = location
        super().__init__(location)


def see_other(location: str) -> RedirectResponse:
    """After a form: shows a page that can be reloaded without sending the form again."""
    return RedirectResponse(location, status_code=303)


def local_path(wanted: str | None, otherwise: str) -> str:
    """``wanted`` if it is a path of this site, else ``otherwise``: no link can send a parent elsewhere after login."""
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return otherwise
    if "\\" in wanted or any(ord(character) < 0x20 or ord(character) == 0x7F for character in wanted):
        return otherwise
    return wanted
