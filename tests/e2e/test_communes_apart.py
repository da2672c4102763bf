"""Communes apart, families apart, parents apart from the town hall: on every route the six documents name."""

import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from driver import OWN_PASSWORD, Api, FamilyRecord, Parent, System, TownHall
from driver.operations import Operation, all_operations
from driver.scenes import lived_in

PARENTS = {
    "GET /api/identity/v1/account",
    "PUT /api/identity/v1/account/password",
    "DELETE /api/identity/v1/sessions/current",
    "GET /api/identity/v1/sessions/current",
    "GET /api/enrolment/v1/family",
    "PUT /api/enrolment/v1/family/guardians/{guardian_id}",
    "GET /api/enrolment/v1/activities",
    "GET /api/enrolment/v1/adhesion-orders",
    "POST /api/enrolment/v1/adhesion-orders",
    "GET /api/enrolment/v1/adhesion-orders/{order_id}",
    "DELETE /api/enrolment/v1/adhesion-orders/{order_id}",
    "POST /api/enrolment/v1/adhesion-orders/{order_id}/payment",
    "GET /api/planning/v1/members",
    "GET /api/planning/v1/planning",
    "PUT /api/planning/v1/draft/members/{member_id}",
    "GET /api/planning/v1/draft",
    "DELETE /api/planning/v1/draft",
    "DELETE /api/planning/v1/draft/impossible-lines",
    "DELETE /api/planning/v1/draft/lines/{line_id}",
    "POST /api/planning/v1/draft/commit",
    "GET /api/planning/v1/reservations",
    "GET /api/billing/v1/summary",
    "POST /api/billing/v1/invoice-payments",
    "GET /api/billing/v1/account",
    "GET /api/billing/v1/payments",
    "GET /api/billing/v1/invoices",
    "GET /api/billing/v1/invoices/{invoice_id}",
    "GET /api/billing/v1/invoices/{invoice_id}/pdf",
    "GET /api/payment-gateway/v1/payments/{payment_id}",
    "POST /api/payment-gateway/v1/payments/{payment_id}/attempts",
    "GET /api/communication/v1/messages",
    "POST /api/communication/v1/messages",
    "POST /api/communication/v1/messages/read",
    "GET /api/communication/v1/messages/summary",
}
"""What a parent may ask for; every other route that wants a login is the town hall's or the operator's."""

UPSERTS = {
    "PUT /api/enrolment/v1/regies/{regie_id}",
    "PUT /api/enrolment/v1/activities/{activity_id}",
    "PUT /api/enrolment/v1/families/{family_id}",
    "PUT /api/identity/v1/accounts/{account_id}",
    "PUT /api/payment-gateway/v1/regies/{regie_id}/contract",
}
"""Routes where the caller chooses the id: a foreign one cannot be told from a new one."""

Content = dict[str, Any]


@pytest.fixture(scope="module")
def operations(system: System) -> list[Operation]:
    found = all_operations(system.api("alixan"))
    assert {str(operation) for operation in found} >= PARENTS | UPSERTS
    return found


@pytest.fixture(scope="module")
def mercier(system: System, town_hall: TownHall) -> Parent:
    """A parent of Alixan whose every page has something."""
    return lived_in(system, town_hall)


@pytest.fixture(scope="module")
def ids(mercier: Parent, town_hall: TownHall) -> dict[str, str]:
    """A real id of Alixan, of this family where it is a family's, for each parameter of a path."""
    orders = mercier.api.get("enrolment", "/adhesion-orders")
    order = next(each for each in orders if each["status"] == "paid")
    accounts = town_hall.api.get("identity", "/accounts", family_id=mercier.family.family_id)["items"]
    return {
        "tenant_id": town_hall.api.get("identity", "/commune")["tenant_id"],
        "account_id": accounts[0]["account_id"],
        "family_id": mercier.family.family_id,
        "guardian_id": mercier.family.guardian_id,
        "member_id": mercier.family.members["Louis"],
        "order_id": order["order_id"],
        "payment_id": order["payment_id"],
        "activity_id": order["lines"][0]["activity_id"],
        "regie_id": order["regie"]["regie_id"],
        "line_id": mercier.api.get("planning", "/draft")["lines"][0]["line_id"],
        "invoice_id": mercier.invoices()[0]["invoice_id"],
        "news_id": mercier.api.get("communication", "/news")[0]["news_id"],
        "document_id": mercier.api.get("communication", "/documents")[0]["document_id"],
        "school_year": "2022",
    }


