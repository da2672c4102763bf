"""Loads one commune: description, money, activities, families, texts."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import httpx
import typst

from portail_demo.descriptions import Description, demo_id
from portail_demo.portal import LoadError, Portal
from portail_demo.settings import Settings

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Login:
    """A demonstration login, to be shown to the visitor."""

    commune: str
    url: str
    who: str
    user_name: str
    password: str
    note: str


class CommuneLoader:
    """Loads a described commune; everything it does can be done again without harm."""

    def __init__(self, settings: Settings, description: Description) -> None:
        self._settings = settings
        self._commune = description
        self._slug: str = description["slug"]
        self._host: str = description["hostnames"][0]
        self._tenant_id = demo_id(self._slug)

    def load(self, bank_key: str) -> list[Login]:
        """Loads everything; returns the logins. Raises ``LoadError``."""
        self._register()
        portal = Portal(self._settings.api_url, self._host, self._administrator_token())
        self._load_money(portal, bank_key)
        self._load_activities(portal)
        self._load_texts(portal)
        return [self._administrator_login(), *self._load_staff(portal), *self._load_families(portal)]

    def _id(self, *names: str) -> str:
        return str(demo_id(self._slug, *names))

    def _register(self) -> None:
        keys = ("slug", "name", "portal_title", "hostnames", "time_zone", "school_zone", "look", "contact")
        body = {key: self._commune[key] for key in keys} | {"administrator": self._commune["administrator"]}
        operator = Portal(self._settings.api_url, self._host, self._settings.operator_token)
        operator.put("identity", f"/communes/{self._tenant_id}", body)

    def _administrator_token(self) -> str:
        administrator = self._commune["administrator"]
        credentials = {"user_name": administrator["user_name"], "password": administrator["password"]}
        response = httpx.post(
            f"{self._settings.api_url}/api/identity/v1/sessions",
            json=credentials,
            headers={"host": self._host},
            timeout=30,
            trust_env=False,
        )
        if response.status_code != 200:
            raise LoadError(f"{self._slug}: the administrator cannot log in: {response.text[:300]}")
        return str(response.json()["access_token"])

    def _load_money(self, portal: Portal, bank_key: str) -> None:
        for key, regie in self._commune["regies"].items():
            regie_id = self._id("regie", key)
            portal.put("enrolment", f"/regies/{regie_id}", {"name": regie["name"]})
            contract = {"mode": "test", **self._bank_of(regie["contract"]["protocol"], bank_key), **regie["contract"]}
            portal.put("payment-gateway", f"/regies/{regie_id}/contract", contract)

    def _bank_of(self, protocol: str, bank_key: str) -> dict[str, str]:
        """Where the simulator speaks a protocol: to browsers, and to the portal's servers."""
        pages, servers = self._settings.bank_url, self._settings.bank_server_url
        return {
            "paybox": {
                "page_url": f"{pages}/php/",
                "server_page_url": f"{servers}/php/",
                "direct_url": f"{servers}/PPPS.php",
                "bank_public_key_pem": bank_key,
            },
            "payzen": {"page_url": f"{pages}/vads-payment/", "rest_url": f"{servers}/api-payment/V4/"},
            "payfip": {
                "page_url": f"{pages}/tpa/paiementws.web",
                "service_url": f"{servers}/tpa/services/securite",
            },
        }[protocol]

    def _load_activities(self, portal: Portal) -> None:
        for key, described in self._commune["activities"].items():
            activity = dict(described)
            calendar = activity.pop("calendar")
            activity["regie_id"] = self._id("regie", activity.pop("regie"))
            activity_id = self._id("activity", key)
            portal.put("enrolment", f"/activities/{activity_id}", activity)
            portal.put("planning", f"/activities/{activity_id}/calendar", calendar)

    def _load_texts(self, portal: Portal) -> None:
        home = self._commune["home"]
        portal.put("communication", "/home", {"title": home["title"], "body": home["body"]})
        known = {item["title"] for item in portal.get("communication", "/news")}
        for news in self._commune["news"]:
            if news["title"] not in known:
                portal.post("communication", "/news", news)
        known = {document["title"] for document in portal.get("communication", "/documents")}
        for document in self._commune["documents"]:
            if document["title"] not in known:
                content = render_document(document["source"], self._commune["name"])
                file = (document["title"] + ".pdf", content, "application/pdf")
                portal.upload("communication", "/documents", document["title"], file)

    def _administrator_login(self) -> Login:
        administrator = self._commune["administrator"]
        return self._login("Mairie (administration)", administrator["user_name"], administrator["password"], "")

    def _load_staff(self, portal: Portal) -> Iterator[Login]:
        for key, person in self._commune.get("staff", {}).items():
            account_id, password = self._id("staff", key), person["first_password"]
            account = {name: person[name] for name in ("user_name", "display_name", "email", "roles")}
            portal.put("identity", f"/accounts/{account_id}", account)
            known = portal.get("identity", "/accounts", query=person["user_name"])["items"]
            if not any(item["account_id"] == account_id and item["has_password"] for item in known):
                portal.post("identity", f"/accounts/{account_id}/first-password", {"password": password})
            yield self._login(person["who"], person["user_name"], password, "mot de passe à changer")

    def _load_families(self, portal: Portal) -> Iterator[Login]:
        for key, described in self._commune["families"].items():
            family_id = self._id("family", key)
            portal.put("enrolment", f"/families/{family_id}", self._family(key, described))
            if "first_password" in described:
                user_name = self._open_account(portal, family_id, described["first_password"])
                who = f"Famille {described['name']}"
                yield self._login(who, user_name, described["first_password"], "mot de passe à changer")

    def _family(self, key: str, described: Description) -> dict[str, Any]:
        return {
            "name": described["name"],
            "address": described["address"],
            "quotient_familial": described.get("quotient_familial"),
            "missing": described.get("missing", []),
            "guardians": [
                {"guardian_id": self._id("guardian", key, guardian["first_name"]), "phone": None, **guardian}
                for guardian in described["guardians"]
            ],
            "members": [
                {
                    "member_id": self._id("member", key, member["first_name"]),
                    "last_name": described["name"],
                    "kind": "child",
                    "school": None,
                    **member,
                }
                for member in described["members"]
            ],
        }

    def _open_account(self, portal: Portal, family_id: str, password: str) -> str:
        """Waits for the account that the family's event opens, and gives it its first password."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not (accounts := portal.get("identity", "/accounts", family_id=family_id)["items"]):
            if time.monotonic() > deadline:
                raise LoadError(f"{self._slug}: no account for family {family_id}")
            time.sleep(0.1)
        account = accounts[0]
        if not account["has_password"]:
            portal.post("identity", f"/accounts/{account['account_id']}/first-password", {"password": password})
        return str(account["user_name"])

    def _login(self, who: str, user_name: str, password: str, note: str) -> Login:
        url = self._settings.public_url.format(hostname=self._host)
        return Login(self._commune["name"], f"{url}/", who, user_name, password, note)


def render_document(source: str, commune: str) -> bytes:
    """A PDF from a Typst source of ``documents/``."""
    with resources.as_file(resources.files("portail_demo") / "documents" / source) as path:
        rendered: Any = typst.compile(Path(path), sys_inputs={"commune": commune})
    return bytes(rendered)
