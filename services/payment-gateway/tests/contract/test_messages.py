"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness

SETTING = Setting()


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
