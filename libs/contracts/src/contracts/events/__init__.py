"""All events, by the service that publishes them."""

from contracts.events.billing import (
    InvoiceIssued,
    InvoiceLapsed,
    InvoiceOwedAgain,
    InvoicePaymentRequested,
    InvoicePaymentUnused,
    InvoiceSettled,
)
from contracts.events.enrolment import (
    ActivityPublished,
    AdhesionPaid,
    AdhesionPaymentRequested,
    AdhesionPaymentUnused,
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
from contracts.events.planning import (
    AttendanceRecorded,
    PlaceOffered,
    ReservationsChangedByTownHall,
    ReservationsCommitted,
    ReservationsStated,
    ReservationsWithdrawn,
)

__all__ = [
    "AccountOpened",
    "ActivityPublished",
    "AdhesionPaid",
    "AdhesionPaymentRequested",
    "AdhesionPaymentUnused",
    "AttendanceRecorded",
    "EntitlementChanged",
    "FamilyRegistered",
    "GuardianChanged",
    "InvoiceIssued",
    "InvoiceLapsed",
    "InvoiceOwedAgain",
    "InvoicePaymentRequested",
    "InvoicePaymentUnused",
    "InvoiceSettled",
    "MemberRegistered",
    "PaymentReversed",
    "PaymentSettled",
    "PaymentsStated",
    "PlaceOffered",
    "ReservationsChangedByTownHall",
    "ReservationsCommitted",
    "ReservationsStated",
    "ReservationsWithdrawn",
    "SurplusDecided",
    "SurplusReceived",
    "TenantRegistered",
    "TenantUpdated",
]
