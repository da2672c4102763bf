"""An activity whose booked days can no longer be cancelled, so that absences are announced."""

import json
from datetime import date
from typing import Any

from driver import Parent, TownHall, until
from faults.crowd import Crowd, calendar

FROM, UNTIL = date(2022, 9, 1), date(2022, 10, 1)
_LONG_BEFORE = {"kind": "days_before", "days": 90, "time": "12:00", "counting": "calendar"}
_ON_PROOF = {"excused": ["illness", "strike"], "on_proof": ["illness"]}


def cannot_cancel(town_hall: TownHall, crowd: Crowd, parent: Parent, child: str, *days: date) -> str:
    """A new activity that a child has booked these days. Strikes are excused, illness on proof. Returns its id."""
    activity_id = crowd.activity("Atelier sans annulation")
    order = parent.order(activity_id, child)
    parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
    until(lambda: _is_open(parent, child, activity_id))
    parent.draft(child, activity_id, days, FROM, UNTIL)
    parent.commit()
    late = {**calendar(None), "cancelling_rule": {"default": _LONG_BEFORE}}
    town_hall.api.put("planning", f"/activities/{activity_id}/calendar", late)
    town_hall.api.put("planning", f"/activities/{activity_id}/absence-policy", _ON_PROOF)
    return activity_id


def announcing(member_id: str, activity_id: str, day: date, reason: str) -> dict[str, str]:
    """The form that announces the absence of a day."""
    said = {"member_id": member_id, "activity_id": activity_id, "days": [day.isoformat()], "reason": reason}
    return {"absence": json.dumps(said)}


def announce(
    parent: Parent, activity_id: str, child: str, day: date, reason: str, *files: tuple[str, bytes]
) -> dict[str, Any]:
    """Announces the absence of a day with files of these names and contents, and what is told of it."""
    form = announcing(parent.family.members[child], activity_id, day, reason)
    sent = [("documents", file) for file in files]
    answer = parent.api.send("POST", "/api/planning/v1/absences", data=form, files=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = next(
        each
        for each in answer.json()["announced"]
        if (each["day"], each["activity_id"]) == (day.isoformat(), activity_id)
    )
    return found


def _is_open(parent: Parent, child: str, activity_id: str) -> bool:
    return any(each["open"] for each in parent.planning_activities(child) if each["activity_id"] == activity_id)
