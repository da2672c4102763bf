"""Banks that answer over real HTTP, for protocols that are asked: PayZen's REST API and the treasury's web service."""

import asyncio
import base64
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest_asyncio
from fastapi import FastAPI, Request, Response

from chassis.testing.contract import served
from chassis.testing.plugin import Harness

_PARIS = ZoneInfo("Europe/Paris")
_HMAC_KEY = "0123456789ABCDEF" * 8
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/"
    "PaiementSecuriseService"
)


class FakeBank:
    """What both have in common: an address, whether it answers, when, and what it was asked."""

    address = ""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_down = False
        self.asked: list[str] = []
        self.app = FastAPI()

    async def wait_asked(self, about: str) -> None:
        async with asyncio.timeout(20):
            while about not in self.asked:
                await asyncio.sleep(0.01)

    async def pause(self, about: str) -> bool:
        """Whether to answer."""
        self.asked.append(about)
        await self.gate.wait()
        return not self.is_down


class PayZenBank(FakeBank):
    """Signs forms and answers Order/Get as Lyra's platform does."""

    protocol = "payzen"
    site_id = "12345678"
    form_key = "1122334455667788"
    password = "testpassword_0123456789"

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, list[dict[str, Any]]] = {}
        self.loses_answers = False
        self.refund_answers = asyncio.Event()
        self.refund_answers.set()
        self.mode = "TEST"
        self.refund: Response | None = None
        self.refund_status = "CAPTURED"
        self.app.post("/api-payment/V4/{service:path}")(self._answer)

    def contract(self, **changed: Any) -> dict[str, Any]:
        return {
            "protocol": self.protocol,
            "mode": "test",
            "shop_name": "REGIE DE VEYRAS",
            "site_id": self.site_id,
            "page_url": "https://secure.payzen.example/vads-payment/",
            "rest_url": f"{self.address}/api-payment/V4/",
            "form_key": self.form_key,
            "rest_password": self.password,
            **changed,
        }

    def transaction(self, status: str = "AUTHORISED", cents: int = 3400, **changed: Any) -> dict[str, Any]:
        return {
            "uuid": uuid.uuid4().hex,
            "amount": cents,
            "currency": "EUR",
            "detailedStatus": status,
            "operationType": "DEBIT",
            "creationDate": datetime.now(UTC).isoformat(),
            "transactionDetails": {"cardDetails": {"authorizationResponse": {"authorizationNumber": "3fe1"}}},
            **changed,
        }

    def decide(self, started: dict[str, Any], status: str = "AUTHORISED", cents: int = 3400, **changed: Any) -> str:
        """The bank decides a card of an attempt; returns its signed message."""
        fields = dict(started["fields"])
        transaction = self.transaction(status, cents, **changed)
        self.orders.setdefault(fields["vads_order_id"], []).append(transaction)
        return self.message(fields, transaction)

    def message(self, form: dict[str, str], transaction: dict[str, Any], **changed: str) -> str:
        fields = {
            "vads_amount": str(transaction["amount"]),
            "vads_auth_number": "3fe1",
            "vads_auth_result": "51" if transaction["detailedStatus"] == "REFUSED" else "00",
            "vads_ctx_mode": self.mode,
            "vads_currency": "978",
            "vads_operation_type": transaction["operationType"],
            "vads_order_id": form["vads_order_id"],
            "vads_site_id": self.site_id,
            "vads_trans_id": form["vads_trans_id"],
            "vads_trans_status": transaction["detailedStatus"],
            "vads_trans_uuid": transaction["uuid"],
            "vads_url_check_src": "PAY",
            **changed,
        }
        text = "+".join([*(fields[name] for name in sorted(fields)), self.form_key])
        seal = base64.b64encode(hmac.new(self.form_key.encode(), text.encode(), hashlib.sha256).digest()).decode()
        return urlencode({**fields, "signature": seal})

    def rest_message(self, form: dict[str, str], transaction: dict[str, Any]) -> str:
        """What the REST API sends of an order, as long as with all details of 3-D Secure and of the card."""
        details = {f"detail{number}": f"https://bank.example/{number}" for number in range(200)}
        answer = {
            "shopId": self.site_id,
            "orderDetails": {"orderId": form["vads_order_id"], "mode": self.mode},
            "transactions": [transaction],
            "paymentMethodDetails": details,
        }
        text = json.dumps(answer).replace("/", "\\/")
        plain = text.replace("\\/", "/").encode()
        seal = hmac.new(self.password.encode(), plain, hashlib.sha256).hexdigest()
        return urlencode({"kr-hash-key": "password", "kr-hash": seal, "kr-answer": text})

    async def _answer(self, service: str, request: Request) -> Response:
        question = await request.json()
        if not await self.pause(question.get("orderId", service)):
            return Response(status_code=503)
        expected = base64.b64encode(f"{self.site_id}:{self.password}".encode()).decode()
        if request.headers["authorization"] != f"Basic {expected}":
            return self._error("INT_905")
        if service == "Transaction/CancelOrRefund" and self.refund is not None:
            return self.refund
        if service == "Charge/SDKTest":
            return self._said({"value": question["value"]})
        if service == "Transaction/CancelOrRefund":
            return await self._refund(question)
        found = self.orders.get(question["orderId"])
        if not found:
            return self._error("PSP_010")
        order = {"orderId": question["orderId"], "mode": self.mode}
        return self._said({"shopId": self.site_id, "orderDetails": order, "transactions": found[::-1]})

    async def _refund(self, question: dict[str, Any]) -> Response:
        """A credit beside the debit; its answer may be late, or lost."""
        (order,) = [order for order in self.orders.values() if question["uuid"] in {one["uuid"] for one in order}]
        credit = self.transaction(self.refund_status, question["amount"], operationType="CREDIT")
        order.append(credit)
        await self.refund_answers.wait()
        return Response(status_code=503) if self.loses_answers else self._said(credit)

    def _error(self, code: str) -> Response:
        return self._said({"errorCode": code, "errorMessage": "no"}, "ERROR")

    @staticmethod
    def _said(answer: dict[str, Any], status: str = "SUCCESS") -> Response:
        return Response(json.dumps({"status": status, "answer": answer}), media_type="application/json")


