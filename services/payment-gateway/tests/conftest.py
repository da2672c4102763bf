"""Payment-gateway under test, with a bank that signs with a key of its own."""

import base64
import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from chassis.ids import new_id
from chassis.runtime import Service
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.event import Event
from contracts.events import AdhesionPaymentRequested, InvoicePaymentRequested
from contracts.values import Payer, PaymentPurpose, PostalAddress, Role
from payment_gateway.entrypoints.service import SERVICE

HMAC_KEY = "0123456789ABCDEF" * 8
TENANTS = {"alixan": ALIXAN.tenant_id, "veyras": VEYRAS.tenant_id}


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    """Messages of real integrations, as published in Verifone's documents and public plug-ins."""
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "payment-vectors.json").read_text())
    return loaded


class Bank:
    """Signs messages as the bank does. ``safe`` characters travel raw, as in genuine messages."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
        self._transactions = secrets.randbelow(10**9)

    @property
    def public_key_pem(self) -> str:
        return (
            self._key.public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
            .decode()
        )

    def transaction(self) -> str:
        self._transactions += 1
        return str(self._transactions)

    def sign(self, message: str) -> str:
        signature = self._key.sign(message.encode(), padding.PKCS1v15(), hashes.SHA1())
        return quote(base64.b64encode(signature).decode(), safe="")

    def seal(self, message: str, signed_as: str | None = None) -> str:
        """``message`` with its signature, which may be made over another form of the text."""
        return f"{message}&sign={self.sign(signed_as or message)}"

    def message(self, reference: str, amount_cents: int, code: str = "00000", **changed: str | None) -> str:
        """A signed query. ``changed`` replaces variables by name; None leaves one out."""
        accepted = code == "00000"
        values: dict[str, str | None] = {
            "montant": f"{amount_cents:03}",
            "reference": reference,
            "auto": "123456" if accepted else None,
            "trans": self.transaction(),
            "appel": "900",
            "erreur": code,
            "date": "04072022",
            "heure": "09:30:12",
            "garantie3ds": "O" if accepted else "N",
            **changed,
        }
        return self.seal("&".join(f"{name}={value}" for name, value in values.items() if value is not None))


@pytest.fixture(scope="session")
def bank() -> Bank:
    return Bank()


@pytest.fixture(scope="session")
def service() -> Service:
    return SERVICE


@pytest.fixture(scope="session")
def service_settings() -> dict[str, Any]:
    return {
        "secret_key": base64.b64encode(secrets.token_bytes(32)).decode(),
        "public_url": "http://{hostname}:8080",
        "callback_url": "http://127.0.0.1:8080",
        "bank_hosts": "bank.localhost:8081, 127.0.0.1, bank.example, secure.payzen.example, www.payfip.example",
    }


class Shop:
    """A régie, its families and its bank."""

    def __init__(self, harness: Harness, bank: Bank, slug: str = "alixan", other: Any = None) -> None:
        """``other`` is a bank of another protocol than Paybox."""
        self.other = other
        self.protocol = other.protocol if other else "paybox"
        self.harness = harness
        self.bank = bank
        self.slug = slug
        self.tenant_id = TENANTS[slug]
        self.regie_id = new_id()
        self.family_id = new_id()

    def client(self, *roles: Role, family_id: UUID | None = None) -> httpx.AsyncClient:
        """A client with these roles; without any, the shop's family."""
        family = family_id or (None if roles else self.family_id)
        return self.harness.client(self.slug, self.harness.signer.headers(self.tenant_id, *roles, family_id=family))

    def contract(self, **changed: Any) -> dict[str, Any]:
        if self.other is not None:
            return {**self.other.contract(), **changed}
        return {
            "protocol": "paybox",
            "site": "1999888",
            "rang": "32",
            "identifiant": "107904482",
            "hmac_key": HMAC_KEY,
            "page_url": "http://bank.localhost:8081/php/",
            "bank_public_key_pem": self.bank.public_key_pem,
            "mode": "test",
            "shop_name": "CANTINE SCOLAIRE D'ALIXAN",
            **changed,
        }

    async def open(self, **changed: Any) -> "Shop":
        async with self.client(Role.ADMINISTRATOR) as client:
            response = await client.put(f"/regies/{self.regie_id}/contract", json=self.contract(**changed))
        assert response.status_code == 200, response.text
        return self

    async def request(self, amount_cents: int = 3400, **changed: Any) -> str:
        """Another service asks for a payment. Returns its id, once known."""
        event = payment_request(self.regie_id, self.family_id, amount_cents, **changed)
        await self.harness.publish(event, tenant_id=self.tenant_id)
        await self.harness.eventually("select 1 from payment where payment_id = $1", event.subject)
        return str(event.subject)

    async def start(self, payment_id: str, *, confirmed: bool = False) -> dict[str, Any]:
        async with self.client() as client:
            response = await client.post(f"/payments/{payment_id}/attempts", json={"confirmed": confirmed})
        assert response.status_code == 201, response.text
        started: dict[str, Any] = response.json()
        return started

    async def begin(self, amount_cents: int = 3400) -> tuple[str, str]:
        """A payment with one attempt: both ids. The payment's id is its reference at the bank."""
        payment_id = await self.request(amount_cents)
        return payment_id, (await self.start(payment_id))["attempt_id"]

    def outside(self) -> httpx.AsyncClient:
        """The bank's server, or a browser: another host name, no token."""
        transport = httpx.ASGITransport(app=self.harness.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080")

    async def notify(self, attempt_id: str, message: str, slug: str | None = None) -> httpx.Response:
        async with self.outside() as client:
            return await client.post(
                f"/pay/ipn/{self.protocol}/{slug or self.slug}/{attempt_id}", content=message.encode()
            )

    async def notify_shop(self, message: str) -> httpx.Response:
        """By the address that the bank's back office has for the whole shop."""
        async with self.outside() as client:
            return await client.post(f"/pay/ipn/{self.protocol}/{self.slug}", content=message.encode())

    async def come_back(self, attempt_id: str, message: str, word: str = "effectue") -> httpx.Response:
        path = f"/pay/return/{self.protocol}/{self.slug}/{attempt_id}"
        async with self.outside() as client:
            return await client.get(f"{path}?{message}" if self.other else f"{path}/{word}?{message}")

    async def payment(self, payment_id: str) -> dict[str, Any]:
        async with self.client() as client:
            found: dict[str, Any] = (await client.get(f"/payments/{payment_id}")).json()
        return found

    async def wait_for(self, payment_id: str, status: str) -> None:
        """Until a bank that had to be asked has answered."""
        await self.harness.eventually(
            "select 1 from payment where payment_id = $1 and status = $2", UUID(payment_id), status, seconds=60
        )

    async def status(self, payment_id: str) -> str:
        return str((await self.payment(payment_id))["status"])

    async def verdicts(self, attempt_id: str) -> list[str]:
        rows = await self.harness.query(
            "select verdict from bank_message where attempt_id = $1 order by message_id", UUID(attempt_id)
        )
        return [row["verdict"] for row in rows]

    async def published(self, payment_id: str) -> list[tuple[str, int]]:
        """Outcomes told to the other services: status and sequence."""
        rows = await self.harness.query(
            "select body::json ->> 'status' as status, sequence from kept.published_event"
            " where subject = $1 order by seq",
            UUID(payment_id),
        )
        return [(row["status"], row["sequence"]) for row in rows]

    async def history(self, payment_id: str) -> str:
        async with self.client(Role.AGENT) as client:
            entries = (await client.get(f"/payments/{payment_id}/history")).json()
        return "\n".join(entry["sentence"] for entry in entries)


def payment_request(
    regie_id: UUID,
    family_id: UUID,
    amount_cents: int,
    purpose: str = "adhesion_order",
    email: str = "anne@martin.fr",
    reference_id: UUID | None = None,
    article_ids: tuple[UUID, ...] = (),
) -> Event:
    model = AdhesionPaymentRequested if purpose == "adhesion_order" else InvoicePaymentRequested
    return model(
        payment_id=new_id(),
        purpose=PaymentPurpose(purpose),
        reference_id=reference_id or new_id(),
        regie_id=regie_id,
        family_id=family_id,
        amount_cents=amount_cents,
        label="Cantine d'Alixan 2022/2023",
        article_count=2,
        article_ids=article_ids,
        payer=Payer(
            first_name="Anne-Élodie",
            last_name="Cœur & fils",
            email=email,
            address=PostalAddress(line="1, rue de l'Église", postal_code="26300", city="Alixan"),
        ),
    )


@pytest_asyncio.fixture(loop_scope="session")
async def shop(harness: Harness, bank: Bank) -> AsyncIterator[Shop]:
    """A régie of Alixan with a test contract."""
    yield await Shop(harness, bank).open()


@pytest.fixture
def open_shop(harness: Harness, bank: Bank) -> Any:
    """Opens further régies: ``await open_shop("veyras", mode="production", …)``."""

    async def opened(slug: str = "alixan", other: Any = None, **contract: Any) -> Shop:
        return await Shop(harness, bank, slug, other).open(**contract)

    return opened
