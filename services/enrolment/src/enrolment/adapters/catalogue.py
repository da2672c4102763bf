"""Régies and activities in SQL."""

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter
from sqlalchemy import Row

from chassis.errors import NotFoundError
from contracts.values import MemberKind
from enrolment.adapters.sql import SqlPart
from enrolment.domain.activity import Activity, Audience, Regie
from enrolment.domain.pricing import Tariff, UnitTariff
from enrolment.domain.slots import Slot

_UNIT_TARIFF: TypeAdapter[UnitTariff] = TypeAdapter(Annotated[UnitTariff, Field(discriminator="kind")])
_SLOTS: TypeAdapter[tuple[Slot, ...]] = TypeAdapter(tuple[Slot, ...])

ACTIVITIES = "select activity.*, regie.name as regie_name from activity join regie using (tenant_id, regie_id)"
"""The rows ``to_activity`` reads."""


class SqlCatalogue(SqlPart):
    """See ``application.ports.Catalogue``."""

    async def write_regie(self, regie: Regie) -> bool:
        """Stores a régie; whether it is new or differs."""
        written = await self._run(
            "insert into regie (tenant_id, regie_id, name) values (:tenant_id, :regie_id, :name)"
            " on conflict (tenant_id, regie_id) do update set name = excluded.name where regie.name <> excluded.name",
            regie_id=regie.regie_id,
            name=regie.name,
        )
        return written.rowcount > 0

    async def find_regie(self, regie_id: UUID) -> Regie:
        """The régie of an id; it keeps its name until the end of the transaction."""
        found = await self._run("select name from regie where regie_id = :regie_id for share", regie_id=regie_id)
        name = found.scalar_one_or_none()
        if name is None:
            raise NotFoundError("Cette régie n'existe pas. Créez-la d'abord.")
        return Regie(regie_id, name)

    async def bump_activities_of(self, regie_id: UUID) -> list[tuple[Activity, int]]:
        """Raises the versions of a régie's activities and gives them."""
        await self._run("update activity set version = version + 1 where regie_id = :regie_id", regie_id=regie_id)
        rows = await self._run(f"{ACTIVITIES} where regie_id = :regie_id", regie_id=regie_id)
        return [(to_activity(row), row.version) for row in rows]

    async def lock_activity(self, activity_id: UUID) -> Activity | None:
        """Locks an activity for change and reads it."""
        return await self._find(activity_id, "for no key update of activity")

    async def hold_activity(self, activity_id: UUID) -> Activity:
        """Reads an activity and keeps it from changing."""
        activity = await self._find(activity_id, "for share of activity")
        if activity is None:
            raise NotFoundError
        return activity

    async def hold_activities(self, activity_ids: Collection[UUID]) -> dict[UUID, Activity]:
        """Reads activities and keeps them from changing."""
        rows = await self._run(
            f"{ACTIVITIES} where activity_id = any(:ids) order by activity_id for share of activity",
            ids=[*activity_ids],
        )
        return {row.activity_id: to_activity(row) for row in rows}

    async def _find(self, activity_id: UUID, lock: str) -> Activity | None:
        found = await self._run(f"{ACTIVITIES} where activity_id = :activity_id {lock}", activity_id=activity_id)
        row = found.one_or_none()
        return to_activity(row) if row else None

    async def write_activity(self, activity: Activity) -> int:
        """Stores an activity; gives its new version."""
        written = await self._run(_WRITE_ACTIVITY, **_values(activity))
        version: int = written.scalar_one()
        return version


_WRITE_ACTIVITY = """
    insert into activity
        (tenant_id, activity_id, name, element_name, description, category, season, opens_on, closes_on, regie_id,
         immediate_payment, member_kind, min_age, max_age, schools, adhesion_fee_cents, tariff_label, unit_tariff,
         slots, version)
    values
        (:tenant_id, :activity_id, :name, :element_name, :description, :category, :season, :opens_on, :closes_on,
         :regie_id, :immediate_payment, :member_kind, :min_age, :max_age, :schools, :adhesion_fee_cents,
         :tariff_label, cast(:unit_tariff as jsonb), cast(:slots as jsonb), 1)
    on conflict (tenant_id, activity_id) do update
    set name = excluded.name, element_name = excluded.element_name, description = excluded.description,
        category = excluded.category, season = excluded.season, opens_on = excluded.opens_on,
        closes_on = excluded.closes_on, regie_id = excluded.regie_id,
        immediate_payment = excluded.immediate_payment, member_kind = excluded.member_kind,
        min_age = excluded.min_age, max_age = excluded.max_age, schools = excluded.schools,
        adhesion_fee_cents = excluded.adhesion_fee_cents, tariff_label = excluded.tariff_label,
        unit_tariff = excluded.unit_tariff, slots = excluded.slots, version = activity.version + 1
    returning version
"""


def _values(activity: Activity) -> dict[str, object]:
    return {
        "activity_id": activity.activity_id,
        "name": activity.name,
        "element_name": activity.element_name,
        "description": activity.description,
        "category": activity.category,
        "season": activity.season,
        "opens_on": activity.opens_on,
        "closes_on": activity.closes_on,
        "regie_id": activity.regie.regie_id,
        "immediate_payment": activity.immediate_payment,
        "member_kind": activity.audience.member_kind.value,
        "min_age": activity.audience.min_age,
        "max_age": activity.audience.max_age,
        "schools": list(activity.audience.schools),
        "adhesion_fee_cents": activity.tariff.adhesion_fee_cents,
        "tariff_label": activity.tariff.label,
        "unit_tariff": _UNIT_TARIFF.dump_json(activity.tariff.unit).decode(),
        "slots": _SLOTS.dump_json(activity.slots).decode(),
    }


def to_unit_tariff(stored: object) -> UnitTariff:
    """The tariff of a unit from its JSON column."""
    return _UNIT_TARIFF.validate_python(stored)


def to_tariff(row: Row[Any]) -> Tariff:
    """The tariff of an activity's row."""
    return Tariff(row.adhesion_fee_cents, row.tariff_label, to_unit_tariff(row.unit_tariff))


def to_slots(stored: object) -> tuple[Slot, ...]:
    """The slots from their JSON column."""
    return _SLOTS.validate_python(stored)


def to_activity(row: Row[Any]) -> Activity:
    """An activity from a row of ``ACTIVITIES``."""
    return Activity(
        activity_id=row.activity_id,
        name=row.name,
        element_name=row.element_name,
        description=row.description,
        category=row.category,
        season=row.season,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        regie=Regie(row.regie_id, row.regie_name),
        immediate_payment=row.immediate_payment,
        audience=Audience(MemberKind(row.member_kind), row.min_age, row.max_age, tuple(row.schools)),
        tariff=to_tariff(row),
        slots=to_slots(row.slots),
    )