class Treasury(FakeBank):
    """The treasury's web service: operations, and what became of each."""

    protocol = "payfip"
    numcli = "007001"

    def __init__(self) -> None:
        super().__init__()
        self.operations: dict[str, dict[str, str]] = {}
        self.results: dict[str, dict[str, str]] = {}
        self.forgotten: set[str] = set()
        self.app.post("/tpa/services/securite")(self._answer)

    def contract(self, **changed: Any) -> dict[str, Any]:
        return {
            "protocol": self.protocol,
            "mode": "test",
            "shop_name": "REGIE DE CRUAS",
            "numcli": self.numcli,
            "service_url": f"{self.address}/tpa/services/securite",
            "page_url": "https://www.payfip.example/tpa/paiementws.web",
            **changed,
        }

    def decide(self, started: dict[str, Any], result: str = "P", cents: int | None = None, **changed: str) -> str:
        """The payer is through; returns the hint."""
        idop = dict(started["fields"])["idop"]
        asked = self.operations[idop]
        self.results[idop] = {"resultrans": result, "montant": str(cents or asked["montant"]), **changed}
        return f"idop={idop}"

    async def _answer(self, request: Request) -> Response:
        text = (await request.body()).decode()
        found = re.search(r"<pai:(\w+)><arg0>(.*)</arg0>", text)
        assert found
        operation, values = found[1], dict(re.findall(r"<(\w+)>([^<]*)</\1>", found[2]))
        if not await self.pause(values.get("idOp", operation)):
            return Response(status_code=503)
        if operation == "creerPaiementSecurise":
            idop = str(uuid.uuid4())
            self.operations[idop] = values
            return self._said(operation, {"idOp": idop})
        if operation == "recupererDetailClient":
            known = values["numCli"] == self.numcli
            return self._said(operation, {"libelleN1": "COMMUNE DE CRUAS"}) if known else self._fault("T2")
        idop = values["idOp"]
        if idop in self.forgotten or idop not in self.operations:
            return self._fault("P1")
        if idop not in self.results:
            return self._fault("P5")
        return self._said(operation, {"idOp": idop, **self.operations[idop], **self.results[idop]})

    @staticmethod
    def _said(operation: str, values: dict[str, str]) -> Response:
        content = "".join(f"<{name}>{value}</{name}>" for name, value in sorted(values.items()))
        answer = f'<n:{operation}Response xmlns:n="{SERVICE}"><return>{content}</return></n:{operation}Response>'
        return Response(f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{answer}</s:Body></s:Envelope>', media_type="text/xml")

    @staticmethod
    def _fault(code: str) -> Response:
        detail = f'<n:FonctionnelleErreur xmlns:n="{SERVICE}"><code>{code}</code></n:FonctionnelleErreur>'
        fault = f"<s:Fault><faultcode>s:Server</faultcode><detail>{detail}</detail></s:Fault>"
        text = f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{fault}</s:Body></s:Envelope>'
        return Response(text, status_code=500, media_type="text/xml")


class PayboxHost(FakeBank):
    """The host's sign of life, its page, which refuses what is not signed with its key, and PPPS."""

    def __init__(self) -> None:
        super().__init__()
        self.hmac_key = "0123456789ABCDEF" * 8
        self.refunds: list[dict[str, str]] = []
        self.opens_direct, self.loses_direct = True, False
        self.app.get("/load.html")(self._load)
        self.app.post("/php/")(self._page)
        self.app.post("/PPPS.php")(self._direct)

    async def _load(self) -> Response:
        return Response("<html><body>OK</body></html>") if await self.pause("load") else Response(status_code=503)

    async def _page(self, request: Request) -> Response:
        return Response(status_code=303 if self._sealed(await request.body(), "PBX_HMAC") else 400)

    async def _direct(self, request: Request) -> Response:
        body = await request.body()
        asked = dict(parse_qsl(body.decode()))
        if asked["TYPE"] == "00011":
            return self._nothing_found(asked)
        right = self._sealed(body, "HMAC") and int(asked["MONTANT"]) <= 3400
        if right:
            self.refunds.append(asked)
        code, number = ("00000", "0000000077") if right else ("00011", "")
        return Response(f"NUMTRANS={number}&CODEREPONSE={code}&COMMENTAIRE=Demande traitée".encode("latin-1"))

    def _nothing_found(self, asked: dict[str, str]) -> Response:
        repeated = {name: asked[name] for name in ("SITE", "RANG", "NUMQUESTION")}
        code = "00018" if self.opens_direct else "00006"
        return Response(urlencode({**repeated, "CODEREPONSE": code}), status_code=503 if self.loses_direct else 200)

    def _sealed(self, body: bytes, name: str) -> bool:
        pairs = parse_qsl(body.decode(), keep_blank_values=True)
        message = "&".join(f"{each}={value}" for each, value in pairs if each != name)
        seal = hmac.new(bytes.fromhex(self.hmac_key), message.encode(), hashlib.sha512).hexdigest().upper()
        return pairs[-1] == (name, seal)


@dataclass
class Tried:
    """A card tried: the bank's numbers of it, and the word that it has for it."""

    reference: str
    transaction: str
    call: str
    status: str = "Capturé"
    day: date = field(default_factory=lambda: datetime.now(_PARIS).date())
    cents: int = 3400
    authorisation: str = "123456"
    more: dict[str, str] = field(default_factory=dict)


class Pays:
    """PPPS: finds by reference, amount and day (00011), tells of a transaction (00017), numbers used once a day."""

    def __init__(self) -> None:
        self.tried: list[Tried] = []
        self.asked: list[dict[str, str]] = []
        self.code = ""
        self.changed: dict[str, str] = {}
        self.address = ""
        self.gate = asyncio.Event()
        self.gate.set()
        self.app = FastAPI()
        self.app.post("/PPPS.php")(self._answer)

    def accept(self, shop: Any, payment_id: str, **changed: Any) -> tuple[Tried, str]:
        """A card is accepted; its message, which may get lost."""
        tried = Tried(payment_id, shop.bank.transaction(), shop.bank.transaction(), **changed)
        self.tried.append(tried)
        message = shop.bank.message(payment_id, tried.cents, trans=tried.transaction, appel=tried.call)
        return tried, message

    async def wait_asked(self, count: int) -> None:
        async with asyncio.timeout(20):
            while len(self.asked) < count:
                await asyncio.sleep(0.01)

    async def _answer(self, request: Request) -> Response:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True)
        asked = dict(pairs)
        text = "&".join(f"{name}={value}" for name, value in pairs[:-1])
        seal = hmac.new(bytes.fromhex(_HMAC_KEY), text.encode(), hashlib.sha512).hexdigest().upper()
        assert (pairs[-1], asked["VERSION"], asked["HASH"]) == (("HMAC", seal), "00104", "SHA512")
        again = asked["NUMQUESTION"] in {each["NUMQUESTION"] for each in self.asked}
        self.asked.append(asked)
        await self.gate.wait()
        code, more = ("00005", {}) if again else (self.code, {}) if self.code else self._found(asked)
        said = {name: asked[name] for name in ("SITE", "RANG", "NUMQUESTION")} | {"CODEREPONSE": code}
        said |= more | self.changed
        return Response("&".join(f"{name}={value}" for name, value in said.items()).encode("latin-1"))

    def _found(self, asked: dict[str, str]) -> tuple[str, dict[str, str]]:
        if asked["TYPE"] == "00011":
            wanted = (asked["REFERENCE"], int(asked["MONTANT"]), asked["DATEQ"], asked["DEVISE"])
            known = [t for t in self.tried if (t.reference, t.cents, f"{t.day:%d%m%Y}", "978") == wanted]
        else:
            known = [t for t in self.tried if int(t.transaction) == int(asked["NUMTRANS"])]
        if not known:
            return "00018", {"COMMENTAIRE": "Transaction non trouvée"}
        found = known[-1]
        numbers = {"NUMTRANS": f"{found.transaction:0>10}", "NUMAPPEL": f"{found.call:0>10}"}
        if asked["TYPE"] == "00011":
            return "00000", numbers
        return "00000", {**numbers, "AUTORISATION": found.authorisation, "STATUS": found.status, **found.more}


