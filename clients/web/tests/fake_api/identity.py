"""identity."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from fake_api.world import FAMILY, GUARDIAN, NOW, STAFF_ROLES, TODAY, USER, Problem, World, an_id

NAME = "identity"

COMMUNE = {
    "tenant_id": an_id("alixan"),
    "slug": "alixan",
    "name": "Alixan",
    "portal_title": "Portail famille d'Alixan",
    "time_zone": "Europe/Paris",
    "school_zone": "A",
    "look": {"primary_color": "#2f7d6d", "accent_color": "#d9603b", "emblem": "A"},
    "contact": {
        "email": "mairie@alixan.example",
        "phone": "04 75 47 00 00",
        "address": {"line": "1 place de la Mairie", "postal_code": "26300", "city": "Alixan"},
    },
    "today": TODAY.isoformat(),
    "now": NOW,
}


BUSY = (
    "Beaucoup de familles se connectent en ce moment. Vous êtes à la 12e place et votre tour vient dans 40 secondes"
    " environ. Gardez cette page et réessayez dans 40 secondes."
)


def caller(world: World, request: Request) -> str:
    """The user name of the access token."""
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if token not in world.access:
        raise Problem(401, "unauthenticated", "Connectez-vous.")
    return world.access[token]


def parent(world: World, request: Request) -> str:
    """A parent with all rights."""
    user = caller(world, request)
    if user != USER or world.must_change:
        raise Problem(403, "forbidden", "Vous n'avez pas accès à cette partie.")
    return user


def staff(world: World, request: Request, *roles: str) -> str:
    """Someone of the town hall, with one of the roles when any is asked for."""
    user = caller(world, request)
    role = STAFF_ROLES.get(user)
    if role is None or (roles and role not in roles):
        raise Problem(403, "forbidden", "Vous n'avez pas accès à cette partie.")
    return user


def is_staff(world: World, request: Request) -> bool:
    """Whether the town hall asks; anyone else must be a parent."""
    if caller(world, request) in STAFF_ROLES:
        return True
    parent(world, request)
    return False


def _session(world: World, user: str) -> dict[str, Any]:
    access, refresh = secrets.token_urlsafe(300), secrets.token_urlsafe(32)
    world.access[access] = user
    world.refresh[refresh] = user
    staff = user in STAFF_ROLES
    account = {
        "account_id": an_id(user),
        "user_name": user,
        "display_name": "Agnès Roux" if staff else "Camille Martin",
        "roles": [STAFF_ROLES[user]] if staff else ["parent"],
        "family_id": None if staff else FAMILY,
        "guardian_id": None if staff else GUARDIAN,
    }
    must_change = world.must_change and not staff
    tokens = {"access_token": access, "expires_in": 900, "refresh_token": refresh, "refresh_expires_in": 43200}
    return tokens | {"must_change_password": must_change, "account": account}


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/commune")
    def commune() -> dict[str, Any]:
        return COMMUNE

    @router.post("/sessions")
    def log_in(
        user_name: Annotated[str, Body()],
        password: Annotated[str, Body()],
        remember: Annotated[bool, Body()] = False,
        device: Annotated[str | None, Body()] = None,
        ticket: Annotated[str | None, Body()] = None,
    ) -> dict[str, Any]:
        world.devices.append(device)
        if user_name == "trop.vite":
            raise Problem(
                429, "too-many-attempts", "Trop d'essais. Réessayez dans 30 secondes.", retry_after_seconds=30
            )
        if user_name == "tout.le.monde":
            world.tickets.append(ticket)
            raise Problem(503, "busy", BUSY, retry_after=40, rank=12, expected_seconds=40, ticket="place.1.2.ab")
        if world.busy_once:
            world.busy_once = False
            raise Problem(503, "busy", BUSY, retry_after=4, rank=2, expected_seconds=4, ticket="proche.1.2.ab")
        world.tickets.append(ticket)
        if user_name not in {USER, *STAFF_ROLES} or password != world.password:
            raise Problem(401, "wrong-credentials", "Le nom d'utilisateur ou le mot de passe n'est pas le bon.")
        return _session(world, user_name) | {"device": device or f"device-of-{user_name}.0123456789"}

    @router.post("/sessions/refresh")
    def refresh(refresh_token: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        if refresh_token not in world.refresh:
            raise Problem(401, "session-ended", "Votre session est terminée.")
        return _session(world, world.refresh[refresh_token])

    @router.get("/sessions/current", status_code=204)
    def check(request: Request) -> Response:
        caller(world, request)
        if world.sessions_ended:
            raise Problem(401, "session-ended", "Votre session est terminée.")
        return Response(status_code=204)

    @router.delete("/sessions/current", status_code=204)
    def log_out(request: Request) -> Response:
        caller(world, request)
        world.access.clear()
        world.refresh.clear()
        return Response(status_code=204)

    @router.put("/account/password")
    def change(
        request: Request, current_password: Annotated[str, Body()], new_password: Annotated[str, Body()]
    ) -> dict[str, Any]:
        user = caller(world, request)
        if current_password != world.password:
            raise Problem(409, "wrong-password", "Le mot de passe actuel n'est pas le bon.")
        if len(new_password) < 12:
            raise Problem(422, "weak-password", "Choisissez au moins 12 caractères.")
        world.password, world.must_change = new_password, False
        world.access.clear()
        return _session(world, user)

    @router.post("/password-resets", status_code=202)
    def ask_reset(user_name: Annotated[str, Body(embed=True)]) -> dict[str, Any]:
        world.resets.append(user_name)
        return {}

    @router.put("/password-resets/{token}", status_code=204)
    def reset(token: str, new_password: Annotated[str, Body(embed=True)]) -> Response:
        if token != "bon-jeton-123":
            raise Problem(409, "reset-expired", "Ce lien n'est plus valable. Demandez-en un autre.")
        if len(new_password) < 12:
            raise Problem(422, "weak-password", "Choisissez au moins 12 caractères.")
        world.password = new_password
        return Response(status_code=204)

    return router
