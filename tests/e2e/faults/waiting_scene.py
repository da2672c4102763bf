"""An activity of one place a day, for which a family waits."""

from dataclasses import dataclass
from datetime import date

from driver import Parent, System, TownHall, until
from faults.crowd import Crowd

FROM, UNTIL = date(2022, 9, 1), date(2022, 10, 1)


@dataclass(frozen=True)
class WaitedFor:
    """``holder`` has the place of every day of ``days``; others may wait."""

    holder: Parent
    activity_id: str
    days: tuple[date, ...]

    def enrol(self, parent: Parent, child: str) -> None:
        """A child that may book it, if there were places."""
        order = parent.order(self.activity_id, child)
        parent.api.post("enrolment", f"/adhesion-orders/{order['order_id']}/payment")
        until(lambda: _is_open(parent, child, self.activity_id))

    def wait(self, parent: Parent, child: str, day: date) -> str:
        """Joins the list of a day; the id of what is waited for."""
        body = {
            "member_id": parent.family.members[child],
            "activity_id": self.activity_id,
            "days": [day.isoformat()],
        }
        waiting = parent.api.post("planning", "/waiting-list", body)["waiting"]
        return next(
            str(each["waiting_id"])
            for each in waiting
            if (each["day"], each["activity_id"]) == (day.isoformat(), self.activity_id)
        )

    def free(self, day: date) -> None:
        """The holder cancels a day."""
        kept = [each for each in self.days if each != day]
        booked = {each["day"] for each in self.holder.reservations(FROM, UNTIL) if each["status"] == "booked"}
        wanted = [each for each in kept if each.isoformat() in booked]
        self.holder.draft("Tenant", self.activity_id, wanted, FROM, UNTIL)
        self.holder.commit()


def offer_of(parent: Parent, day: date) -> str:
    """The id of the place offered to a family on a day, within seconds."""

    def offers() -> list[str]:
        found = parent.api.get("planning", "/waiting-list")["offers"]
        return [str(each["offer_id"]) for each in found if each["day"] == day.isoformat()]

    return until(offers)[0]


def waited_for(system: System, commune: str, town_hall: TownHall, crowd: Crowd, *days: date) -> WaitedFor:
    """A new activity whose only place of these days is taken."""
    activity_id = crowd.activity("Atelier très demandé", capacity=1)
    holder = system.parent(commune, town_hall.register_family(("Tenant",)))
    scene = WaitedFor(holder, activity_id, days)
    scene.enrol(holder, "Tenant")
    holder.draft("Tenant", activity_id, days, FROM, UNTIL)
    holder.commit()
    return scene


def _is_open(parent: Parent, child: str, activity_id: str) -> bool:
    return any(
        activity["open"] for activity in parent.planning_activities(child) if activity["activity_id"] == activity_id
    )
