"""Where each acknowledged thing must be found once, in every service that should know it."""

from dataclasses import dataclass

from driver.crashes.ledger import Kind


@dataclass(frozen=True)
class Place:
    """``sql`` gives key, count and cents (null where the place holds no amount)."""

    name: str
    database: str
    sql: str


def _families(database: str) -> Place:
    return Place(f"{database}.family", database, "select family_id, count(*), null from family group by 1")


def _mails(about: str) -> Place:
    return Place(f"communication.mail ({about})", "communication", "select about, count(*), null from mail group by 1")


_GATEWAY = (
    Place(
        "payment_gateway.payment",
        "payment_gateway",
        "select payment_id, count(*), sum(amount_cents) from payment where status = 'succeeded' group by 1",
    ),
    Place(
        "payment_gateway.bank_transaction",
        "payment_gateway",
        "select payment_id, count(*), sum(amount_cents) from bank_transaction group by 1",
    ),
    Place(
        "billing.payment",
        "billing",
        "select payment_id, count(*), sum(amount_cents) from payment where status = 'succeeded' group by 1",
    ),
    _mails("payment"),
)


def _ledger(kind: str, side: str) -> Place:
    sql = f"select reference_id, count(*), sum({side}_cents) from ledger_movement where kind = '{kind}' group by 1"
    return Place(f"billing.ledger_movement ({kind})", "billing", sql)


PLACES: dict[Kind, tuple[Place, ...]] = {
    Kind.FAMILY: (
        *map(_families, ("enrolment", "planning", "billing", "communication")),
        Place("identity.account", "identity", "select family_id, count(*), null from account group by 1"),
    ),
    Kind.ORDER: (
        Place(
            "enrolment.adhesion_order",
            "enrolment",
            "select order_id, count(distinct o.order_id), sum(a.amount_cents)"
            " from adhesion_order o join adhesion a using (tenant_id, order_id) group by 1",
        ),
    ),
    Kind.ADHESION_PAYMENT: (
        *_GATEWAY,
        Place(
            "enrolment.order_payment",
            "enrolment",
            "select payment_id, count(*), sum(amount_cents) from order_payment where state = 'succeeded' group by 1",
        ),
    ),
    Kind.ADHESION: (
        Place(
            "enrolment.adhesion",
            "enrolment",
            "select adhesion_id, count(*), sum(amount_cents) from adhesion where status = 'active' group by 1",
        ),
        Place("planning.entitlement", "planning", "select adhesion_id, count(*), null from entitlement group by 1"),
        _ledger("adhesion", "debit"),
        _ledger("payment", "credit"),
    ),
    Kind.BASKET: (
        Place(
            "planning.reservation",
            "planning",
            "select family_id, count(distinct basket_id), sum(unit_price_cents)"
            " from reservation where status = 'booked' group by 1",
        ),
        Place(
            "billing.charge",
            "billing",
            "select family_id, max(times), sum(cents) from (select family_id, reservation_id, count(*) as times,"
            " sum(amount_cents) as cents from charge group by 1, 2) as charged group by 1",
        ),
    ),
    Kind.INVOICE: (
        Place("billing.invoice", "billing", "select invoice_id, count(*), sum(amount_cents) from invoice group by 1"),
        _ledger("invoice", "debit"),
        Place("planning.owed_invoice", "planning", "select invoice_id, count(*), null from owed_invoice group by 1"),
        _mails("invoice"),
    ),
    Kind.INVOICE_PAYMENT: (
        *_GATEWAY,
        Place(
            "billing.invoice_payment",
            "billing",
            "select payment_id, count(*), sum(amount_cents) from invoice_payment where status = 'succeeded' group by 1",
        ),
        _ledger("payment", "credit"),
    ),
    Kind.INVOICE_PAID: (
        Place(
            "billing.invoice (paid)",
            "billing",
            "select invoice_id, count(*), sum(paid_cents) from invoice where paid_cents = amount_cents group by 1",
        ),
        Place(
            "planning.owed_invoice (paid)",
            "planning",
            "select invoice_id, count(*), null from owed_invoice where due_on is null group by 1",
        ),
    ),
}

