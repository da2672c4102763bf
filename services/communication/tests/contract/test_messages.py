"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from chassis.testing.examples import known_id
from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness
from contracts.events import PaymentReversed

FAMILY = ("communication.families enrolment.family_registered.v1",)
SETTING = Setting(
    fixed={PaymentReversed: {"surplus_id": None, "movement_id": known_id("reversal_id")}},
    # The job that sends mails runs meanwhile; a mail goes to who is in the family when it is written, and bears the
    # portal's title of that moment.
    ignored={
        "mail": (
            "state",
            "attempts",
            "next_attempt_at",
            "sent_at",
            "recipient_name",
            "recipient_email",
            "body",
            "html",
        ),
    },
    # A refusal keeps its row, withdrawn or not, once something was paid.
    every_state=("mail",),
    only={"mail": f"guardian_id = '{known_id('guardian_id')}'", "guardian": "in_family"},
    needs={
        "communication.notices billing.invoice_issued.v1": FAMILY,
        "communication.notices billing.invoice_lapsed.v1": FAMILY,
        "communication.notices payment_gateway.payment_settled.v1": FAMILY,
        "communication.notices payment_gateway.surplus_received.v1": FAMILY,
        "communication.notices payment_gateway.surplus_decided.v1": FAMILY,
        "communication.notices payment_gateway.payment_reversed.v1": FAMILY,
        "communication.notices billing.invoice_payment_unused.v1": FAMILY,
        "communication.notices enrolment.adhesion_payment_unused.v1": FAMILY,
        "communication.notices planning.place_offered.v1": FAMILY,
        "communication.notices planning.attendance_recorded.v1": FAMILY,
        "communication.notices planning.reservations_withdrawn.v1": FAMILY,
        "communication.notices planning.reservations_changed_by_town_hall.v1": FAMILY,
    },
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
