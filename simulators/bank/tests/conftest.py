"""A shop and a bank on free ports of the loopback, for every test of this folder."""

import asyncio
import base64
import hashlib
import hmac
import itertools
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import httpx
import pytest
import pytest_asyncio
import uvicorn

from bank_simulator.app import create_app
from bank_simulator.paybox.merchants import DOCUMENTED_TEST_KEY
from bank_simulator.paybox.seal import request_hmac
from bank_simulator.settings import Settings

CART = (
    '<?xml version="1.0" encoding="utf-8"?><shoppingcart><total><totalQuantity>2</totalQuantity></total></shoppingcart>'
)
BILLING = (
    '<?xml version="1.0" encoding="utf-8"?><Billing><Address><FirstName>Claire</FirstName><LastName>Martin</LastName>'
    "<Address1>4 rue des Ecoles</Address1><ZipCode>26300</ZipCode><City>Alixan</City><CountryCode>250</CountryCode>"
    "<CountryCodeMobilePhone>+33</CountryCodeMobilePhone><MobilePhone>612345678</MobilePhone></Address></Billing>"
)
RETURNED = "montant:M;reference:R;auto:A;trans:S;appel:T;erreur:E;date:W;heure:Q;garantie3ds:G;sign:K"


def seal(fields: dict[str, str], key: str = DOCUMENTED_TEST_KEY) -> list[tuple[str, str]]:
    pairs = list(fields.items())
    return [*pairs, ("PBX_HMAC", request_hmac(pairs, key))]


@dataclass
class Received:
    method: str
    path: str
    query: str
    body: str


