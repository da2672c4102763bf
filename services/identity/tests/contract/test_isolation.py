"""No table without isolation, no route without token."""

import pytest

from chassis.ids import new_id
from chassis.migrations import tables_without_isolation
from chassis.testing.plugin import Harness

PUBLIC = {
    "GET /api/identity/v1/commune",
    "GET /api/identity/v1/jwks",
    "POST /api/identity/v1/sessions",
    "POST /api/identity/v1/sessions/refresh",
    "POST /api/identity/v1/password-resets",
    "PUT /api/identity/v1/password-resets/{token}",
}


async def test_every_table_is_isolated(harness: Harness) -> None:
    assert [row["relname"] for row in await harness.query(tables_without_isolation())] == []


@pytest.mark.parametrize("token", [None, "a.b.c"])
async def test_every_other_route_refuses_without_token(harness: Harness, token: str | None) -> None:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    seen = set()
    async with harness.client(headers=headers) as client:
        document = (await client.get("/openapi.json")).json()
        for path, operations in document["paths"].items():
            for method in operations:
                seen.add(route := f"{method.upper()} {path}")
                if route not in PUBLIC:
                    address = path.format(account_id=new_id(), tenant_id=new_id())
                    response = await client.request(method, f"http://alixan.localhost{address}", json={})
                    assert response.status_code == 401, route
                    assert response.headers["content-type"] == "application/problem+json"
    assert seen >= PUBLIC
    assert len(seen) == 14
