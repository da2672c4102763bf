"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from uuid import UUID

from chassis.testing.examples import known_id
from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness


async def day_to_pay(harness: Harness, tenant_id: UUID) -> None:
    """A day booked under the condition that it is paid."""
    names = ("reservation_id", "basket_id", "family_id", "member_id", "activity_id", "regie_id")
    reservation, basket, family, member, activity, regie = (known_id(name) for name in names)
    for statement, *values in (
        (
            "insert into reservation (tenant_id, reservation_id, version, basket_id, family_id, member_id, activity_id,"
            " regie_id, day, slot, tariff_label, unit_price_cents, status, booked_at, pay_until)"
            " values ($1, $2, 1, $3, $4, $5, $6, $7, '2022-09-05', 'day', 'prix', 500, 'booked', $8, $8)",
            *(reservation, basket, family, member, activity, regie, harness.clock.now()),
        ),
        (
            "insert into place_count (tenant_id, activity_id, day, slot, counter, capacity, booked)"
            " values ($1, $2, '2022-09-05', 'day', '', null, 1)",
            activity,
        ),
    ):
        await harness.query(statement, tenant_id, *values)


SETTING = Setting(
    prepare=day_to_pay,
    # A job fills in the holidays meanwhile; the calendars' version counts changes.
    only={"holiday_year": "false", "school_holiday": "false", "public_holiday": "false", "calendar_version": "false"},
    # Who left a family keeps a name in its trail.
    every_state=("entitlement_price", "guardian"),
    needs={"planning.billing billing.invoice_lapsed.v1": ("planning.enrolment enrolment.activity_published.v1",)},
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
