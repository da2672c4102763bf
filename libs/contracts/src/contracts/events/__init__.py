"""All events, by the service that publishes them."""

from contracts.events.billing import InvoiceIssued, InvoicePaymentRequested, InvoiceSettled
from contracts.events.enrolment import (
    ActivityPublished,
    AdhesionPaid,
    AdhesionPaymentRequested,
    EntitlementChanged,
    FamilyRegistered,
    GuardianChanged,
    MemberRegistered,
)
from contracts.events.identity import AccountOpened, TenantRegistered, TenantUpdated
from contracts.events.payment_gateway import (
    PaymentReversed,
    PaymentSettled,
    PaymentsStated,
    SurplusDecided,
    SurplusReceived,
)
from contracts.events.planning import ReservationsCommitted, ReservationsStated

__all__ = [
    "AccountOpened",
    "ActivityPublished",
    "AdhesionPaid",
    "AdhesionPaymentRequested",
    "EntitlementChanged",
    "FamilyRegistered",
    "GuardianChanged",
    "InvoiceIssued",
    "InvoicePaymentRequested",
    "InvoiceSettled",
    "MemberRegistered",
    "PaymentReversed",
    "PaymentSettled",
    "PaymentsStated",
    "ReservationsCommitted",
    "ReservationsStated",
    "SurplusDecided",
    "SurplusReceived",
    "TenantRegistered",
    "TenantUpdated",
]
