"""No table without isolation, no route without token."""

from chassis.migrations import tables_without_isolation
from chassis.testing.contract import answers_without_token
from chassis.testing.plugin import Harness

PUBLIC = {
    "GET /api/identity/v1/commune": 200,
    "GET /api/identity/v1/jwks": 200,
    "POST /api/identity/v1/sessions": 422,
    "POST /api/identity/v1/sessions/refresh": 422,
    "POST /api/identity/v1/password-resets": 422,
    "PUT /api/identity/v1/password-resets/{token}": 422,
}


async def test_every_table_is_isolated(harness: Harness) -> None:
    assert [row["relname"] for row in await harness.query(tables_without_isolation())] == []


async def test_every_other_route_refuses_without_token(harness: Harness) -> None:
    answers = await answers_without_token(harness)
    assert {route: status for route, status in answers.items() if status != 401} == PUBLIC
    assert len(answers) == 14
