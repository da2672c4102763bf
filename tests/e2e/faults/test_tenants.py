"""Communes apart, families apart, roles apart: on every route the six documents name, and nothing is changed."""

import base64
import hmac
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.authentication import Principal
from chassis.testing.tokens import TokenSigner
from contracts.values import Role
from driver import Api, Parent, Session, System, TownHall, until
from driver.bank import asked_by_another_shop
from driver.operations import Operation, all_operations
from driver.scenes import lived_in
from faults.absence_scene import announce, announcing, cannot_cancel
from faults.crowd import Crowd
from faults.databases import Databases
from faults.figures import Figures
from faults.routes import ADMINISTRATORS, AGENTS, PARENTS, REGISSEURS, UPSERTS, Content, ask, unexpected, with_status
from faults.waiting_scene import offer_of, waited_for

HOME = "numerian"
"""The commune whose routes are called."""


@pytest.fixture(scope="module")
def town_hall(system: System) -> TownHall:
    return system.town_hall(HOME)


@pytest.fixture(scope="module")
def operations(system: System) -> list[Operation]:
    found = all_operations(system.api(HOME))
    assert {str(operation) for operation in found} >= PARENTS | UPSERTS
    return found


@pytest.fixture(scope="module")
def crowd(system: System, town_hall: TownHall, signer: TokenSigner) -> Crowd:
    return Crowd(system.gateway_url, town_hall, signer)


@pytest.fixture(scope="module")
def mercier(system: System, town_hall: TownHall, crowd: Crowd) -> Parent:
    """A parent of Numérian whose every page has something."""
    return lived_in(system, town_hall, HOME, crowd.activity("Cantine des Écoles", fee_cents=1700))


@pytest.fixture(scope="module")
def waited_days(system: System, mercier: Parent, town_hall: TownHall, crowd: Crowd) -> tuple[str, str]:
    """What this family waits for, and a place that it is offered."""
    waited, offered = date(2022, 9, 12), date(2022, 9, 13)
    scene = waited_for(system, HOME, town_hall, crowd, waited, offered)
    scene.enrol(mercier, "Louis")
    waiting_id = scene.wait(mercier, "Louis", waited)
    scene.wait(mercier, "Louis", offered)
    scene.free(offered)
    return waiting_id, offer_of(mercier, offered)


@pytest.fixture(scope="module")
def absence(mercier: Parent, town_hall: TownHall, crowd: Crowd) -> dict[str, Any]:
    """An absence of this family that waits for the town hall, with a document."""
    day = date(2022, 9, 5)
    activity_id = cannot_cancel(town_hall, crowd, mercier, "Louis", day)
    return announce(mercier, activity_id, "Louis", day, "illness", ("certificat.pdf", b"%PDF-1.7"))


@pytest.fixture(scope="module")
def announced_id(system: System, neighbour: Parent, town_hall: TownHall, crowd: Crowd) -> str:
    """The bank's message of money that is in no payment."""
    order = neighbour.order(crowd.activity("Stage", fee_cents=1000), "Zoé")
    payment_id = neighbour.ask_to_pay_order(order["order_id"])
    form = neighbour.payment_form(payment_id)
    system.bank().open_page(asked_by_another_shop(form, reference=f"autre-{payment_id}")).pay()
    listed = until(lambda: town_hall.api.get("payment-gateway", "/unplaced-money")["items"])
    return str(listed[0]["message_id"])


