"""Reads of activities and régies; the number of statements never depends on how much there is to read."""

from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from enrolment.adapters.catalogue import ACTIVITIES, to_activity
from enrolment.adapters.families import to_member
from enrolment.adapters.views import ActivityView, CandidateView, GridLineView, RegieView, SlotView
from enrolment.domain.activity import Activity
from enrolment.domain.eligibility import AdhesionStatus, refusal
from enrolment.domain.family import Member
from enrolment.domain.pricing import price_grid, unit_price
from enrolment.domain.slots import slot_prices

_Statuses = dict[tuple[UUID, UUID], tuple[AdhesionStatus, UUID]]


async def list_activities_for(connection: AsyncConnection, family_id: UUID, today: date) -> list[ActivityView]:
    """Activities whose season is not over, with the family's prices and who may be enrolled: four statements."""
    values = {"family_id": family_id, "today": today}
    quotient_familial = await connection.scalar(
        text("select quotient_familial from family where family_id = :family_id"), values
    )
    members = await connection.execute(
        text(
            "select m.* from member_family l join member m using (tenant_id, member_id)"
            " where l.family_id = :family_id order by l.position, m.member_id"
        ),
        values,
    )
    adhesions = await connection.execute(
        text(
            "select activity_id, member_id, status, order_id from adhesion where family_id = :family_id"
            " and status in ('awaiting_payment', 'active') order by status desc"
        ),
        values,
    )
    statuses: _Statuses = {
        (row.activity_id, row.member_id): (AdhesionStatus(row.status), row.order_id) for row in adhesions
    }
    activities = await connection.execute(
        text(f"{ACTIVITIES} where closes_on > :today order by opens_on, name, activity_id"), values
    )
    family_members = [to_member(row) for row in members]
    return [_view(to_activity(row), quotient_familial, family_members, statuses, today) for row in activities]


def _view(
    activity: Activity, quotient_familial: int | None, members: list[Member], statuses: _Statuses, today: date
) -> ActivityView:
    tariff = activity.tariff
    return ActivityView(
        activity_id=activity.activity_id,
        name=activity.name,
        element_name=activity.element_name,
        description=activity.description,
        category=activity.category,
        season=activity.season,
        opens_on=activity.opens_on,
        closes_on=activity.closes_on,
        regie=RegieView(regie_id=activity.regie.regie_id, name=activity.regie.name),
        adhesion_fee_cents=tariff.adhesion_fee_cents,
        unit_price_cents=unit_price(tariff.unit, quotient_familial),
        tariff_label=tariff.label,
        price_grid=[
            GridLineView(label=line.label, unit_cents=line.unit_cents, yours=line.yours)
            for line in price_grid(tariff.unit, quotient_familial)
        ],
        slots=_slots(activity, quotient_familial),
        immediate_payment=activity.immediate_payment,
        members=[_candidate(activity, member, statuses, today) for member in members],
    )


def _slots(activity: Activity, quotient_familial: int | None) -> list[SlotView]:
    cents = slot_prices(activity.tariff, activity.slots, quotient_familial)
    return [
        SlotView(
            code=slot.code,
            name=slot.name,
            from_time=slot.from_time.isoformat("minutes"),
            until_time=slot.until_time.isoformat("minutes"),
            unit_price_cents=cents[slot.code],
        )
        for slot in activity.slots
    ]


def _candidate(activity: Activity, member: Member, statuses: _Statuses, today: date) -> CandidateView:
    status, order_id = statuses.get((activity.activity_id, member.member_id), (None, None))
    refused = refusal(activity, member, status, today)
    awaiting = status is AdhesionStatus.AWAITING_PAYMENT
    return CandidateView.model_validate(
        {
            "member_id": member.member_id,
            "first_name": member.first_name,
            "eligible": refused is None,
            "reason": refused.reason if refused else None,
            "adhesion_status": status.value if status else None,
            "order_id": order_id if awaiting else None,
        }
    )


async def list_all_activities(connection: AsyncConnection) -> list[Activity]:
    """Every activity, newest season first."""
    rows = await connection.execute(text(f"{ACTIVITIES} order by opens_on desc, name, activity_id"))
    return [to_activity(row) for row in rows]


async def list_regies(connection: AsyncConnection) -> list[RegieView]:
    """Every régie, by name."""
    rows = await connection.execute(text("select regie_id, name from regie order by lower(name), regie_id"))
    return [RegieView.model_validate(row, from_attributes=True) for row in rows]