@pytest.fixture(scope="module")
def contents(ids: dict[str, str], town_hall: TownHall) -> dict[str, Content]:
    """Right content for the routes that look at it before they look for the id."""
    calendar = town_hall.api.get("planning", f"/activities/{ids['activity_id']}/calendar")
    shown = {"booking_rule_text", "cancelling_rule_text", "notices"}
    period = {"from": "2023-03-01", "to": "2023-04-01"}
    own_days = {**period, "activity_id": ids["activity_id"], "days": []}
    return {
        "PUT /api/enrolment/v1/family/guardians/{guardian_id}": {"json": {"email": "a@example.org", "phone": None}},
        "PUT /api/planning/v1/draft/members/{member_id}": {"json": own_days},
        "PUT /api/planning/v1/activities/{activity_id}/calendar": {
            "json": {name: value for name, value in calendar.items() if name not in shown}
        },
        "PUT /api/communication/v1/news/{news_id}": {"json": {"title": "Titre", "body": "Texte"}},
        "POST /api/communication/v1/conversations/{family_id}/messages": {
            "json": {"subject": "Objet", "body": "Texte"}
        },
        "POST /api/identity/v1/accounts/{account_id}/first-password": {"json": {}},
    }


@pytest.fixture(scope="module")
def neighbour(system: System, town_hall: TownHall) -> Parent:
    """Another parent of Alixan."""
    return system.parent("alixan", town_hall.register_family(("Zoé",)))


@pytest.fixture(scope="module")
def veyras(system: System) -> TownHall:
    return system.town_hall("veyras")


@pytest.fixture(scope="module")
def parent_of_veyras(system: System, veyras: TownHall) -> Parent:
    return system.parent("veyras", veyras.register_family(("Zoé",)))


def ask(api: Api, operation: Operation, ids: dict[str, str], content: Content | None = None) -> httpx.Response:
    body = {} if operation.method == "GET" else (content or {"json": {}})
    return api.send(operation.method, operation.address({"token": "0" * 43, **ids}), **body)


def unexpected(
    operations: list[Operation], expected: set[int], send: Callable[[Operation], httpx.Response]
) -> dict[str, str]:
    """The answers that are not among the expected ones."""
    answers = {str(operation): send(operation) for operation in operations}
    return {
        name: f"{answer.status_code} {answer.text[:200]}"
        for name, answer in answers.items()
        if answer.status_code not in expected
    }


def test_nobody_gets_in_without_a_login(system: System, operations: list[Operation], ids: dict[str, str]) -> None:
    visitor = system.api("alixan")
    closed = [operation for operation in operations if operation.caller != "anyone"]
    assert unexpected(closed, {401}, lambda operation: ask(visitor, operation, ids)) == {}


def test_only_these_routes_ask_for_no_login(operations: list[Operation]) -> None:
    assert {str(operation) for operation in operations if operation.caller == "anyone"} == {
        "GET /api/identity/v1/commune",
        "GET /api/identity/v1/jwks",
        "POST /api/identity/v1/sessions",
        "POST /api/identity/v1/sessions/refresh",
        "POST /api/identity/v1/password-resets",
        "PUT /api/identity/v1/password-resets/{token}",
        "GET /api/communication/v1/home",
        "GET /api/communication/v1/news",
        "GET /api/communication/v1/news/{news_id}",
        "GET /api/communication/v1/documents",
        "GET /api/communication/v1/documents/{document_id}/content",
        "GET /pay/ipn/paybox/{slug}/{attempt_id}",
        "POST /pay/ipn/paybox/{slug}/{attempt_id}",
        "GET /pay/return/paybox/{slug}/{attempt_id}/{outcome}",
    }


def test_a_parent_is_not_the_town_hall(
    mercier: Parent, operations: list[Operation], ids: dict[str, str], contents: dict[str, Content]
) -> None:
    """Not even with the ids of the own family."""
    town_halls = [each for each in operations if each.caller != "anyone" and str(each) not in PARENTS]
    assert len(town_halls) > 25
    assert unexpected(town_halls, {401, 403}, lambda each: ask(mercier.api, each, ids, contents.get(str(each)))) == {}