@pytest_asyncio.fixture(loop_scope="session")
async def paybox_host() -> AsyncIterator[PayboxHost]:
    bank = PayboxHost()
    async with served(bank.app) as bank.address:
        yield bank


@pytest_asyncio.fixture(loop_scope="session")
async def pays() -> Any:
    bank = Pays()
    async with served(bank.app) as bank.address:
        yield bank


@pytest_asyncio.fixture(loop_scope="session")
async def alixan(open_shop: Any, pays: Pays) -> Any:
    return await open_shop(direct_url=f"{pays.address}/PPPS.php")


@pytest_asyncio.fixture(loop_scope="session")
async def payzen() -> AsyncIterator[PayZenBank]:
    bank = PayZenBank()
    async with served(bank.app) as bank.address:
        yield bank
        bank.gate.set()


@pytest_asyncio.fixture(loop_scope="session")
async def treasury() -> AsyncIterator[Treasury]:
    bank = Treasury()
    async with served(bank.app) as bank.address:
        yield bank
        bank.gate.set()


class Calendar:
    """Moves attempts through real time, and asks the banks."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness

    async def age(self, attempt_id: str, minutes: float) -> None:
        """The attempt began that long ago, and its question is due."""
        await self.harness.query(
            "update payment_attempt set started_at = now() - make_interval(secs => $2),"
            " next_question_at = now() - interval '1 second' where attempt_id = $1",
            UUID(attempt_id),
            minutes * 60,
        )

    async def ask(self, attempt_id: str, minutes: float = 1) -> None:
        await self.age(attempt_id, minutes)
        await self.harness.run_job("ask-banks")

    async def next_question(self, attempt_id: str) -> datetime | None:
        (row,) = await self.harness.query(
            "select next_question_at from payment_attempt where attempt_id = $1", UUID(attempt_id)
        )
        found: datetime | None = row["next_question_at"]
        return found


@pytest_asyncio.fixture(loop_scope="session")
async def calendar(harness: Harness) -> Calendar:
    return Calendar(harness)
