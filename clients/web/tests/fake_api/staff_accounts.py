"""identity: the accounts of the town hall; at first one for each role."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from fake_api.identity import staff
from fake_api.world import STAFF_ROLES, Problem, World, an_id


def first() -> dict[str, dict[str, Any]]:
    """Those who work at the town hall at first, by id."""
    return {an_id(user): account(an_id(user), user, roles=[role]) for user, role in STAFF_ROLES.items()}


def account(account_id: str, user_name: str, **changes: Any) -> dict[str, Any]:
    """An account in the API's fields."""
    return {
        "account_id": account_id,
        "user_name": user_name,
        "display_name": f"Dominique {user_name}",
        "email": None,
        "roles": ["agent"],
        "family_id": None,
        "guardian_id": None,
        "must_change_password": False,
        "has_password": True,
        "closed": False,
        **changes,
    }


def routes(world: World) -> APIRouter:
    router = APIRouter()
    hall = world.town_hall

    @router.put("/accounts/{account_id}")
    def save(request: Request, account_id: str, body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        caller = staff(world, request, "administrator")
        known = hall.staff_accounts = hall.staff_accounts or first()
        wrong = [{"field": name, "message": "for programs"} for name in ("user_name", "display_name", "roles")]
        if wrong := [each for each in wrong if not body[each["field"]]]:
            raise Problem(422, "invalid-payload", "Certaines informations sont mal formées.", errors=wrong)
        if body["user_name"] in {each["user_name"] for key, each in known.items() if key != account_id}:
            raise Problem(409, "user-name-taken", "Ce nom d'utilisateur est déjà pris. Choisissez-en un autre.")
        if account_id == an_id(caller) and (body["closed"] or "administrator" not in body["roles"]):
            raise Problem(409, "own-access", "Vous ne pouvez pas vous retirer le rôle d'administrateur.")
        known[account_id] = known.get(account_id, account(account_id, "", has_password=False)) | body
        return known[account_id]

    return router
