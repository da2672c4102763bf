"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness

SETTING = Setting(
    # A job fills in the holidays meanwhile; the calendars' version counts changes.
    only={"holiday_year": "false", "school_holiday": "false", "public_holiday": "false", "calendar_version": "false"},
    # Who left a family keeps a name in its trail.
    every_state=("entitlement_price", "guardian"),
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