@pytest.fixture(scope="module")
def ids(
    mercier: Parent, town_hall: TownHall, waited_days: tuple[str, str], absence: dict[str, Any], announced_id: str
) -> dict[str, str]:
    """A real id of Numérian, of this family where it is a family's, for each parameter of a path."""
    orders = mercier.api.get("enrolment", "/adhesion-orders")
    order = next(each for each in orders if each["status"] == "paid" and each["payment_id"])
    accounts = town_hall.api.get("identity", "/accounts", family_id=mercier.family.family_id)["items"]
    payment = f"/payments/{order['payment_id']}"
    refund = town_hall.api.post("payment-gateway", f"{payment}/refunds", {"amount_cents": 1, "reason": "Geste"})
    until(lambda: town_hall.api.get("payment-gateway", f"/refunds/{refund['refund_id']}")["ended_at"])
    drafted = date(2023, 3, 9)
    mercier.draft("Louis", order["lines"][0]["activity_id"], [drafted], drafted, date(2023, 3, 10))
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
        "file_id": str(uuid.uuid4()),
        "refund_id": refund["refund_id"],
        "message_id": announced_id,
        "movement_id": town_hall.api.get("payment-gateway", f"{payment}/money")["taken"][0]["movement_id"],
        "address_id": mercier.api.post("planning", "/agenda-addresses", {"member_id": None})["address_id"],
        "waiting_id": waited_days[0],
        "absence_id": absence["absence_id"],
        "announcement_id": absence["announcement_id"],
        "absence_document_id": absence["documents"][0]["document_id"],
        "offer_id": waited_days[1],
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
    published = {name: calendar[name] for name in calendar if not name.endswith("_text") and name != "notices"}
    period = {"from": "2023-03-01", "to": "2023-04-01"}
    chosen = {"activity_id": ids["activity_id"], "days": ["2023-03-06"]}
    own_days = {**period, "activity_id": ids["activity_id"], "days": []}
    return {
        "PUT /api/enrolment/v1/family/guardians/{guardian_id}": {"json": {"email": "a@example.org", "phone": None}},
        "PUT /api/planning/v1/draft/members/{member_id}": {"json": own_days},
        "PUT /api/planning/v1/activities/{activity_id}/calendar": {"json": published},
        "POST /api/planning/v1/activities/{activity_id}/calendar/preview": {"json": {**period, "calendar": published}},
        "PUT /api/planning/v1/activities/{activity_id}/waiting-list-rules": {"json": {}},
        "POST /api/planning/v1/activities/{activity_id}/withdrawals": {"json": {"days": ["2023-03-06"]}},
        "PUT /api/planning/v1/activities/{activity_id}/absence-policy": {"json": {}},
        "GET /api/planning/v1/families/{family_id}/planning": {"params": {**period, "member_id": ids["member_id"]}},
        "POST /api/planning/v1/families/{family_id}/baskets": {
            "json": {"member_id": ids["member_id"], "book": [chosen]}
        },
        "POST /api/planning/v1/families/{family_id}/absences": {
            "json": {"member_id": ids["member_id"], **chosen, "reason": "illness"}
        },
        "POST /api/planning/v1/families/{family_id}/waiting-list": {"json": {"member_id": ids["member_id"], **chosen}},
        "PUT /api/planning/v1/members/{member_id}/custody": {
            "json": {"homes": [ids["family_id"], ids["tenant_id"]], "even_weeks": ids["family_id"]}
        },
        "POST /api/planning/v1/town-hall/absences/{absence_id}/decision": {"json": {"justified": True}},
        "POST /api/planning/v1/absences/{announcement_id}/documents": {
            "files": {"documents": ("certificat.pdf", b"%PDF-1.7")}
        },
        "PUT /api/planning/v1/members/{member_id}/waiting-points": {"json": {"points": 1, "reason": "Geste"}},
        "PUT /api/communication/v1/news/{news_id}": {"json": {"title": "Titre", "body": "Texte"}},
        "POST /api/communication/v1/conversations/{family_id}/messages": {
            "json": {"subject": "Objet", "body": "Texte"}
        },
        "POST /api/identity/v1/accounts/{account_id}/first-password": {"json": {}},
        "POST /api/payment-gateway/v1/payments/{payment_id}/refunds": {"json": {"amount_cents": 1, "reason": "Geste"}},
        "POST /api/payment-gateway/v1/refunds/{refund_id}/end": {"json": {"done": True}},
        "POST /api/payment-gateway/v1/surpluses/{movement_id}/decision": {
            "json": {"decision": "credited", "reason": "Geste"}
        },
        "POST /api/payment-gateway/v1/unplaced-money/{message_id}/dealt-with": {"json": {"reason": "Vu au relevé"}},
        "POST /api/payment-gateway/v1/unconfirmed-money/{movement_id}/decision": {
            "json": {"decision": "received", "reason": "Vu sur le relevé"}
        },
        "POST /api/payment-gateway/v1/regies/{regie_id}/bank-files": {"files": {"file": ("f.csv", b"EN-TETE")}},
    }


