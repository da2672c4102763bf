"""enrolment: the families' files as the town hall reads and writes them; the fake knows the Martins and the Roux."""

import hashlib
import json
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.custody import OTHER_HOME
from fake_api.enrolment import family_file
from fake_api.identity import staff
from fake_api.parts import not_found, part
from fake_api.world import FAMILY, Problem, World, an_id

JEANNE = an_id("Jeanne")
_OTHER_FAMILIES = 60


def _roux() -> dict[str, Any]:
    jeanne = {
        "member_id": JEANNE,
        "kind": "child",
        "first_name": "Jeanne",
        "last_name": "Roux",
        "birth_date": "2015-06-09",
        "school": "Pasteur",
        "diet": "without_meat",
        "missing": [],
    }
    address = {"line": "1 place de la Gare", "postal_code": "26300", "city": "Alixan"}
    return {"name": "Famille Roux", "address": address, "quotient_familial": None, "guardians": [], "members": [jeanne]}


def files(world: World) -> dict[str, dict[str, Any]]:
    """Each file by its id, with the version that its contents make."""
    known = {FAMILY: family_file(world), OTHER_HOME: _roux()} | world.town_hall.families
    return {
        family_id: file | {"family_id": family_id, "version": hashlib.md5(json.dumps(file).encode()).hexdigest()}
        for family_id, file in known.items()
    }


def _items(world: World) -> list[dict[str, Any]]:
    items = [
        {
            "family_id": family_id,
            "name": file["name"],
            "city": file["address"]["city"],
            "member_count": len(file["members"]),
            "guardians": [f"{each['first_name']} {each['last_name']}" for each in file["guardians"]],
            "members": [each["first_name"] for each in file["members"]],
        }
        for family_id, file in files(world).items()
    ]
    others = [
        items[0]
        | {"family_id": an_id(f"family {n}"), "name": f"Famille Voisin {n:02}", "guardians": [f"Dominique {n}"]}
        | {"members": []}
        for n in range(_OTHER_FAMILIES)
    ]
    return [*items, *others]


def routes(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    @router.get("/families")
    def families(
        request: Request, query: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> dict[str, Any]:
        staff(world, request)
        words = (query or "").lower()
        found = [f for f in _items(world) if words in f"{f['name']} {f['guardians']} {f['members']}".lower()]
        return part(found, cursor, limit)

    @router.get("/families/{family_id}")
    def family(request: Request, family_id: uuid.UUID) -> dict[str, Any]:
        staff(world, request)
        if str(family_id) not in files(world):
            raise not_found()
        return files(world)[str(family_id)]

    @router.put("/families/{family_id}")
    def save(request: Request, family_id: uuid.UUID, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request)
        if hall.family_refusal:
            raise hall.family_refusal
        known = files(world).get(str(family_id))
        if known and body["if_version"] != known["version"]:
            raise Problem(409, "family-changed", "Ce dossier a été modifié entre-temps.")
        hall.families[str(family_id)] = {name: value for name, value in body.items() if name != "if_version"}
        return files(world)[str(family_id)]

    return router
