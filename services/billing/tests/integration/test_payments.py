"""Paying invoices: requests, outcomes in any order, the family's account."""

import asyncio
from datetime import date

import pytest

from chassis.ids import new_id
from contracts.events import GuardianChanged, InvoicePaymentRequested, InvoiceSettled
from contracts.values import PaymentPurpose, PaymentStatus, Regie, Role

SUCCEEDED, REFUSED = PaymentStatus.SUCCEEDED, PaymentStatus.REFUSED


@pytest.fixture
async def invoice(town, home):
    await town.book(home)
    await town.run()
    (invoice,) = await town.invoices(home)
    return invoice


@pytest.fixture
async def two_invoices(town, home, invoice):
    await town.book(home, [date(2022, 10, 3)])
    await town.run("2022-10")
    return await town.invoices(home)


async def _account(town, home):
    async with town.parent(home) as client:
        return (await client.get("/account")).json()


async def _only(town, home):
    (invoice,) = await town.invoices(home)
    return invoice


async def _published(town, model, subject):
    rows = await town.harness.query(
        "select body, sequence from kept.published_event where type = $1 and subject = $2 order by seq",
        model.event_type,
        subject,
    )
    return [model.model_validate_json(row["body"]) for row in rows]


async def test_a_request_freezes_what_is_due_and_names_the_payer(town, home, two_invoices):
    response = await town.pay(home, *two_invoices)
    assert response.status_code == 201
    payment = response.json()
    assert (payment["count"], payment["total_cents"]) == (2, 2500)
    (request,) = await _published(town, InvoicePaymentRequested, payment["payment_id"])
    assert (request.purpose, str(request.reference_id)) == (PaymentPurpose.INVOICES, payment["invoice_payment_id"])
    assert (request.amount_cents, request.article_count, request.regie_id) == (2500, 2, town.regie.regie_id)
    assert request.label == f"Factures {two_invoices[1]['number']}, {two_invoices[0]['number']}"
    assert (request.payer.first_name, request.payer.email) == ("Claire", "claire@example.org")
    assert request.payer.address.postal_code == "26300"
    assert {i["payment_in_progress"] for i in await town.invoices(home)} == {payment["payment_id"]}


async def test_the_same_selection_gives_the_same_payment(town, home, two_invoices):
    first, second = two_invoices
    answers = await asyncio.gather(*(town.pay(home, *pair) for pair in [(first, second), (second, first)] * 4))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["payment_id"] for answer in answers}) == 1
    assert (await town.pay(home, first)).json()["payment_id"] != answers[0].json()["payment_id"]


@pytest.mark.parametrize("status", [REFUSED, PaymentStatus.CANCELLED, PaymentStatus.EXPIRED])
async def test_a_failed_payment_frees_for_a_new_one(town, home, invoice, status):
    payment = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, payment, status))
    assert (await _only(town, home))["payment_in_progress"] is None
    again = (await town.pay(home, invoice)).json()
    assert again["payment_id"] != payment["payment_id"]
    async with town.parent(home) as client:
        (told,) = (await client.get("/payments")).json()
    assert (told["status"], told["reason"]) == (status, "La carte a été refusée par la banque.")


async def test_a_success_settles_the_invoice(town, home, invoice):
    payment = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, payment))
    paid = await _only(town, home)
    assert (paid["status"], paid["paid_cents"], paid["payment_in_progress"]) == ("paid", 2000, None)
    (settled,) = await _published(town, InvoiceSettled, paid["invoice_id"])
    assert (settled.number, settled.paid_cents, settled.family_id) == (invoice["number"], 2000, home.family_id)
    account = await _account(town, home)
    assert account["balance_cents"] == 0
    assert [(m["kind"], m["debit_cents"], m["credit_cents"], m["balance_cents"]) for m in account["movements"]] == [
        ("payment", 0, 2000, 0),
        ("invoice", 2000, 0, 2000),
    ]
    refused = await town.pay(home, invoice)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:portail-famille:problem:invoice-already-paid")
    assert invoice["number"] in refused.json()["detail"]