@pytest.fixture(scope="module")
def neighbour(system: System, town_hall: TownHall) -> Parent:
    """Another parent of Numérian."""
    return system.parent(HOME, town_hall.register_family(("Zoé",)))


@pytest.fixture(scope="module")
def veyras(system: System) -> TownHall:
    return system.town_hall("veyras")


@pytest.fixture(scope="module")
def parent_of_veyras(system: System, veyras: TownHall) -> Parent:
    return system.parent("veyras", veyras.register_family(("Zoé",)))


@pytest.fixture(scope="module")
def secrets(mercier: Parent, ids: dict[str, str]) -> list[str]:
    """What no refusal may tell."""
    return [mercier.family.email, mercier.family.name, mercier.family.user_name, ids["invoice_id"]]


@pytest.fixture(scope="module")
def signer(databases: Databases) -> TokenSigner:
    """Identity's own key."""
    return databases.signer()


@pytest.fixture(scope="module")
def untouched(
    databases: Databases, contents: dict[str, Content], neighbour: Parent, parent_of_veyras: Parent
) -> Iterator[None]:
    """Whatever the tests send that must be refused, no row of any service is changed by it."""
    neighbour.api.get("planning", "/members")  # has a turn at the entrance from now on
    before = databases.at_rest()
    yield
    after = databases.at_rest()
    assert {name: (before[name], after[name]) for name in before if before[name] != after[name]} == {}


@pytest.fixture(scope="module")
def acting(system: System, ids: dict[str, str], signer: TokenSigner) -> Callable[[Role], Api]:
    """Someone of Numérian's town hall with one role."""

    def act(role: Role) -> Api:
        api = system.api(HOME)
        token = signer.headers(uuid.UUID(ids["tenant_id"]), role)["authorization"].removeprefix("Bearer ")
        api.session = Session(token, "", False, {})
        return api

    return act


def closed(operations: list[Operation]) -> list[Operation]:
    return [operation for operation in operations if operation.caller != "anyone"]


def worthless_tokens(administrator: Principal, signer: TokenSigner) -> dict[str, str | None]:
    """Each would open everything if it were believed."""
    good = signer.token(administrator)
    header, _, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    other = signer.token(replace(administrator, roles=frozenset({Role.PARENT}))).split(".")[1]
    public = signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {
        "none": None,
        "expired": signer.token(administrator, seconds=-1),
        "signed by somebody else": TokenSigner(key_id=signer.key_id).token(administrator),
        "signed with an unknown key": TokenSigner().token(administrator),
        "unsigned": jwt.encode(claims, None, algorithm="none", headers={"kid": signer.key_id}),
        "signed with the public key": _by_public_key(claims, public, signer.key_id),
        "another's signature": f"{header}.{other}.{signature}",
        "garbled": good[:-9] + "AAAAAAAA" + good[-1],
        "no token at all": str(uuid.uuid4()),
    }


