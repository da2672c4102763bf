"""Made-up events: successive states of one aggregate, with the same ids wherever a field has the same name."""

import types
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Union, get_args, get_origin
from uuid import UUID, uuid5

from pydantic import BaseModel

from contracts.event import Event
from contracts.events import (
    AdhesionPaid,
    AdhesionPaymentRequested,
    AdhesionPaymentUnused,
    AttendanceRecorded,
    GuardianChanged,
    InvoiceIssued,
    InvoiceLapsed,
    InvoicePaymentRequested,
    InvoicePaymentUnused,
    InvoiceSettled,
    PaymentReversed,
    PaymentSettled,
    ReservationsChangedByTownHall,
    ReservationsCommitted,
    ReservationsWithdrawn,
    SurplusDecided,
    SurplusReceived,
)

REVISIONS = (1, 2, 3, 4)
ONCE = frozenset(
    {
        AdhesionPaid,
        AdhesionPaymentRequested,
        AdhesionPaymentUnused,
        InvoiceIssued,
        InvoiceLapsed,
        InvoicePaymentRequested,
        InvoicePaymentUnused,
        InvoiceSettled,
        PaymentReversed,
        ReservationsChangedByTownHall,
        ReservationsWithdrawn,
        SurplusReceived,
    }
)
"""Events of which each aggregate has one only: the others come again, with each new state of theirs."""

_NAMESPACE = UUID("0b1f2a7c-3f0e-4a57-9a64-3a1f6f1f7a10")
_DAY = date(2022, 9, 1)
_OUTCOMES = dict(zip(REVISIONS, ("refused", "expired", "cancelled", "succeeded"), strict=True))
_COUNTS = dict(zip(REVISIONS, (2, 1, 3, 2), strict=True))
"""Elements of a list: the second leaves and comes back, the third comes and leaves."""
_LATER = ("_until", "closes_on", "due_on")
"""Ends of fields whose day lies well after the others'."""

_AT_ONCE = "pay_until"
"""Has an invoice issued on the spot, whose number and moment depend on what came before."""


def known_id(name: str, index: int = 0) -> UUID:
    """The id that every made-up event has in a field of that name; in a list, of its element ``index``."""
    return uuid5(_NAMESPACE, f"{name} {index}")


def states_of(model: type[Event], fixed: Mapping[str, object]) -> list[tuple[int, Event]]:
    """The states that aggregates go through in that type of event, with their sequences.

    There is one aggregate, but of guardians all those of the family, for as long as they are in it.
    """
    if model in ONCE:
        return [(1, example(model, 1, fixed))]
    if model is not GuardianChanged:
        return [(revision, example(model, revision, fixed)) for revision in REVISIONS]
    return [
        (revision, example(model, revision, {**fixed, "guardian_id": known_id("guardian_id", index)}))
        for revision in REVISIONS
        for index in range(_COUNTS[revision])
    ]


def example(model: type[Event], revision: int, fixed: Mapping[str, object] | None = None) -> Event:
    """The event of an aggregate's ``revision``-th state: texts, amounts, days and lists differ from the others'.

    ``fixed`` gives fields that must have a certain value.
    """
    values = {name: _value(field.annotation, name, revision, 0) for name, field in model.model_fields.items()}
    return model.model_validate({**values, **_sensible(model, revision), **(fixed or {})})


def _sensible(model: type[Event], revision: int) -> dict[str, object]:
    """What a publisher would never let vary, or never repeat."""
    if model is PaymentSettled:
        return {"status": _OUTCOMES[revision], "amount_cents": 1000}
    if model is ReservationsCommitted:
        return {"basket_id": known_id("basket_id", revision)}
    if model is AttendanceRecorded:
        return {"record_id": known_id("record_id", revision)}
    if model is SurplusDecided:
        return {"amount_cents": 1000, "label": "Cantine"}
    return {"period": _DAY} if model is InvoiceIssued else {}


def _value(annotation: Any, name: str, revision: int, index: int) -> Any:  # noqa: ANN401 - of any field
    if name == _AT_ONCE and type(None) in get_args(annotation):
        return None
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        return _value(get_args(annotation)[0], name, revision, index)
    if origin is tuple:
        inner = get_args(annotation)[0]
        return tuple(_value(inner, name.removesuffix("s"), revision, each) for each in range(_COUNTS[revision]))
    if not isinstance(annotation, type):
        raise TypeError(f"no example for {name}: {annotation}")
    if issubclass(annotation, BaseModel):
        fields = annotation.model_fields
        return {each: _value(field.annotation, each, revision, index) for each, field in fields.items()}
    return _plain_value(annotation, name, revision, index)


def _plain_value(kind: type, name: str, revision: int, index: int) -> Any:  # noqa: ANN401 - of any field
    if issubclass(kind, StrEnum):
        return list(kind)[revision % len(kind)]
    if issubclass(kind, datetime):
        return datetime(2022, 9, 1, 12, tzinfo=UTC) + timedelta(minutes=revision)
    if issubclass(kind, date):
        return _DAY + timedelta(days=revision + index + (200 if name.endswith(_LATER) else 0))
    values = {
        UUID: known_id(name, index),
        bool: bool(revision % 2),
        int: revision if name == "version" else 100 * revision,
        str: _text(name, revision),
    }
    if kind not in values:
        raise TypeError(f"no example for {name}: {kind}")
    return values[kind]


def _text(name: str, revision: int) -> str:
    if name in {"from_time", "until_time"}:
        return f"{revision + (8 if name == 'from_time' else 12):02}:30"
    return f"{name}.{revision}@example.org" if name == "email" else f"{name} {revision}"
