"""What the fake API knows, and how it refuses."""

import uuid
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.responses import JSONResponse

TODAY = date(2022, 7, 4)
NOW = "2022-07-04T09:00:00+02:00"
SEASON = "2022/2023"


def an_id(name: str) -> str:
    """Always the same id for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


FAMILY, GUARDIAN, CANTEEN, SWIMMING, REGIE = (an_id(n) for n in ("family", "guardian", "canteen", "swimming", "regie"))
CHILDREN = {an_id(name): name for name in ("Louis", "Estelle", "Louane", "Théo")}
LOUIS, ESTELLE, LOUANE, THEO = CHILDREN
USER, PASSWORD, OWN_PASSWORD = "camille.martin", "premier-mot", "quatre chevaux verts sautent"
STAFF_USER, REGISSEUR_USER, ADMINISTRATOR_USER = "agent.mairie", "regisseur.mairie", "administratrice.mairie"
STAFF_ROLES = {STAFF_USER: "agent", REGISSEUR_USER: "regisseur", ADMINISTRATOR_USER: "administrator"}


HOME = {
    "title": "Chers parents,",
    "body": "Ce portail Famille, disponible 24h / 24…",
    "html": "<p>Ce portail Famille, disponible 24h / 24, vous permet de consulter vos informations, d'effectuer "
    "les réservations des services périscolaires et de payer en ligne.</p><h3>Préinscriptions aux services "
    "périscolaires</h3><ul><li><strong>Restauration scolaire</strong> : jusqu'au jeudi 12h pour la semaine "
    "suivante,</li><li><strong>Garderie</strong> : jusqu'à la veille à 23h59.</li></ul>",
    "published_on": "2022-06-20",
}
NEWS = {
    "news_id": an_id("news"),
    "title": "Les inscriptions à la cantine sont ouvertes",
    "body": "Réservez avant le **jeudi 12h** pour la semaine suivante.",
    "html": "<p>Réservez avant le <strong>jeudi 12h</strong> pour la semaine suivante.</p>",
    "summary": "Réservez avant le jeudi 12h pour la semaine suivante.",
    "published_on": "2022-06-20",
}
DOCUMENT = {
    "document_id": an_id("document"),
    "title": "Règlement de la cantine",
    "file_name": "reglement.pdf",
    "media_type": "application/pdf",
    "size_bytes": 212_000,
    "published_on": "2022-06-20",
}


class Problem(Exception):  # noqa: N818 - the name of the document
    """Becomes a problem document."""

    def __init__(self, status: int, slug: str, detail: str, **members: Any) -> None:
        self.status, self.slug, self.detail, self.members = status, slug, detail, members

    def response(self) -> JSONResponse:
        body = {"type": f"urn:portail-famille:problem:{self.slug}", "title": "", "status": self.status}
        return JSONResponse(body | {"detail": self.detail} | self.members, self.status)


@dataclass
class Books:
    """What the services found when they compared, and what they could not handle."""

    differences: list[dict[str, Any]] = field(default_factory=list)
    checks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    dead: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    slow: bool = False
    """Whether a check that is asked for is not yet done."""


@dataclass
class TownHall:
    """What the town hall writes and does."""

    home: dict[str, Any] = field(default_factory=lambda: dict(HOME))
    news: list[dict[str, Any]] = field(default_factory=lambda: [dict(NEWS)])
    documents: list[dict[str, Any]] = field(default_factory=lambda: [dict(DOCUMENT)])
    uploaded: list[tuple[str, bytes]] = field(default_factory=list)
    room: dict[str, int] | None = None
    """Of the canteen's counts, when its slots share places."""
    mails: list[dict[str, Any]] = field(default_factory=list)
    runs: list[dict[str, Any]] = field(default_factory=list)
    chargeable_cents: dict[str, int] = field(default_factory=dict)
    """By month (``2022-09``), what is reserved and not invoiced."""
    first_passwords: list[str] = field(default_factory=list)
    books: Books = field(default_factory=Books)
    refunds: list[dict[str, Any]] = field(default_factory=list)
    refunds_by_bank: bool = True
    surpluses: list[dict[str, Any]] = field(default_factory=list)
    unplaced: list[dict[str, Any]] = field(default_factory=list)
    unconfirmed: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    """What the bank took for a payment to review."""
    credits: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    presence: dict[tuple[str, date], bool] = field(default_factory=dict)
    left_at: dict[tuple[str, date], str | None] = field(default_factory=dict)
    late_after: str | None = None
    schools: dict[str, str] = field(default_factory=dict)
    """Of children whose file names one."""
    announced: set[tuple[str, date]] = field(default_factory=set)
    """Absences of children who booked."""
    unknown_ages: int = 0
    """In the kitchen."""
    more_children: int = 0
    """On every list, of «Pasteur»."""
    decisions: list[tuple[str, str]] = field(default_factory=list)
    """Movement and choice."""
    returned: list[dict[str, Any]] = field(default_factory=list)
    differences: list[dict[str, Any]] = field(default_factory=list)
    regies: dict[str, str] = field(default_factory=lambda: {REGIE: "Régie Périscolaire d'Alixan"})
    contract: dict[str, Any] | None = None
    """The régie's contract with its bank, secrets included."""
    contract_works: bool = True
    activities: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the town has saved, by id; empty: as it was at first."""
    activity_errors: dict[str, str] = field(default_factory=dict)
    """What is wrong with any activity sent, by field."""
    families: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The files that the town has saved, by id."""
    family_refusal: Problem | None = None
    """What any file sent is refused with."""
    calendar: dict[str, Any] | None = None
    """The canteen's."""
    holidays: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What the town has saved, by school year."""
    booked_holidays: list[str] = field(default_factory=list)
    """Days that are booked, and closed once they are public holidays."""
    school_week: list[int] = field(default_factory=lambda: [0, 1, 3, 4])
    staff_accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Those who work at the town hall, by id; empty: as it was at first."""
    sent_files: list[bytes] = field(default_factory=list)
    baskets: list[dict[str, Any]] = field(default_factory=list)
    """What was booked and cancelled for the family."""


