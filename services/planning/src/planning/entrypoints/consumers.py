"""Events of enrolment that planning keeps."""

from chassis.messaging.consumer import Consumer
from contracts.events import ActivityPublished, AdhesionPaid, EntitlementChanged, FamilyRegistered, MemberRegistered
from planning.adapters.projections import keep_activity, keep_entitlement, keep_family, keep_member, keep_price

ENROLMENT = Consumer(
    "enrolment",
    {
        FamilyRegistered: keep_family,
        MemberRegistered: keep_member,
        ActivityPublished: keep_activity,
        AdhesionPaid: keep_entitlement,
        EntitlementChanged: keep_price,
    },
)
