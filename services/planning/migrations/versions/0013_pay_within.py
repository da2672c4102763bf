"""Days booked under the condition that they are paid within some minutes."""

from pathlib import Path
from runpy import run_path

from alembic import op

revision = "0013"
down_revision = "0012"

COLUMNS = """
alter table activity_calendar add column pay_within_minutes int check (pay_within_minutes between 15 and 10080);
alter table reservation add column pay_until timestamptz
"""
# ``commit_baskets`` as it stands since 0008, with the moment until which each reservation is to be paid, or null.
CHANGES = (
    ("    booked_counters text[],\n", "    booked_counters text[],\n    booked_pay_until timestamptz[],\n"),
    (
        "day, slot, tariff_label, unit_price_cents, counters, status, booked_at)",
        "day, slot, tariff_label, unit_price_cents, counters, pay_until, status, booked_at)",
    ),
    ("unit_price_cents, counters::text[], 'booked'", "unit_price_cents, counters::text[], pay_until, 'booked'"),
    (
        "booked_slots, booked_prices, booked_labels, booked_counters)",
        "booked_slots, booked_prices, booked_labels, booked_counters, booked_pay_until)",
    ),
    ("tariff_label,\n              counters)", "tariff_label,\n              counters, pay_until)"),
)


def upgrade() -> None:
    for statement in COLUMNS.strip().split(";\n"):
        op.execute(statement)
    function: str = run_path(str(Path(__file__).with_name("0008_commit_baskets.py")))["COMMIT_BASKETS"]
    for old, new in CHANGES:
        assert function.count(old) == 1, old  # noqa: S101 - what is changed is there, once
        function = function.replace(old, new)
    op.execute("drop function commit_baskets")
    op.execute(function)
