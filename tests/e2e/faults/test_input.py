"""Hostile texts wherever a parent, or the paper a parent hands in, can put them: they are shown as text, everywhere."""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Browser, Page
from pypdf import PdfReader

from driver import OWN_PASSWORD, Mailbox, Parent, Portal, System, TownHall
from driver.api import SERVICES
from driver.mailbox import Mail
from driver.pages import PortalPages
from driver.waiting import until
from web import family as family_pages
from web import town_hall as town_hall_pages

NAME = "<img src=x onerror=stolen()>\"'{{7*7}}#panic()=1+1"
TEXT = '=HYPERLINK("http://evil.example")<script>stolen()</script><svg onload=stolen()>{{7*7}}{%raw%}${7*7}#panic()'
EMAIL = "=1+1'{{7*7}}#panic"
"""Before the @: what may stand there."""
BOOKED = date(2023, 3, 6)

WRITTEN_BY_PARENTS = {
    "PUT /api/enrolment/v1/family/guardians/{guardian_id}": {"email", "phone"},
    "POST /api/communication/v1/messages": {"subject", "body"},
    "POST /api/planning/v1/absences": {"absence", "documents"},
    "POST /api/planning/v1/absences/{announcement_id}/documents": {"documents"},
    "POST /api/identity/v1/sessions": {"user_name", "password", "device", "ticket"},
    "POST /api/identity/v1/sessions/refresh": {"refresh_token"},
    "PUT /api/identity/v1/account/password": {"current_password", "new_password"},
    "POST /api/identity/v1/password-resets": {"user_name"},
    "PUT /api/identity/v1/password-resets/{token}": {"new_password"},
}
"""What a parent may send as text. Of these, messages, contacts and the names of documents are shown again: the first
two are tried here, the last where absences are announced (``test_absences``)."""

_CODE = re.compile(r"\^\[a-z0-9_-]\{1,\d+}\$")
"""The pattern of a code: small letters, digits and hyphens are nobody's markup."""