def _by_public_key(claims: dict[str, Any], public: bytes, key_id: str) -> str:
    """HS256 with the public key as its secret: what fools a verifier that believes the token's algorithm."""

    def encoded(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT", "kid": key_id}).encode())
    signed = f"{head}.{encoded(json.dumps(claims).encode())}"
    return f"{signed}.{encoded(hmac.digest(public, signed.encode(), 'sha256'))}"


def test_no_worthless_token_opens_anything(
    system: System,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
    secrets: list[str],
    signer: TokenSigner,
    figures: Figures,
    untouched: None,
) -> None:
    administrator = Principal(
        account_id=uuid.uuid4(),
        tenant_id=uuid.UUID(ids["tenant_id"]),
        session_id=uuid.uuid4(),
        roles=frozenset(Role) - {Role.PARENT},
        family_id=uuid.UUID(ids["family_id"]),
        guardian_id=uuid.UUID(ids["guardian_id"]),
    )
    opened: dict[str, dict[str, str]] = {}
    for name, token in worthless_tokens(administrator, signer).items():
        visitor = system.api(HOME)
        visitor.session = Session(token, "", False, {}) if token else None
        send = partial(_with_content, visitor, ids, contents)
        if answered := unexpected(closed(operations), {401}, send, secrets):
            opened[name] = answered
    tried = 9 * len(closed(operations))
    assert opened == {}
    figures.check(
        "worthless tokens",
        injected=f"9 on each of {len(closed(operations))} routes",
        expected={"refused": tried},
        found={"refused": tried - sum(map(len, opened.values()))},
    )


def _with_content(api: Api, ids: dict[str, str], contents: dict[str, Content], operation: Operation) -> httpx.Response:
    return ask(api, operation, ids, contents.get(str(operation)))


def test_a_token_of_that_signer_would_open(
    operations: list[Operation], ids: dict[str, str], acting: Callable[[Role], Api]
) -> None:
    """Or the refusals above would prove nothing."""
    send = partial(_with_content, acting(Role.ADMINISTRATOR), dict.fromkeys(ids, str(uuid.uuid4())), {})
    read = [each for each in closed(operations) if each.method == "GET" and each.caller == "person"]
    signed_only = {"GET /api/identity/v1/sessions/current"}  # nobody has opened the session that the token names
    assert with_status(read, 401, send) == signed_only


def test_a_route_without_a_guard_is_found(system: System, ids: dict[str, str]) -> None:
    """Planted: a route that says it wants a login, and answers without."""
    planted = Operation("GET", "/api/communication/v1/news", "person")
    found = unexpected([planted], {401}, partial(_with_content, system.api(HOME), ids, {}))
    assert list(found) == [str(planted)]


def test_only_these_routes_ask_for_no_login(operations: list[Operation]) -> None:
    assert {str(operation) for operation in operations if operation.caller == "anyone"} == {
        "GET /api/identity/v1/commune",
        "GET /api/identity/v1/jwks",
        "POST /api/identity/v1/sessions",
        "POST /api/identity/v1/sessions/refresh",
        "POST /api/identity/v1/password-resets",
        "PUT /api/identity/v1/password-resets/{token}",
        "GET /api/planning/v1/agendas/{token}.ics",
        "GET /api/communication/v1/home",
        "GET /api/communication/v1/news",
        "GET /api/communication/v1/news/{news_id}",
        "GET /api/communication/v1/documents",
        "GET /api/communication/v1/documents/{document_id}/content",
        "GET /pay/ipn/{protocol}/{slug}/{attempt_id}",
        "POST /pay/ipn/{protocol}/{slug}",
        "POST /pay/ipn/{protocol}/{slug}/{attempt_id}",
        "GET /pay/return/{protocol}/{slug}/{attempt_id}",
        "POST /pay/return/{protocol}/{slug}/{attempt_id}",
        "GET /pay/return/{protocol}/{slug}/{attempt_id}/{outcome}",
    }


def test_a_parent_is_not_the_town_hall(
    mercier: Parent,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
    figures: Figures,
    untouched: None,
) -> None:
    """Not even with the ids of the own family."""
    town_halls = [each for each in closed(operations) if str(each) not in PARENTS]
    opened = unexpected(town_halls, {401, 403}, partial(_with_content, mercier.api, ids, contents))
    assert opened == {}
    figures.check(
        "a parent at the town hall",
        injected=f"{len(town_halls)} routes",
        expected={"refused": len(town_halls)},
        found={"refused": len(town_halls) - len(opened)},
    )
    assert len(town_halls) > 25


@pytest.mark.parametrize(
    ("role", "refused"),
    [
        (Role.AGENT, REGISSEURS | ADMINISTRATORS),
        (Role.REGISSEUR, AGENTS | ADMINISTRATORS),
        (Role.ADMINISTRATOR, set()),
    ],
)
def test_each_role_has_its_routes(
    operations: list[Operation],
    ids: dict[str, str],
    acting: Callable[[Role], Api],
    figures: Figures,
    untouched: None,
    role: Role,
    refused: set[str],
) -> None:
    """Asked with ids that do not exist and nothing in the body, so that what is allowed changes nothing either."""
    town_halls = [each for each in closed(operations) if str(each) not in PARENTS and each.caller == "person"]
    nobodys = {name: str(uuid.uuid4()) for name in ids} | {"school_year": "2022"}
    found = with_status(town_halls, 403, partial(_with_content, acting(role), nobodys, {}))
    assert found == refused
    figures.check(
        f"role {role}",
        injected=f"{len(town_halls)} routes of the town hall",
        expected={"refused": len(refused)},
        found={"refused": len(found)},
    )


def test_another_familys_ids_do_not_exist(
    neighbour: Parent,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
    secrets: list[str],
    figures: Figures,
    untouched: None,
) -> None:
    with_ids = [each for each in operations if str(each) in PARENTS and each.parameters]
    found = unexpected(with_ids, {404}, partial(_with_content, neighbour.api, ids, contents), secrets[:3])
    assert found == {}
    figures.check(
        "another family's ids",
        injected=f"{len(with_ids)} routes",
        expected={"not found": len(with_ids)},
        found={"not found": len(with_ids) - len(found)},
    )
    assert len(with_ids) >= 10


def test_another_familys_ids_do_not_exist_in_what_is_sent(
    neighbour: Parent, ids: dict[str, str], untouched: None
) -> None:
    march = {"from": "2023-03-01", "to": "2023-04-01"}
    order = {"activity_id": ids["activity_id"], "member_ids": [ids["member_id"]]}
    change = {
        **march,
        "member_ids": [ids["member_id"]],
        "activity_ids": [ids["activity_id"]],
        "action": "book",
        "days": {"kind": "week", "week_days": [0]},
    }
    answers = [
        neighbour.api.send("POST", "/api/planning/v1/draft/advanced-changes", json=change),
        neighbour.api.send("POST", "/api/planning/v1/draft/advanced-changes/preview", json=change),
        neighbour.api.send("POST", "/api/planning/v1/agenda-addresses", json={"member_id": ids["member_id"]}),
        neighbour.api.send(
            "POST",
            "/api/planning/v1/waiting-list",
            json={"member_id": ids["member_id"], "activity_id": ids["activity_id"], "days": ["2023-03-06"]},
        ),
        neighbour.api.send(
            "POST",
            "/api/planning/v1/absences",
            data=announcing(ids["member_id"], ids["activity_id"], date(2023, 3, 6), "illness"),
        ),
        neighbour.api.send("GET", "/api/planning/v1/planning", params={"member_id": ids["member_id"], **march}),
        neighbour.api.send(
            "GET",
            "/api/planning/v1/explain",
            params={"member_id": ids["member_id"], "activity_id": ids["activity_id"], "day": "2023-03-06"},
        ),
        neighbour.api.send("POST", "/api/enrolment/v1/adhesion-orders", json=order),
        neighbour.api.send("POST", "/api/billing/v1/invoice-payments", json={"invoice_ids": [ids["invoice_id"]]}),
    ]
    assert {answer.status_code for answer in answers} == {404}
    listed = neighbour.api.send("GET", "/api/billing/v1/invoices", params={"family_id": ids["family_id"]})
    assert listed.status_code in {403, 404} or listed.json()["items"] == []


def test_a_login_of_another_commune_opens_nothing(
    system: System,
    veyras: TownHall,
    parent_of_veyras: Parent,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
    secrets: list[str],
    figures: Figures,
    untouched: None,
) -> None:
    """Veyras's tokens, at Numérian's address."""
    opened: dict[str, str] = {}
    for person in (veyras.api, parent_of_veyras.api):
        at_home = system.api(HOME)
        at_home.session = person.session
        opened |= unexpected(closed(operations), {401, 403}, partial(_with_content, at_home, ids, contents), secrets)
    assert opened == {}
    figures.check(
        "another commune's login",
        injected=f"2 people on {len(closed(operations))} routes",
        expected={"opened": 0},
        found={"opened": len(opened)},
    )


def test_another_communes_ids_do_not_exist(
    veyras: TownHall,
    operations: list[Operation],
    ids: dict[str, str],
    contents: dict[str, Content],
    secrets: list[str],
    figures: Figures,
    untouched: None,
) -> None:
    """Numérian's ids, at Veyras's address, asked by Veyras's own administrator."""
    with_ids = [
        operation
        for operation in operations
        if operation.path.startswith("/api/")
        and set(operation.parameters) - {"school_year", "token"}
        and str(operation) not in UPSERTS
    ]
    found = unexpected(with_ids, {401, 403, 404}, partial(_with_content, veyras.api, ids, contents), secrets[:3])
    assert found == {}
    figures.check(
        "another commune's ids",
        injected=f"{len(with_ids)} routes",
        expected={"not found": len(with_ids)},
        found={"not found": len(with_ids) - len(found)},
    )
    assert len(with_ids) > 15
