"""Whatever the order of events and however often they come, a commune ends the same, and touches no other."""

from chassis.testing.histories import Setting, every_order_has_one_end
from chassis.testing.plugin import Harness

SETTING = Setting(
    # The user name is made of the name first heard, and stays; the version counts what was heard on the way.
    ignored={"account": ("user_name", "version")},
    # Who left the family before being heard of never had an account; who was, has it closed.
    only={"account": "not closed"},
)


async def test_every_order_has_one_end(harness: Harness) -> None:
    figures = await every_order_has_one_end(harness, SETTING)
    assert figures.refused == []
    print(f"\n{harness.runtime.service}: {figures}")
