"""The town hall sees that the books agree, what was repaired by itself, and what a person must decide."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Response

from web.api import confirmations, controls, refunds, unplaced
from web.api.controls import Check, DeadLetter, Difference, Reconciliation
from web.attempts import attempt
from web.forms import Code
from web.i18n import gettext as _
from web.navigation import CONTROLS, see_other
from web.visit import RegisseurVisit, Visit

router = APIRouter()

_PAUSE_SECONDS = 0.3


@dataclass(frozen=True)
class Comparison:
    """Two books that are compared: their names, the unit that is counted, and the last check (None: never yet)."""

    title: str
    counted: tuple[str, str]
    check: Check | None


@dataclass(frozen=True)
class Late:
    """One kind of information that did not reach one part of the portal."""

    title: str
    letters: Sequence[DeadLetter]

    @property
    def since(self) -> datetime:
        """When the first of them failed."""
        return min(letter.buried_at for letter in self.letters)


@router.get(CONTROLS)
async def show_controls(visit: RegisseurVisit, fait: Code = "") -> Response:
    """Each part asks its own service; one that is away says so and hides nothing else."""
    api = visit.api
    open_ones, mended, letters, accounts, announced, unconfirmed = await asyncio.gather(
        asyncio.gather(*(attempt(controls.reconciliation(api, reader, "open")) for reader in controls.READERS)),
        asyncio.gather(*(attempt(controls.reconciliation(api, reader, "mended")) for reader in controls.READERS)),
        asyncio.gather(*(attempt(controls.dead_letters(api, service)) for service in controls.SERVICES)),
        attempt(refunds.differences(api)),
        attempt(unplaced.unplaced(api)),
        attempt(confirmations.unconfirmed(api)),
    )
    billing, enrolment = open_ones
    return await visit.page(
        "town_hall/controls.html",
        comparisons=_comparisons(billing, enrolment),
        away=None in (*open_ones, *mended, accounts, announced, unconfirmed),
        accounts=accounts,
        unplaced=announced,
        unconfirmed=unconfirmed,
        open=_together(open_ones),
        mended=_together(mended),
        more_mended=any(found and found.next_cursor for found in mended),
        late=_late(dict(zip(controls.SERVICES, letters, strict=True))),
        late_unknown=None in letters,
        done=fait,
    )


@router.post(CONTROLS)
async def check_now(visit: RegisseurVisit) -> Response:
    """Has everything stated and compared; waits a little, so that the page that follows shows the result."""
    asked = await controls.ask_statements(visit.api)
    done = await _checked(visit, asked)
    return see_other(f"{CONTROLS}?fait={'verification' if done else 'demande'}")


async def _checked(visit: Visit, asked: dict[str, datetime]) -> bool:
    deadline = time.monotonic() + visit.state.settings.check_patience_seconds
    while True:
        found = await asyncio.gather(
            *(attempt(controls.reconciliation(visit.api, reader, "open")) for reader in controls.READERS)
        )
        checks = [comparison.check for comparison in _comparisons(*found)]
        if all(check is not None and check.stated_at >= asked[check.source] for check in checks):
            return True
        if time.monotonic() >= deadline:
            return False
        await asyncio.sleep(_PAUSE_SECONDS)


def _comparisons(billing: Reconciliation | None, enrolment: Reconciliation | None) -> list[Comparison]:
    reservations = (_("réservation comparée"), _("réservations comparées"))
    payments = (_("paiement comparé"), _("paiements comparés"))
    return [
        Comparison(_("Réservations et facturation"), reservations, _check(billing, "planning")),
        Comparison(_("Paiements et facturation"), payments, _check(billing, "payment-gateway")),
        Comparison(_("Paiements et inscriptions"), payments, _check(enrolment, "payment-gateway")),
    ]


def _check(found: Reconciliation | None, source: str) -> Check | None:
    return next((check for check in found.checks if check.source == source), None) if found else None


def _together(found: Sequence[Reconciliation | None]) -> list[Difference]:
    """Of all readers, the last found first."""
    items = [difference for each in found if each for difference in each.items]
    return sorted(items, key=lambda difference: difference.found_at, reverse=True)


def _late(letters: dict[str, list[DeadLetter] | None]) -> list[Late]:
    """By kind and part of the portal, the latest first."""
    groups: defaultdict[str, list[DeadLetter]] = defaultdict(list)
    for service, found in letters.items():
        for letter in found or []:
            groups[f"{_kind_of(letter.type)} {_part_of(service)}"].append(letter)
    return sorted((Late(*group) for group in groups.items()), key=lambda late: late.since, reverse=True)


def _kind_of(event_type: str) -> str:
    """What a message tells, in the town hall's words."""
    kinds = {
        "identity.account": _("Des comptes d'accès en retard"),
        "identity.tenant": _("La fiche de la commune en retard"),
        "enrolment.activity": _("Des activités en retard"),
        "enrolment.adhesion_payment": _("Des demandes de paiement en retard"),
        "enrolment.adhesion": _("Des adhésions en retard"),
        "enrolment.entitlement": _("Des tarifs de famille en retard"),
        "enrolment.": _("Des fiches de famille en retard"),
        "planning.reservations_stated": _("Un contrôle des réservations en retard"),
        "planning.": _("Des réservations en retard"),
        "billing.invoice_payment": _("Des demandes de paiement en retard"),
        "billing.": _("Des factures en retard"),
        "payment_gateway.payments_stated": _("Un contrôle des paiements en retard"),
        "payment_gateway.": _("Des paiements en retard"),
    }
    return next(
        (words for start, words in kinds.items() if event_type.startswith(start)), _("Des informations en retard")
    )


def _part_of(service: str) -> str:
    """A part of the portal, in the town hall's words."""
    return {
        "identity": _("pour la connexion"),
        "enrolment": _("aux inscriptions"),
        "planning": _("au planning"),
        "billing": _("à la facturation"),
        "payment-gateway": _("au paiement en ligne"),
        "communication": _("pour les courriels"),
    }[service]
