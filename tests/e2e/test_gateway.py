"""What the gateway lets through, adds and refuses, in front of the real services.

Its limits and the answers while a service is away are tested with a slow gateway in deploy/gateway/tests.
"""

import re
import uuid

import httpx
import pytest

from driver import Api, Portal, System
from driver.api import SERVICES

PROBLEM = "application/problem+json"


@pytest.fixture
def visitor(system: System) -> Api:
    return system.api("alixan")


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/health",
        "/health/live",
        "/health/ready",
        "//metrics",
        "/%6detrics",
        "/api/identity/../../metrics",
        *(f"/api/{service}/{inside}" for service in SERVICES for inside in ("metrics", "health/ready")),
    ],
)
def test_health_and_metrics_stay_inside(running_portal: Portal, path: str) -> None:
    with httpx.Client(
        base_url=running_portal.gateway_url, headers={"host": "alixan.localhost"}, trust_env=False
    ) as own:
        request = own.build_request("GET", "/")
        request.url = request.url.copy_with(raw_path=path.encode())
        assert own.send(request).status_code == 404


def test_every_answer_has_a_request_id(visitor: Api) -> None:
    for path in ("/", "/api/identity/v1/commune", "/api/billing/v1/invoices"):
        given = str(uuid.uuid4())
        assert visitor.send("GET", path, headers={"x-request-id": given}).headers.get_list("x-request-id") == [given]
        drawn = visitor.send("GET", path).headers["x-request-id"]
        assert re.fullmatch(r"[0-9a-f-]{32,36}", drawn)


def test_what_is_too_large_is_refused(visitor: Api) -> None:
    too_large = b"x" * (10 * 1024 * 1024 + 1)
    called = visitor.send("POST", "/api/communication/v1/documents", content=too_large)
    assert (called.status_code, called.headers["content-type"]) == (413, PROBLEM)
    assert called.json()["type"] == "urn:portail-famille:problem:too-large"
    shown = visitor.send("POST", "/mairie/documents", content=too_large)
    assert shown.status_code == 413
    assert "trop volumineux" in shown.text


def test_an_unknown_address_is_no_commune(running_portal: Portal) -> None:
    headers = {"host": "ailleurs.localhost"}
    with httpx.Client(base_url=running_portal.gateway_url, headers=headers, trust_env=False) as client:
        page = client.get("/")
        assert page.status_code == 404
        assert 'lang="fr"' in page.text
        called = client.get("/api/identity/v1/commune")
        assert (called.status_code, called.headers["content-type"]) == (404, PROBLEM)


def test_pages_keep_to_themselves(visitor: Api) -> None:
    """Every page: no foreign script, no frame, no guessing of types, no version told."""
    for path in ("/", "/mot-de-passe-oublie", "/accessibilite", "/cette-page-n-existe-pas"):
        headers = visitor.send("GET", path).headers
        policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
        assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == "no-store"
        assert headers["server"] == "nginx"


def test_a_problem_is_told_in_french_with_its_kind(visitor: Api) -> None:
    answer = visitor.send("GET", "/api/billing/v1/invoices")
    assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM)
    problem = answer.json()
    assert problem["type"].startswith("urn:portail-famille:problem:")
    assert problem["detail"]
    unknown = visitor.send("GET", "/api/nobody/v1")
    assert unknown.json()["type"] == "urn:portail-famille:problem:not-found"
