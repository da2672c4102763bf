"""payment-gateway, as the town hall sees it."""

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response, UploadFile

from fake_api.identity import is_staff, staff
from fake_api.parts import not_found, part
from fake_api.world import FAMILY, NOW, REGIE, Problem, World, an_id

_MONEY = ("regisseur", "administrator")
_FILE = an_id("bank file")
_FORMS: list[dict[str, Any]] = [
    {
        "protocol": "paybox",
        "title": "Paybox",
        "fields": [
            {"name": "shop_name", "label": "Nom de la régie", "kind": "text", "required": True},
            {"name": "site", "label": "Site (PBX_SITE)", "kind": "text", "required": True, "hint": "7 chiffres."},
            {"name": "hmac_key", "label": "Clé HMAC", "kind": "secret", "required": True},
            {"name": "bank_public_key_pem", "label": "Clé publique", "kind": "long_text", "required": True},
        ],
    },
    {
        "protocol": "payfip",
        "title": "PayFiP",
        "fields": [
            {"name": "shop_name", "label": "Nom de la régie", "kind": "text", "required": True},
            {"name": "numcli", "label": "NUMCLI", "kind": "text", "required": True, "hint": "6 chiffres."},
            {"name": "activation", "label": "Paiements d'activation", "kind": "tick", "required": False},
            {"name": "page_url", "label": "Page", "kind": "text", "required": True, "default": "https://payfip/"},
        ],
    },
]
_COMMON = {"hint": "", "default": None, "longest": 200}
FORMS = [
    form
    | {
        "fields": [_COMMON | one for one in form["fields"]],
        "at_the_bank": [
            f"Dans l'espace marchand de {form['title']}, donnez l'adresse http://alixan.localhost/pay/ipn."
        ],
    }
    for form in _FORMS
]
_SECRETS = frozenset({"hmac_key"})


def routes(world: World) -> APIRouter:
    router = APIRouter()
    for part_of in (_payments, _statements, _contracts):
        part_of(world, router)
    return router