_PAID = "from payment where status = 'succeeded' and purpose = '{purpose}'"
SAME_CENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "paid for adhesions": (
        ("payment_gateway", f"select tenant_id, sum(amount_cents) {_PAID.format(purpose='adhesion_order')} group by 1"),
        (
            "payment_gateway",
            "select t.tenant_id, sum(t.amount_cents) from bank_transaction t"
            " join payment p using (tenant_id, payment_id) where p.purpose = 'adhesion_order' group by 1",
        ),
        ("enrolment", "select tenant_id, sum(amount_cents) from order_payment where state = 'succeeded' group by 1"),
        ("enrolment", "select tenant_id, sum(amount_cents) from adhesion where status = 'active' group by 1"),
        ("billing", "select tenant_id, sum(debit_cents) from ledger_movement where kind = 'adhesion' group by 1"),
    ),
    "paid for invoices": (
        ("payment_gateway", f"select tenant_id, sum(amount_cents) {_PAID.format(purpose='invoices')} group by 1"),
        (
            "payment_gateway",
            "select t.tenant_id, sum(t.amount_cents) from bank_transaction t"
            " join payment p using (tenant_id, payment_id) where p.purpose = 'invoices' group by 1",
        ),
        ("billing", "select tenant_id, sum(amount_cents) from invoice_payment where status = 'succeeded' group by 1"),
        ("billing", "select tenant_id, sum(paid_cents) from invoice group by 1"),
    ),
    "paid in all": (
        ("payment_gateway", "select tenant_id, sum(amount_cents) from payment where status = 'succeeded' group by 1"),
        ("billing", "select tenant_id, sum(amount_cents) from payment where status = 'succeeded' group by 1"),
        ("billing", "select tenant_id, sum(credit_cents) from ledger_movement group by 1"),
    ),
    "booked": (
        ("planning", "select tenant_id, sum(unit_price_cents) from reservation where status = 'booked' group by 1"),
        ("billing", "select tenant_id, sum(amount_cents) from charge group by 1"),
    ),
    "invoiced": (
        ("billing", "select tenant_id, sum(amount_cents) from charge where invoice_id is not null group by 1"),
        ("billing", "select tenant_id, sum(amount_cents) from invoice group by 1"),
        ("billing", "select tenant_id, sum(amount_cents) from invoice_line group by 1"),
        ("billing", "select tenant_id, sum(debit_cents) from ledger_movement where kind = 'invoice' group by 1"),
    ),
    "owed": (
        (
            "billing",
            "select i.tenant_id, sum(i.amount_cents - i.paid_cents - i.credited_cents) as cents"
            " from invoice i left join prompt_invoice p using (tenant_id, invoice_id)"
            " where p.status is distinct from 'open' group by 1 having sum(i.amount_cents - i.paid_cents"
            " - i.credited_cents) > 0",
        ),
        (
            "planning",
            "select tenant_id, sum(left_cents) from owed_invoice group by 1 having sum(left_cents) > 0",
        ),
    ),
}
"""Sums per commune that are one and the same, whoever counts."""

NOTHING: dict[str, tuple[str, str]] = {
    "gaps or doubles in invoice numbers": (
        "billing",
        "select tenant_id, period from invoice group by 1, 2 having min(sequence) <> 1"
        " or max(sequence) <> count(*) or count(distinct number) <> count(*)",
    ),
    "counters beside the invoices": (
        "billing",
        "select tenant_id, period, last_sequence from invoice_counter c where last_sequence <>"
        " (select count(*) from invoice i where i.tenant_id = c.tenant_id and i.period = c.period)",
    ),
    "days oversold": ("planning", "select tenant_id, day, booked, capacity from place_count where booked > capacity"),
    "places miscounted": (
        "planning",
        "select p.tenant_id, p.activity_id, p.day, p.booked from place_count p where booked <>"
        " (select count(*) from reservation r where r.tenant_id = p.tenant_id and r.activity_id = p.activity_id"
        " and r.day = p.day and p.slot in (r.slot, '*') and p.counter = any(r.counters) and r.status = 'booked')",
    ),
    "surplus payments of adhesions": ("enrolment", "select payment_id from surplus_payment"),
    "credits to families": ("billing", "select reference_id, label from ledger_movement where kind = 'credit'"),
    "payments to review": ("payment_gateway", "select payment_id from payment where status = 'to_review'"),
    "transactions that settle nothing": (
        "payment_gateway",
        "select transaction_id, outcome from bank_transaction where outcome <> 'settled'",
    ),
    "mails given up": ("communication", "select mail_id from mail where state = 'failed'"),
}
"""What must not exist."""