@pytest.mark.parametrize("order", [[(1, REFUSED), (2, SUCCEEDED)], [(2, SUCCEEDED), (1, REFUSED), (3, REFUSED)]])
async def test_a_success_wins_in_any_order(town, home, invoice, order):
    payment = (await town.pay(home, invoice)).json()
    for sequence, status in order:
        await town.publish(town.settled(home, payment, status), sequence)
    assert (await _only(town, home))["status"] == "paid"
    async with town.parent(home) as client:
        (told,) = (await client.get("/payments")).json()
    assert (told["status"], told["reason"]) == ("succeeded", None)


async def test_a_stale_refusal_does_not_replace_a_newer_outcome(town, home, invoice):
    payment = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, payment, PaymentStatus.CANCELLED), sequence=2)
    await town.publish(town.settled(home, payment, REFUSED), sequence=1)
    async with town.parent(home) as client:
        assert [told["status"] for told in (await client.get("/payments")).json()] == ["cancelled"]


async def test_a_hundred_deliveries_pay_once(town, home, invoice):
    payment = (await town.pay(home, invoice)).json()
    settled, messages = town.settled(home, payment), [new_id() for _ in range(100)]
    for ten in range(0, 100, 10):
        await asyncio.gather(
            *(
                town.harness.publish(settled, tenant_id=town.tenant, sequence=1 + n % 2, message_id=message_id)
                for n, message_id in enumerate(messages[ten : ten + 10])
            )
        )
    await town.harness.eventually(
        "select 1 from inbox where message_id = any($1) having count(*) = 100", messages, seconds=60
    )
    assert (await _account(town, home))["balance_cents"] == 0
    assert len(await _published(town, InvoiceSettled, invoice["invoice_id"])) == 1


async def test_two_payments_of_one_invoice_leave_a_credit(town, home, two_invoices):
    september = two_invoices[1]
    alone = (await town.pay(home, september)).json()
    both = (await town.pay(home, *two_invoices)).json()
    await asyncio.gather(town.publish(town.settled(home, alone)), town.publish(town.settled(home, both)))
    assert {invoice["status"] for invoice in await town.invoices(home)} == {"paid"}
    assert len(await _published(town, InvoiceSettled, september["invoice_id"])) == 1
    account = await _account(town, home)
    assert account["balance_cents"] == -2000
    (credit,) = [movement for movement in account["movements"] if movement["kind"] == "credit"]
    assert (credit["credit_cents"], credit["label"][:11]) == (2000, "Trop-perçu ")


async def test_a_late_success_of_an_expired_payment_still_pays(town, home, invoice):
    first = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, first, PaymentStatus.EXPIRED), sequence=1)
    second = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, first), sequence=2)
    await town.publish(town.settled(home, second))
    assert (await _only(town, home))["status"] == "paid"
    assert (await _account(town, home))["balance_cents"] == -2000


async def test_another_amount_than_asked_is_neither_lost_nor_invented(town, home, invoice):
    payment = (await town.pay(home, invoice)).json()
    await town.publish(town.settled(home, payment, cents=1500))
    partly = await _only(town, home)
    assert (partly["status"], partly["paid_cents"]) == ("pending", 1500)
    rest = (await town.pay(home, invoice)).json()
    assert rest["total_cents"] == 500
    await town.publish(town.settled(home, rest, cents=600))
    assert (await _account(town, home))["balance_cents"] == -100


async def test_money_for_an_unknown_payment_is_credited_once(town, home):
    unknown = {"payment_id": new_id(), "invoice_payment_id": new_id(), "total_cents": 700}
    await asyncio.gather(*(town.publish(town.settled(home, unknown)) for _ in range(3)))
    assert (await _account(town, home))["balance_cents"] == -700


async def test_one_payment_serves_one_regie(town, home):
    sports = Regie(regie_id=new_id(), name="Régie des sports")
    await town.publish(town.activity(regie=sports, activity_id=new_id()))
    await town.book(home)
    await town.book(home, regie=sports)
    await town.run()
    refused = await town.pay(home, *await town.invoices(home))
    assert (refused.status_code, refused.json()["regies"]) == (409, ["Régie des sports", "Régie périscolaire"])
    async with town.parent(home) as client:
        summary = (await client.get("/summary")).json()
    assert [(line["regie_name"], line["pending_count"], line["pending_cents"]) for line in summary] == [
        ("Régie des sports", 1, 2000),
        ("Régie périscolaire", 1, 2000),
    ]