@dataclass
class Shop:
    """A shop's server that keeps each message as it came, byte for byte."""

    url: str
    received: list[Received] = field(default_factory=list)
    status: int = 200

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split(" ")
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")), 0)
        body = (await reader.readexactly(length)).decode()
        path, _, query = target.partition("?")
        self.received.append(Received(method, path, query, body))
        writer.write(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    shop = Shop("")
    server = await asyncio.start_server(shop.answer, "127.0.0.1", 0)
    shop.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield shop


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The real server on a free port, and a browser without JavaScript."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_config=None, access_log=False))
    task = asyncio.create_task(server.serve())
    await until(lambda: server.started or task.done())
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", follow_redirects=False) as client:
        yield client
    server.should_exit = True
    await task


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(0.01)


@pytest_asyncio.fixture
async def bank() -> AsyncIterator[httpx.AsyncClient]:
    async with running(Settings(bank_control=True)) as client:
        yield client


@pytest.fixture
def start_bank() -> Callable[[Settings], object]:
    return running


@pytest.fixture
def wait_until() -> Callable[..., Awaitable[None]]:
    return until


@pytest.fixture
def sealed() -> Callable[..., list[tuple[str, str]]]:
    return seal


@pytest.fixture
def request_fields() -> Callable[..., dict[str, str]]:
    def fields(shop_url: str = "http://shop.test", **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "PBX_SITE": "1999888",
            "PBX_RANG": "32",
            "PBX_IDENTIFIANT": "107904482",
            "PBX_TOTAL": "3400",
            "PBX_DEVISE": "978",
            "PBX_CMD": "ADH-2022-0001",
            "PBX_PORTEUR": "claire.martin@example.org",
            "PBX_RETOUR": RETURNED,
            "PBX_HASH": "SHA512",
            "PBX_TIME": "2022-07-04T09:00:00+02:00",
            "PBX_EFFECTUE": f"{shop_url}/pay/return/done",
            "PBX_REFUSE": f"{shop_url}/pay/return/refused",
            "PBX_ANNULE": f"{shop_url}/pay/return/cancelled",
            "PBX_REPONDRE_A": f"{shop_url}/pay/callback",
            "PBX_SHOPPINGCART": CART,
            "PBX_BILLING": BILLING,
        } | changes
        return {name: value for name, value in values.items() if value is not None}

    return fields


@pytest.fixture
def post_request(
    request_fields: Callable[..., dict[str, str]],
) -> Callable[..., Awaitable[httpx.Response]]:
    """Sends a payment request to a bank as the shop's page does."""

    async def post(bank: httpx.AsyncClient, shop: Shop, **changes: str | None) -> httpx.Response:
        body = urlencode(seal(request_fields(shop.url, **changes)))
        return await bank.post("/php/", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    return post


@pytest.fixture
def open_payment(post_request: Callable[..., Awaitable[httpx.Response]]) -> Callable[..., Awaitable[str]]:
    """Opens a payment page and returns its address."""

    async def open_page(bank: httpx.AsyncClient, shop: Shop, **changes: str | None) -> str:
        response = await post_request(bank, shop, **changes)
        assert response.status_code == 303, response.text
        return response.headers["location"]

    return open_page


@pytest.fixture
def payzen_fields() -> Callable[..., dict[str, str]]:
    numbers = itertools.count(1)

    def fields(shop_url: str = "http://shop.test", **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "vads_action_mode": "INTERACTIVE",
            "vads_amount": "3400",
            "vads_ctx_mode": "PRODUCTION",
            "vads_currency": "978",
            "vads_cust_email": "claire.martin@example.org",
            "vads_order_id": "ADH-2022-0001",
            "vads_page_action": "PAYMENT",
            "vads_payment_config": "SINGLE",
            "vads_return_mode": "GET",
            "vads_site_id": "12345678",
            "vads_trans_date": "20220704070000",
            "vads_trans_id": f"{next(numbers):06}",
            "vads_url_check": f"{shop_url}/pay/ipn",
            "vads_url_return": f"{shop_url}/pay/return",
            "vads_version": "V2",
        } | {f"vads_{name}": value for name, value in changes.items()}
        return {name: value for name, value in values.items() if value is not None}

    return fields


@pytest.fixture
def payzen_signed() -> Callable[..., dict[str, str]]:
    """A form with its signature, computed here and not by the simulator."""

    def signed(fields: dict[str, str], key: str | None = None) -> dict[str, str]:
        key = key or {"TEST": "1122334455667788"}.get(fields["vads_ctx_mode"], "8877665544332211")
        text = "+".join([*(fields[name] for name in sorted(fields)), key])
        digest = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
        return fields | {"signature": base64.b64encode(digest).decode()}

    return signed


@pytest.fixture
def open_payzen(
    payzen_fields: Callable[..., dict[str, str]], payzen_signed: Callable[..., dict[str, str]]
) -> Callable[..., Awaitable[str]]:
    """Opens a PayZen payment page and returns its address."""

    async def open_page(bank: httpx.AsyncClient, shop: Shop, **changes: str | None) -> str:
        response = await bank.post("/vads-payment/", data=payzen_signed(payzen_fields(shop.url, **changes)))
        assert response.status_code == 303, response.text
        return response.headers["location"]

    return open_page


@pytest.fixture
def payfip_call() -> Callable[..., Awaitable[httpx.Response]]:
    """Calls an operation of PayFiP's web service with the elements of its argument, in the order given."""
    service = (
        "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/"
        "PaiementSecuriseService"
    )

    async def call(bank: httpx.AsyncClient, operation: str, **elements: str) -> httpx.Response:
        argument = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements.items())
        envelope = (
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            f'xmlns:pai="{service}"><soapenv:Body><pai:{operation}><arg0>{argument}</arg0></pai:{operation}>'
            "</soapenv:Body></soapenv:Envelope>"
        )
        return await bank.post(
            "/tpa/services/securite",
            content=envelope.encode(),
            headers={"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'},
        )

    return call


@pytest.fixture
def payfip_order() -> Callable[..., dict[str, str]]:
    def order(shop_url: str = "http://shop.test", **changes: str | None) -> dict[str, str]:
        values: dict[str, str | None] = {
            "exer": "2022",
            "mel": "claire.martin@example.org",
            "montant": "3400",
            "numcli": "007001",
            "objet": "Adhesion 2022",
            "refdet": "ADH20220001",
            "saisie": "W",
            "urlnotif": f"{shop_url}/pay/ipn",
            "urlredirect": f"{shop_url}/pay/return",
        } | changes
        return {name: value for name, value in values.items() if value is not None}

    return order


@pytest.fixture
def open_payfip(
    payfip_call: Callable[..., Awaitable[httpx.Response]], payfip_order: Callable[..., dict[str, str]]
) -> Callable[..., Awaitable[str]]:
    """Opens a PayFiP payment page and returns its address, which ends with the operation's identifier."""

    async def open_page(bank: httpx.AsyncClient, shop: Shop, **changes: str | None) -> str:
        response = await payfip_call(bank, "creerPaiementSecurise", **payfip_order(shop.url, **changes))
        assert response.status_code == 200, response.text
        found = re.search("<idOp>([0-9a-f-]{36})</idOp>", response.text)
        assert found, response.text
        page = await bank.get("/tpa/paiementws.web", params={"idop": found[1]})
        assert page.status_code == 303, page.text
        return page.headers["location"]

    return open_page