@dataclass
class World:
    """All state. Tests read and change it directly."""

    password: str = PASSWORD
    must_change: bool = False
    access: dict[str, str] = field(default_factory=dict)
    refresh: dict[str, str] = field(default_factory=dict)
    sessions_ended: bool = False
    """Elsewhere: access tokens live on."""
    devices: list[str | None] = field(default_factory=list)
    tickets: list[str | None] = field(default_factory=list)
    busy_once: bool = False
    """What the logins named, in order."""
    resets: list[str] = field(default_factory=list)
    down: set[str] = field(default_factory=set)
    """Services that do not answer."""
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    email: str = "camille@exemple.fr"
    phone: str = "06 00 00 00 00"
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    paid: set[tuple[str, str]] = field(default_factory=set)
    """(activity, member) whose adhesion is paid."""
    payments: dict[str, dict[str, Any]] = field(default_factory=dict)
    payment_known_after: int = 0
    """How many times a payment just asked for answers 404."""
    bank_address: str = "http://bank.localhost:12799/php/"
    booked: set[tuple[str, date]] = field(default_factory=set)
    draft: dict[tuple[str, date], str] = field(default_factory=dict)
    """(member, day) → book or cancel."""
    rank: int = 0
    """The family's rank at the entrance of the planning; 0: it is in."""
    full_days: set[date] = field(default_factory=set)
    missing: dict[str, list[str]] = field(default_factory=dict)
    """Of the family's file, by member; the family's own under its id."""
    block: str = ""
    """What the family must do before it books."""
    refused: dict[date, str] = field(default_factory=dict)
    trail: list[dict[str, Any]] = field(default_factory=list)
    agendas: dict[str | None, str] = field(default_factory=dict)
    """Secrets by member; None: the whole family's."""
    agendas_made: list[str] = field(default_factory=list)
    """Days that can no longer be booked, with the reason."""
    invoices: list[dict[str, Any]] = field(default_factory=list)
    credit_cents: int = 0
    supplements: list[dict[str, Any]] = field(default_factory=list)
    absence_policy: dict[str, Any] = field(default_factory=dict)
    custody: dict[str, Any] | None = None
    waiting: list[tuple[str, date]] = field(default_factory=list)
    absent: dict[tuple[str, date], dict[str, Any]] = field(default_factory=dict)
    listed: dict[tuple[str, date], str] = field(default_factory=dict)
    """States of past days that the list of the day says more of."""
    offers: list[tuple[str, date]] = field(default_factory=list)
    waiting_rules: dict[str, Any] = field(default_factory=dict)
    waiting_points: dict[str, Any] = field(default_factory=dict)
    invoice_payments: dict[str, list[str]] = field(default_factory=dict)
    messages: list[dict[str, Any]] = field(default_factory=list)
    town_hall: TownHall = field(default_factory=TownHall)
    answered: dict[str, Any] = field(default_factory=dict)
    """Answers by Idempotency-Key."""

    def settle(self, payment_id: str, status: str, reason: str | None = None) -> None:
        """What the bank's callback leads to."""
        payment = self.payments[payment_id]
        payment |= {"status": status, "reason": reason, "settled_at": NOW}
        for order in self.orders.values():
            if order["payment_id"] == payment_id:
                order |= {"payment_status": status, "payment_reason": reason}
                if status == "succeeded":
                    order["status"] = "paid"
                    self.paid |= {(line["activity_id"], line["member_id"]) for line in order["lines"]}
        if status == "succeeded":
            for invoice in self.invoices:
                if invoice["invoice_id"] in self.invoice_payments.get(payment_id, []):
                    invoice |= {"status": "paid", "paid_cents": invoice["amount_cents"]}

    def request_payment(self, purpose: str, reference: str, cents: int, label: str) -> str:
        payment_id = str(uuid.uuid4())
        self.payments[payment_id] = {
            "payment_id": payment_id,
            "status": "requested",
            "amount_cents": cents,
            "label": label,
            "purpose": purpose,
            "reference_id": reference,
            "regie_id": REGIE,
            "reason": None,
            "created_at": NOW,
            "settled_at": None,
            "attempts": 0,
            "returned_cents": 0,
            "unknown_for": self.payment_known_after,
        }
        return payment_id


def invoice(number: str, cents: int, status: str = "pending", month: str = "2022-09-01") -> dict[str, Any]:
    """An invoice of the fake billing."""
    return {
        "invoice_id": an_id(number),
        "number": number,
        "family_id": FAMILY,
        "family_name": "Famille Martin",
        "regie": {"regie_id": REGIE, "name": "Régie Périscolaire d'Alixan"},
        "period": month,
        "issued_on": month,
        "due_on": month[:8] + "28",
        "amount_cents": cents,
        "paid_cents": cents if status == "paid" else 0,
        "status": status,
        "payment_in_progress": None,
        "pdf_bytes": 106_000,
    }