def _texts(schema: dict[str, Any], schemas: dict[str, Any], name: str = "") -> Iterator[str]:
    """Names of the members that hold free text: neither an id, nor a day, nor a code, nor one of some words."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    for variant in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _texts(variant, schemas, name)
    is_free = not schema.keys() & {"enum", "const"} and schema.get("format") not in {"uuid", "date", "date-time"}
    if schema.get("type") == "string" and is_free and not _CODE.fullmatch(schema.get("pattern", "")):
        yield name
    for member, described in schema.get("properties", {}).items():
        yield from _texts(described, schemas, member)
    if "items" in schema:
        yield from _texts(schema["items"], schemas, name)


def test_no_text_a_parent_can_write_is_forgotten(system: System, parent: Parent) -> None:
    """Taken from the documents: a new one has to be named above, and tried below."""
    found: dict[str, set[str]] = {}
    for service in SERVICES:
        document = parent.api.get(service, "/openapi.json")
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                schemas = document.get("components", {}).get("schemas", {})
                names = {name for each in content.values() for name in _texts(each["schema"], schemas)}
                address = re.sub(r"{\w+}", "0198a0b2-0000-7000-8000-000000000000", path)
                is_for_parents = "Operator" not in str(operation.get("security"))
                if names and is_for_parents and parent.api.send(method.upper(), address, json={}).status_code != 403:
                    found[f"{method.upper()} {path}"] = names
    assert found == WRITTEN_BY_PARENTS


@pytest.fixture(scope="module")
def hostile(system: System, town_hall: TownHall) -> Parent:
    """A parent whose names, address, school, contact and messages all attack; with an invoice and a payment."""
    parent = system.parent("alixan", town_hall.register_family())
    family_id = parent.family.family_id
    file = town_hall.api.get("enrolment", f"/families/{family_id}")
    guardian, member = file["guardians"][0], next(each for each in file["members"] if each["first_name"] == "Louis")
    body = {
        "name": NAME,
        "address": {**file["address"], "line": NAME, "city": NAME},
        "quotient_familial": 940,
        "guardians": [
            {name: guardian[name] for name in ("guardian_id", "email", "phone")}
            | {"first_name": NAME, "last_name": NAME}
        ],
        "members": [
            {name: member[name] for name in ("member_id", "kind", "birth_date")}
            | {"first_name": NAME, "last_name": NAME, "school": file["members"][0]["school"]}
        ],
    }
    town_hall.api.put("enrolment", f"/families/{family_id}", body)
    until(lambda: [each for each in parent.api.get("planning", "/members") if each["first_name"] == NAME], seconds=60)
    contact = {"email": f"{EMAIL}@example.org", "phone": "06 00 00 00 00"}
    parent.api.put("enrolment", f"/family/guardians/{guardian['guardian_id']}", contact)
    parent.api.post("communication", "/messages", {"subject": TEXT[:150], "body": TEXT})
    canteen = parent.activity("Cantine d'Alixan")["activity_id"]
    parent.pay_adhesion(canteen, "Louis")
    parent.draft("Louis", canteen, [BOOKED], BOOKED, BOOKED + timedelta(days=1))
    parent.commit()
    town_hall.invoice_of(parent, f"{BOOKED:%Y-%m}")
    until(lambda: parent.invoices()[0]["pdf_bytes"])
    return parent


def _addresses(parent: Parent, town_hall: TownHall, routers: Any) -> list[str]:
    """Every page of some routers that needs no id, or one that this family has."""
    payments = town_hall.api.get("payment-gateway", "/payments", family_id=parent.family.family_id)["items"]
    ids = {
        "family_id": parent.family.family_id,
        "invoice_id": parent.invoices()[0]["invoice_id"],
        "payment_id": payments[0]["payment_id"],
        "order_id": parent.api.get("enrolment", "/adhesion-orders")[0]["order_id"],
        "account_id": town_hall.api.get("identity", "/accounts", family_id=parent.family.family_id)["items"][0][
            "account_id"
        ],
    }
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    pages = [
        route.path for route in routes if "GET" in route.methods and not route.path.endswith(("pdf", ".css", ".csv"))
    ]
    known = [path for path in pages if set(re.findall(r"{(\w+)}", path)) <= ids.keys()]
    return [re.sub(r"{(\w+)}", lambda found: ids[found[1]], path) for path in known]


_MARKUP = "document.querySelectorAll(\"[onerror],[onload],script:not([src]),a[href^='javascript:']\").length"


@pytest.fixture
def look(browser: Browser, running_portal: Portal) -> Iterator[Callable[[str, str, list[str]], dict[str, str]]]:
    """Logs in, visits pages, and returns what can be read there. Fails where a text has become markup or has run."""
    context, stolen = browser.new_context(), []
    context.expose_function("stolen", lambda: stolen.append("ran"))
    page: Page = context.new_page()
    page.on("dialog", lambda dialog: (stolen.append(dialog.message), dialog.dismiss()))
    tab = PortalPages(page, running_portal.url("alixan"))

    def visit(user_name: str, password: str, paths: list[str]) -> dict[str, str]:
        tab.go("/")
        tab.log_in(user_name, password)
        tab.expect_title(re.compile("."))
        read = {}
        for path in paths:
            tab.go(path)
            assert page.evaluate(_MARKUP) == 0, path
            assert not stolen, path
            read[path] = page.locator("body").inner_text()
        return read

    yield visit
    context.close()


def test_a_familys_pages_show_hostile_texts_as_text(hostile: Parent, town_hall: TownHall, look: Any) -> None:
    paths = [*_addresses(hostile, town_hall, family_pages.ROUTERS), "/planning?vue=liste"]
    read = look(hostile.family.user_name, OWN_PASSWORD, paths)
    assert len(read) >= 20
    assert {path for path in ("/dossier", "/planning", "/accueil") if NAME in read[path]} >= {"/dossier", "/planning"}
    assert TEXT in read["/messagerie"]
    assert EMAIL in hostile.api.get("enrolment", "/family")["guardians"][0]["email"]


def test_the_town_halls_pages_show_hostile_texts_as_text(hostile: Parent, town_hall: TownHall, look: Any) -> None:
    paths = _addresses(hostile, town_hall, town_hall_pages.ROUTERS)
    family_id = hostile.family.family_id
    read = look("mairie.alixan", "demonstration-alixan", [*paths, "/mairie/reservations?jour=2023-03-06"])
    assert len(read) >= 15
    showing = {path for path, words in read.items() if NAME in words}
    assert {f"/mairie/familles/{family_id}", "/mairie/messages", "/mairie/factures"} <= showing
    assert TEXT in read[f"/mairie/messages/{family_id}"]
    assert EMAIL in read[f"/mairie/familles/{family_id}"]


def test_an_invoice_prints_hostile_names_as_text(hostile: Parent) -> None:
    """Neither typst's markup nor its code."""
    invoice = hostile.invoices()[0]["invoice_id"]
    answer = hostile.api.send("GET", f"/api/billing/v1/invoices/{invoice}/pdf")
    pages = PdfReader(io.BytesIO(answer.content)).pages
    words = "".join("".join(page.extract_text() for page in pages).split())
    assert "{{7*7}}#panic()=1+1" in words
    assert "onerror=stolen()" in words


