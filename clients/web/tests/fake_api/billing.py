"""billing."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Request, Response

from fake_api.identity import is_staff, parent
from fake_api.world import FAMILY, REGIE, Problem, World, an_id

NAME = "billing"


def routes(world: World) -> APIRouter:
    router = APIRouter()

    @router.get("/summary")
    def summary(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        pending = [invoice for invoice in world.invoices if invoice["status"] == "pending"]
        return [
            {
                "regie_id": REGIE,
                "regie_name": "Régie Périscolaire d'Alixan",
                "pending_count": len(pending),
                "pending_cents": sum(invoice["amount_cents"] for invoice in pending),
                "credit_cents": world.credit_cents,
            }
        ]

    @router.get("/invoices")
    def invoices(
        request: Request,
        status: Literal["pending", "paid"] | None = None,
        period: str | None = None,
        family_id: UUID | None = None,
        cursor: int = 0,
        limit: int = 100,
    ) -> dict[str, Any]:
        wanted = str(family_id) if is_staff(world, request) and family_id else FAMILY
        found = [
            invoice
            for invoice in world.invoices
            if status in {None, invoice["status"]}
            and period in {None, invoice["period"][:7]}
            and wanted == invoice["family_id"]
        ]
        following = str(cursor + limit) if len(found) > cursor + limit else None
        return {"items": found[cursor : cursor + limit], "next_cursor": following}

    @router.get("/invoices/{invoice_id}/pdf")
    def pdf(request: Request, invoice_id: str) -> Response:
        is_staff(world, request)
        for invoice in world.invoices:
            if invoice["invoice_id"] == invoice_id:
                headers = {"Content-Disposition": f'inline; filename="Facture-{invoice["number"]}.pdf"'}
                return Response(b"%PDF-1.7 invoice", media_type="application/pdf", headers=headers)
        raise Problem(404, "not-found", "Cette facture n'existe pas, ou n'est pas à vous.")

    @router.post("/invoice-payments", status_code=201)
    def pay(request: Request, invoice_ids: Annotated[list[str], Body(embed=True)]) -> dict[str, Any]:
        parent(world, request)
        chosen = [invoice for invoice in world.invoices if invoice["invoice_id"] in invoice_ids]
        if len(chosen) != len(invoice_ids):
            raise Problem(404, "not-found", "Cette facture n'existe pas, ou n'est pas à vous.")
        if any(invoice["status"] == "paid" for invoice in chosen):
            raise Problem(409, "invoice-already-paid", "Une de ces factures est déjà payée.")
        total = sum(invoice["amount_cents"] for invoice in chosen)
        deducted = min(world.credit_cents, total)
        world.credit_cents, total = world.credit_cents - deducted, total - deducted
        if not total:
            for invoice in chosen:
                invoice |= {"status": "paid", "paid_cents": invoice["amount_cents"]}
            nothing = {"invoice_payment_id": None, "payment_id": None, "count": 0, "total_cents": 0}
            return {**nothing, "deducted_cents": deducted}
        payment_id = world.request_payment("invoices", an_id("invoice payment"), total, "Régie Périscolaire d'Alixan")
        world.invoice_payments[payment_id] = invoice_ids
        return {
            "invoice_payment_id": an_id("invoice payment"),
            "payment_id": payment_id,
            "count": len(chosen),
            "total_cents": total,
            "deducted_cents": deducted,
        }

    @router.get("/account")
    def account(request: Request) -> dict[str, Any]:
        parent(world, request)
        movements, balance = [], 0
        for invoice in world.invoices:
            balance += invoice["amount_cents"]
            movements.append(
                {
                    "date": invoice["issued_on"],
                    "kind": "invoice",
                    "label": f"Facture NUM {invoice['number']}",
                    "debit_cents": invoice["amount_cents"],
                    "credit_cents": 0,
                    "balance_cents": balance,
                }
            )
        return {"balance_cents": balance, "movements": movements}

    @router.get("/payments")
    def payments(request: Request) -> list[dict[str, Any]]:
        parent(world, request)
        return [
            {
                "payment_id": payment["payment_id"],
                "date": payment["created_at"],
                "label": payment["label"],
                "amount_cents": payment["amount_cents"],
                "status": payment["status"],
                "reason": payment["reason"],
            }
            for payment in world.payments.values()
        ]

    return router