async def test_an_adhesion_is_debited_and_credited_at_once(town, home):
    adhesion = town.adhesion(home)
    await town.publish(adhesion)
    await town.publish(adhesion, sequence=2)
    await town.publish(town.adhesion(home, cents=0))
    account = await _account(town, home)
    assert account["balance_cents"] == 0
    assert [(m["kind"], m["label"]) for m in account["movements"]] == [
        ("payment", "Paiement – Adhésion Cantine d'Alixan 2022/2023 – Louis"),
        ("adhesion", "Adhésion Cantine d'Alixan 2022/2023 – Louis"),
    ]


async def test_a_payment_of_adhesions_is_in_the_history_and_touches_no_invoice(town, home, invoice):
    payment = (await town.pay(home, invoice)).json()
    settled = town.settled(home, {**payment, "payment_id": new_id()}).model_copy(
        update={"purpose": PaymentPurpose.ADHESION_ORDER, "label": "2 inscriptions"}
    )
    await town.publish(settled)
    async with town.parent(home) as client:
        (told,) = (await client.get("/payments")).json()
    assert (told["label"], told["date"]) == ("2 inscriptions", "2022-07-04")
    assert (await _account(town, home))["balance_cents"] == 2000


async def test_a_changed_guardian_pays_under_the_new_address(town, home, invoice):
    await town.publish(
        GuardianChanged(
            guardian_id=home.guardian_id,
            family_id=home.family_id,
            first_name="Claire",
            last_name="DUPONT",
            email="nouvelle@example.org",
            phone=None,
        ),
        sequence=2,
    )
    payment = (await town.pay(home, invoice)).json()
    (request,) = await _published(town, InvoicePaymentRequested, payment["payment_id"])
    assert (request.payer.last_name, request.payer.email) == ("DUPONT", "nouvelle@example.org")


async def test_without_an_email_the_way_out_is_told(town):
    silent = await town.home(email=None)
    await town.book(silent)
    await town.run()
    refused = await town.pay(silent, *await town.invoices(silent))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:portail-famille:problem:payer-email-missing")


async def test_another_familys_invoice_does_not_exist(town, home, invoice):
    stranger = await town.home(name="AUTRE")
    path = f"/invoices/{invoice['invoice_id']}"
    assert (await town.pay(stranger, invoice)).status_code == 404
    async with town.parent(stranger) as client:
        assert [(await client.get(address)).status_code for address in (path, f"{path}/pdf")] == [404, 404]
        listed = await client.get("/invoices", params={"family_id": str(home.family_id)})
    assert listed.json()["items"] == []
    assert await town.harness.query("select 1 from invoice_payment where family_id = $1", stranger.family_id) == []


async def test_another_communes_invoice_does_not_exist(town, invoice):
    from chassis.testing.plugin import VEYRAS

    headers = town.harness.signer.headers(VEYRAS.tenant_id, Role.ADMINISTRATOR)
    async with town.harness.client("veyras", headers) as client:
        assert (await client.get(f"/invoices/{invoice['invoice_id']}")).status_code == 404
        assert (await client.get("/invoices")).json()["items"] == []


async def test_only_a_regisseur_invoices(town, home):
    async with town.staff(Role.AGENT) as client:
        assert (await client.post("/invoicing-runs", json={"period": "2022-09"})).status_code == 403
    async with town.parent(home) as client:
        assert (await client.get("/invoicing-runs")).status_code == 403
        assert (await client.get("/invoicing-runs/preview?period=2022-09")).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"invoice_ids": []},
        {"invoice_ids": ["x"]},
        {"invoice_ids": [str(new_id())] * 100},
        {"invoice_ids": [str(new_id())], "total_cents": 1},
        {},
    ],
)
async def test_a_wrong_order_is_a_payload_problem(town, home, body):
    async with town.parent(home) as client:
        assert (await client.post("/invoice-payments", json=body)).status_code == 422