def test_mails_hold_hostile_texts_as_text(hostile: Parent, system: System, mailbox: Mailbox) -> None:
    """No text of a parent is markup, one recipient, one line of subject; the reset greets by name."""
    system.api("alixan").post("identity", "/password-resets", {"user_name": hostile.family.user_name})
    addresses = (hostile.family.email, f"{EMAIL}@example.org")

    def mails(subject: str = "") -> list[Mail]:
        return [mail for address in addresses for mail in mailbox.mails(address, subject)]

    assert f"Bonjour {NAME} {NAME}" in until(lambda: mails("mot de passe"), seconds=60)[0].text
    for mail in mails():
        assert not re.search(
            r"<(?!/?(!doctype|html|head|meta|title|body|div|h1|p|a|table|tr|th|td|br)\b)", mail.html or ""
        )
        assert len(mail.recipients) == 1
        assert "\n" not in mail.subject


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "communication/v1/messages", {"subject": "Menu\r\nBcc: victim@example.org", "body": "x"}),
        (
            "PUT",
            "enrolment/v1/family/guardians/{guardian_id}",
            {"email": "a@b.fr\r\nBcc: v@e.org", "phone": None},
        ),
        ("PUT", "enrolment/v1/family/guardians/{guardian_id}", {"email": "a@example.org", "phone": "=1+1\r\n"}),
        ("PUT", "enrolment/v1/family/guardians/{guardian_id}", {"email": "a@example.org", "phone": "<script>"}),
        ("PUT", "enrolment/v1/family/guardians/{guardian_id}", {"email": "<script>@example.org", "phone": None}),
        ("PUT", "enrolment/v1/family/guardians/{guardian_id}", {"email": "a,b@example.org", "phone": None}),
    ],
)
def test_one_line_stays_one_line(parent: Parent, method: str, path: str, body: dict[str, Any]) -> None:
    address = "/api/" + path.format(guardian_id=parent.family.guardian_id)
    assert parent.api.send(method, address, json=body).status_code == 422


def test_an_answer_of_the_api_is_never_a_page(hostile: Parent) -> None:
    """Opened in a browser, texts stay data."""
    for service, path in (("communication", "/messages"), ("enrolment", "/family"), ("planning", "/members")):
        headers = hostile.api.send("GET", f"/api/{service}/v1{path}").headers
        assert headers["content-type"] == "application/json"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert headers["cache-control"] == "no-store"
