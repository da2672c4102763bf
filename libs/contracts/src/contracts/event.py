"""The base of every event, and the registry that names them all.

An event carries the resulting state of one aggregate, never a delta, and no sensitive data. One frozen model exists
per type and major version; within a version only additive changes are allowed (see ``contracts.compatibility``).
"""

from collections.abc import Callable
from typing import ClassVar, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value inside an event. Unknown fields are ignored, so that a newer publisher is understood."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """One event body. ``event_type`` is the routing key; ``subject_field`` names the aggregate's id."""

    event_type: ClassVar[str]
    subject_field: ClassVar[str]

    @property
    def subject(self) -> UUID:
        """Id of the aggregate whose state the event carries."""
        subject = getattr(self, self.subject_field)
        assert isinstance(subject, UUID)  # noqa: S101 - held for every registered event by a test
        return subject


_registry: dict[str, type[Event]] = {}
EventT = TypeVar("EventT", bound=Event)


def event(event_type: str, *, subject: str) -> Callable[[type[EventT]], type[EventT]]:
    """Registers an event model under ``<service>.<name>.v<major>``.

    Raises ``ValueError`` when the type is taken.
    """

    def register(model: type[EventT]) -> type[EventT]:
        if event_type in _registry:
            raise ValueError(f"event type {event_type} is already registered")
        model.event_type = event_type
        model.subject_field = subject
        _registry[event_type] = model
        return model

    return register


def registered_events() -> dict[str, type[Event]]:
    """Every event model by its type."""
    import contracts.events  # noqa: F401, PLC0415 - registers all of them

    return dict(sorted(_registry.items()))
