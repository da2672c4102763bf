"""planning: school and public holidays; 2022/2023 is there, other years have their public holidays proposed."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.identity import staff
from fake_api.world import CANTEEN, SEASON, Problem, World


def proposed(school_year: int) -> dict[str, Any]:
    """A year the town has not written."""
    return {
        "school_year": school_year,
        "version": f"official {school_year}",
        "zone": "A",
        "school_holidays_known": school_year == 2022,
        "edited": False,
        "school": [{"name": "Toussaint", "from": "2022-10-22", "to": "2022-11-07"}] if school_year == 2022 else [],
        "public": [{"day": f"{school_year}-11-11", "name": "Armistice 1918"}],
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    @router.get("/holidays")
    def years(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return list(({2022: proposed(2022)} | hall.holidays).values())

    @router.get("/holidays/{school_year}")
    def year(request: Request, school_year: int) -> dict[str, Any]:
        staff(world, request)
        return hall.holidays.get(school_year) or proposed(school_year)

    @router.put("/holidays/{school_year}")
    def save(request: Request, school_year: int, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request, "administrator")
        _refuse_empty(body)
        for number, period in enumerate(body["school"]):
            for other in body["school"][:number]:
                if period["from"] < other["to"] and other["from"] < period["to"]:
                    reason = f"Ces jours en chevauchent d'autres : « {other['name']} »."
                    line = {"field": f"school.{number}", "reason": reason}
                    raise Problem(422, "holidays-refused", "Ces vacances sont refusées.", lines=[line])
        if body["version"] not in (None, year(request, school_year)["version"]):
            raise Problem(409, "holidays-changed", "Les vacances de cette année ont été modifiées entre-temps.")
        written = {"school_holidays_known": True, "edited": True, "version": f"saved {len(str(body))}"}
        hall.holidays[school_year] = proposed(school_year) | body | written
        return hall.holidays[school_year]

    @router.post("/holidays/{school_year}/preview")
    def preview(request: Request, body: Annotated[dict[str, Any], Body()]) -> list[dict[str, Any]]:
        staff(world, request)
        _refuse_empty(body)
        return _touched(world, body["public"])

    @router.get("/bookings-to-withdraw")
    def to_withdraw(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return _touched(world, [holiday for year in hall.holidays.values() for holiday in year["public"]])

    @router.get("/school-week")
    def school_week(request: Request) -> dict[str, Any]:
        staff(world, request)
        return {"week_days": hall.school_week}

    @router.put("/school-week")
    def save_week(request: Request, week_days: Annotated[list[int], Body(embed=True)]) -> dict[str, Any]:
        staff(world, request, "administrator")
        hall.school_week = sorted(week_days)
        return {"week_days": hall.school_week}

    return router


def _touched(world: World, public: list[dict[str, str]]) -> list[dict[str, Any]]:
    hall = world.town_hall
    days = [
        {"day": holiday["day"], "closed_reason": f"Jour férié : {holiday['name']}", "reservations": 12, "families": 9}
        for holiday in public
        if holiday["day"] in hall.booked_holidays and holiday["day"] not in hall.withdrawn
    ]
    return [{"activity_id": CANTEEN, "activity_name": f"Cantine d'Alixan {SEASON}", "days": days}] if days else []


def _refuse_empty(body: dict[str, Any]) -> None:
    """What is missing is for programs; that a period is reversed is said in words, at the whole of it."""
    errors = [
        {"field": f"{kind}.{number}.{name}", "message": "for programs"}
        for kind in ("school", "public")
        for number, row in enumerate(body[kind])
        for name, value in row.items()
        if not value
    ]
    errors += [
        {"field": f"school.{number}", "message": "Value error, la période se termine avant de commencer"}
        for number, row in enumerate(body["school"])
        if row["to"] and row["to"] <= row["from"]
    ]
    if errors:
        raise Problem(422, "invalid-payload", "Certaines informations sont mal formées.", errors=errors)