def _payments(world: World, router: APIRouter) -> None:
    @router.get("/payments")
    def payments(
        request: Request,
        family_id: Annotated[list[uuid.UUID] | None, Query()] = None,
        status: str | None = None,
        search: str | None = None,
        amount_cents: int | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> dict[str, Any]:
        staff(world, request)
        more = {"family_id": FAMILY, "bank_reference": "22070412", "reason_code": None, "needs_review": False}
        found = [payment | more for payment in world.payments.values() if status in {None, payment["status"]}]
        found = [one for one in found if search in {None, one["bank_reference"]}]
        found = [one for one in found if amount_cents in {None, one["amount_cents"]}]
        return part(found if not family_id or uuid.UUID(FAMILY) in family_id else [], cursor, limit)

    @router.get("/payments/{payment_id}/history")
    def history(request: Request, payment_id: str) -> list[dict[str, Any]]:
        staff(world, request)
        if payment_id not in world.payments:
            raise not_found()
        return [
            {"at": NOW, "kind": "requested", "sentence": "Paiement demandé."},
            {"at": NOW, "kind": "message", "sentence": "La banque accepte le paiement."},
        ]

    @router.get("/payments/{payment_id}/receipt")
    def receipt(request: Request, payment_id: str) -> dict[str, Any]:
        is_staff(world, request)
        payment = world.payments.get(payment_id)
        if payment is None or payment["status"] != "succeeded":
            raise not_found()
        return {
            **{name: payment[name] for name in ("payment_id", "label", "amount_cents")},
            "paid_at": NOW,
            "regie_name": "Régie Périscolaire d'Alixan",
            "reference": payment_id,
            "transaction_id": "987654321",
            "mode": "production",
            "returned_cents": payment["returned_cents"],
        }


def _statements(world: World, router: APIRouter) -> None:
    hall = world.town_hall

    @router.get("/bank-day")
    def day(request: Request, day: str) -> dict[str, Any]:
        staff(world, request, *_MONEY)
        account = {
            "regie_id": REGIE,
            "protocol_title": "Paybox",
            "site": "1999888",
            "mode": "test",
            "shop_name": "CANTINE",
            "taken_count": 2,
            "taken_cents": 6800,
            "returned_count": 1,
            "returned_cents": -1000,
            "net_cents": 5800,
            "undecided_count": 1,
            "other_currency_count": 0,
        }
        around = {"previous_day": "2022-07-01", "next_day": None}
        return {"day": day, **around, "accounts": [account] if day == "2022-07-04" else []}

    @router.get("/bank-day/movements")
    def movements(request: Request, day: str, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
        staff(world, request, *_MONEY)
        movement = {
            "happened_at": NOW,
            "kind": "taken",
            "sentence": "Encaissement",
            "regie_id": REGIE,
            "site": "1999888",
            "mode": "test",
            "payment_id": an_id("a payment"),
            "label": "Cantine <d'Alixan>",
            "reference": "REF-1",
            "transaction_id": "700000001",
            "call_number": "900",
            "bank_number": None,
            "amount_cents": 3400,
            "currency": "978",
        }
        return part([movement] if day == "2022-07-04" else [], cursor, limit)

    @router.get("/bank-movements.csv")
    def export(request: Request, first_day: str, last_day: str) -> Response:
        staff(world, request, *_MONEY)
        headers = {"content-disposition": f'attachment; filename="encaissements-{first_day}-{last_day}.csv"'}
        return Response(b"\xef\xbb\xbfJour;Heure\r\n", media_type="text/csv; charset=utf-8", headers=headers)

    def report() -> dict[str, Any]:
        return {
            "file_id": _FILE,
            "regie_id": REGIE,
            "file_name": "juillet.csv",
            "first_day": "2022-07-04",
            "last_day": "2022-07-05",
            "line_count": 2,
            "total_cents": 6800,
            "sent_at": NOW,
        }

    @router.get("/bank-files")
    def files(request: Request) -> list[dict[str, Any]]:
        staff(world, request, *_MONEY)
        return [report()] if hall.sent_files else []

    @router.post("/regies/{regie_id}/bank-files", status_code=201)
    async def send(request: Request, regie_id: str, file: UploadFile) -> dict[str, Any]:
        staff(world, request, *_MONEY)
        content = await file.read()
        if not content.startswith(b"EN-TETE"):
            problems = ["Ligne 3 : la date doit être écrite 04072022 ou 04/07/2022."]
            raise Problem(422, "bank-file-unreadable", "Ce fichier n'est pas lisible.", problems=problems)
        hall.sent_files.append(content)
        return report()

    @router.get("/bank-files/{file_id}")
    def file(request: Request, file_id: str) -> dict[str, Any]:
        staff(world, request, *_MONEY)
        if file_id != _FILE:
            raise not_found()
        difference = {
            "finding": "unknown_here",
            "sentence": "Cette référence n'est pas celle d'un paiement du portail.",
            "reference": "INCONNUE01",
            "line_number": 3,
            "file_day": "2022-07-05",
            "file_cents": 3400,
        }
        counts = {"matched": 1, "unknown_here": 1}
        return report() | {"counts": counts, "matched_cents": 3400, "differences": [difference]}


def _contracts(world: World, router: APIRouter) -> None:
    hall = world.town_hall

    def contract() -> dict[str, Any]:
        if hall.contract is None:
            raise not_found()
        return hall.contract

    @router.get("/protocols")
    def protocols(request: Request) -> list[dict[str, Any]]:
        staff(world, request)
        return FORMS

    @router.get("/regies/{regie_id}/contract/state")
    def state(request: Request, regie_id: str) -> dict[str, Any]:
        staff(world, request)
        known = contract()
        return {
            "protocol": known["protocol"],
            "title": next(form["title"] for form in FORMS if form["protocol"] == known["protocol"]),
            "mode": known["mode"],
            "shop_name": known["shop_name"],
            "opened_at": NOW,
            "secrets": {name: NOW for name in known if name in _SECRETS},
        }

    @router.get("/regies/{regie_id}/contract")
    def shown(request: Request, regie_id: str) -> dict[str, Any]:
        staff(world, request)
        return {name: value for name, value in contract().items() if name not in _SECRETS}

    @router.put("/regies/{regie_id}/contract")
    def change(request: Request, regie_id: str, given: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        staff(world, request, "administrator")
        if given["protocol"] == "paybox" and given.get("site") != "1999888":
            errors = [{"field": "paybox.site", "message": "String should match pattern"}]
            raise Problem(422, "invalid-payload", "Certaines informations sont mal formées.", errors=errors)
        kept = {name: value for name, value in (hall.contract or {}).items() if name in _SECRETS}
        hall.contract = kept | given
        return {name: value for name, value in hall.contract.items() if name not in _SECRETS}

    @router.post("/regies/{regie_id}/contract/test")
    def try_it(request: Request, regie_id: str) -> dict[str, Any]:
        staff(world, request, "administrator")
        contract()
        sentence = "La banque reconnaît la régie." if hall.contract_works else "La banque ne connaît pas ce numéro."
        return {"works": hall.contract_works, "sentence": sentence}
