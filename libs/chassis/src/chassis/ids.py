"""Identifiers."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7: unique, and growing with real time."""
    return uuid_utils.compat.uuid7()
