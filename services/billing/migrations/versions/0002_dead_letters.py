"""Messages that could not be handled."""

from chassis.migrations import create_dead_letters

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_dead_letters("billing")
