"""The unique index alone says that a slot is booked already: nothing is asked of the reservations before."""

from pathlib import Path
from runpy import run_path

from alembic import op

revision = "0016"
down_revision = "0015"

# Where statistics are of a large database, they were looked for by activity and day: everyone's bookings of that day
# were read for each day of each basket (4,000 rows where one was meant).
FIRST, AFTER = "    -- Nobody has booked the same for the same member", "    -- Nor a slot that does not go with it"
CHANGES = (
    (
        "    -- Nor a slot that does not go with it, unless this basket cancels that.\n",
        "    -- Nobody has a slot that does not go with it, unless this basket cancels that. That nobody has the slot\n"
        "    -- itself, the unique index sees to: the call then fails, and its baskets are committed one by one.\n",
    ),
)


def upgrade() -> None:
    function: str = _of("0008_commit_baskets.py")["COMMIT_BASKETS"]
    for old, new in _of("0013_pay_within.py")["CHANGES"]:
        function = function.replace(old, new)
    begins, ends = function.index(FIRST), function.index(AFTER)
    function = function[:begins] + function[ends:]
    for old, new in CHANGES:
        assert function.count(old) == 1, old  # noqa: S101 - what is changed is there, once
        function = function.replace(old, new)
    op.execute(function.replace("create function", "create or replace function", 1))


def _of(name: str) -> dict[str, object]:
    return run_path(str(Path(__file__).with_name(name)))