def test_another_familys_ids_do_not_exist(
    neighbour: Parent, mercier: Parent, operations: list[Operation], ids: dict[str, str], contents: dict[str, Content]
) -> None:
    with_ids = [each for each in operations if str(each) in PARENTS and each.parameters]
    assert len(with_ids) == 10
    assert unexpected(with_ids, {404}, lambda each: ask(neighbour.api, each, ids, contents.get(str(each)))) == {}
    assert mercier.read_order(ids["order_id"])["status"] == "paid"
    assert [line["line_id"] for line in mercier.api.get("planning", "/draft")["lines"]] == [ids["line_id"]]
    assert mercier.api.get("enrolment", "/family")["guardians"][0]["email"] == mercier.family.email


def test_another_familys_ids_do_not_exist_in_what_is_sent(neighbour: Parent, ids: dict[str, str]) -> None:
    march = {"from": "2023-03-01", "to": "2023-04-01"}
    order = {"activity_id": ids["activity_id"], "member_ids": [ids["member_id"]]}
    answers = [
        neighbour.api.send("GET", "/api/planning/v1/planning", params={"member_id": ids["member_id"], **march}),
        neighbour.api.send("POST", "/api/enrolment/v1/adhesion-orders", json=order),
        neighbour.api.send("POST", "/api/billing/v1/invoice-payments", json={"invoice_ids": [ids["invoice_id"]]}),
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    listed = neighbour.api.send("GET", "/api/billing/v1/invoices", params={"family_id": ids["family_id"]})
    assert listed.status_code in {403, 404} or listed.json()["items"] == []


def test_a_login_of_another_commune_opens_nothing(
    system: System,
    veyras: TownHall,
    parent_of_veyras: Parent,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
) -> None:
    """Veyras's tokens, at Alixan's address."""
    closed = [operation for operation in operations if operation.caller != "anyone"]
    for person in (veyras.api, parent_of_veyras.api):
        at_alixan = system.api("alixan")
        at_alixan.session = person.session
        refused = unexpected(closed, {401, 403}, lambda each: ask(at_alixan, each, ids, contents.get(str(each))))  # noqa: B023
        assert refused == {}


def test_another_communes_ids_do_not_exist(
    veyras: TownHall, operations: list[Operation], ids: dict[str, str], contents: dict[str, Content]
) -> None:
    """Alixan's ids, at Veyras's address, asked by Veyras's own administrator."""
    with_ids = [
        operation
        for operation in operations
        if operation.path.startswith("/api/")
        and set(operation.parameters) - {"school_year", "token"}
        and str(operation) not in UPSERTS
    ]
    assert len(with_ids) > 15
    refused = unexpected(with_ids, {401, 403, 404}, lambda each: ask(veyras.api, each, ids, contents.get(str(each))))
    assert refused == {}


def test_a_family_registered_twice_is_two_families(
    system: System, veyras: TownHall, mercier: Parent, ids: dict[str, str]
) -> None:
    """Veyras writes under an id of Alixan: whatever it answers, Alixan's family stays what it was."""
    before = mercier.api.get("enrolment", "/family")
    guardian = {"guardian_id": ids["guardian_id"], "first_name": "X", "last_name": "Y", "email": None, "phone": None}
    written = veyras.api.send(
        "PUT",
        f"/api/enrolment/v1/families/{ids['family_id']}",
        json={
            "name": "Intruse",
            "address": {"line": "1 rue", "postal_code": "07000", "city": "Veyras"},
            "quotient_familial": 1,
            "guardians": [guardian],
            "members": [],
        },
    )
    assert written.status_code < 500, written.text
    assert mercier.api.get("enrolment", "/family") == before
    assert system.api("alixan").log_in(mercier.family.user_name, OWN_PASSWORD).account["family_id"] == ids["family_id"]


def test_a_changed_token_is_worth_nothing(system: System, family: FamilyRecord) -> None:
    api = system.api("alixan")
    token = api.log_in(family.user_name, family.first_password).access_token
    header, payload, signature = token.split(".")
    last = "A" if signature[-2] != "A" else "B"
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    forged = [f"{header}.{payload}.{signature[:-2]}{last}{signature[-1]}", f"{unsigned}.{payload}.", str(uuid.uuid4())]
    for each in forged:
        answer = api.send("GET", "/api/identity/v1/account", headers={"authorization": f"Bearer {each}"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
