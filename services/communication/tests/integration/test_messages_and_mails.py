"""Messages between family and town hall; mails from events."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from communication.application.notify import FamilyNotYetKnownError
from contracts.event import Event
from contracts.events import FamilyRegistered, GuardianChanged, InvoiceIssued, PaymentSettled, SurplusReceived
from contracts.events.payment_gateway import REVIEWED, BankReceipt, SurplusReason
from contracts.values import Guardian, PaymentPurpose, PaymentStatus, PostalAddress, Regie, Role

REGIE = Regie(regie_id=new_id(), name="Régie périscolaire d'Alixan")


async def register_family(harness: Harness, email: str, sequence: int = 1) -> tuple[UUID, UUID]:
    family_id, guardian_id = new_id(), new_id()
    family = FamilyRegistered(
        family_id=family_id,
        name="Martin",
        address=PostalAddress(line="1 rue", postal_code="26300", city="Alixan"),
        guardians=(Guardian(guardian_id=guardian_id, first_name="Anne", last_name="Martin", email=email),),
    )
    await harness.publish(family, tenant_id=ALIXAN.tenant_id, sequence=sequence)
    await harness.eventually("select 1 from guardian where guardian_id = $1", guardian_id)
    return family_id, guardian_id


def invoice(family_id: UUID) -> InvoiceIssued:
    return InvoiceIssued(
        invoice_id=new_id(),
        number="2209001",
        family_id=family_id,
        regie=REGIE,
        period=date(2022, 9, 1),
        issued_on=date(2022, 9, 30),
        due_on=date(2022, 10, 30),
        amount_cents=2000,
    )


def payment(family_id: UUID, status: PaymentStatus) -> PaymentSettled:
    return PaymentSettled(
        payment_id=new_id(),
        purpose=PaymentPurpose.INVOICES,
        reference_id=new_id(),
        regie_id=REGIE.regie_id,
        family_id=family_id,
        status=status,
        amount_cents=3400,
        settled_at=datetime(2022, 7, 4, 22, 30, tzinfo=UTC),
        label="Facture 2209001",
        reason_code=None,
        reason=None,
    )


async def received(mail_server: Any, recipient: str, count: int = 1) -> list[Any]:
    async with asyncio.timeout(15):
        while len(found := [mail for mail in mail_server.mails if mail["To"] == recipient]) < count:
            await asyncio.sleep(0.05)
    return found


async def test_an_invoice_is_announced_once_by_mail(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "anne@example.org")
    event: Event = invoice(family_id)
    for _ in range(3):
        await harness.publish(event, tenant_id=ALIXAN.tenant_id)
    (mail,) = await received(mail_server, "anne@example.org")
    assert mail["Subject"] == "Votre facture de septembre 2022 est disponible"
    text = mail.get_content()
    assert "http://alixan.localhost:8080/factures" in text
    assert "20,00\u00a0€" in text
    await harness.eventually("select 1 from mail where recipient_email = 'anne@example.org' and state = 'sent'")
    assert len(await harness.query("select 1 from mail where recipient_email = 'anne@example.org'")) == 1


async def test_a_success_is_confirmed_on_the_communes_day(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "paul@example.org")
    await harness.publish(payment(family_id, PaymentStatus.SUCCEEDED), tenant_id=ALIXAN.tenant_id)
    (mail,) = await received(mail_server, "paul@example.org")
    assert mail["Subject"] == "Reçu de votre paiement de 34,00 €"
    assert "05/07/2022" in mail.get_body(("plain",)).get_content(), "the commune's day, not UTC's"


REFUSAL = "select * from mail where kind = 'refusal' and family_id = $1"


async def leave_now(harness: Harness, family_id: UUID) -> None:
    """As if the time given to a refusal were over."""
    await harness.query("update mail set next_attempt_at = now() where kind = 'refusal' and family_id = $1", family_id)
    await harness.run_job("send-mails")


async def test_a_refusal_is_written_when_nothing_is_paid_after(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "rose@example.org")
    await harness.publish(payment(family_id, PaymentStatus.SUCCEEDED), tenant_id=ALIXAN.tenant_id)
    await received(mail_server, "rose@example.org")
    reason = "Votre banque a refusé : plafond de la carte atteint. Utilisez une autre carte. Rien n'a été débité."
    refused = payment(family_id, PaymentStatus.REFUSED).model_copy(update={"reason": reason})
    for sequence in (2, 3):
        await harness.publish(refused, tenant_id=ALIXAN.tenant_id, sequence=sequence)
    (waiting,) = await harness.eventually(REFUSAL, family_id)
    assert waiting["next_attempt_at"] > datetime.now(UTC) + timedelta(minutes=19)
    await harness.run_job("send-mails")
    assert len(await received(mail_server, "rose@example.org")) == 1
    await leave_now(harness, family_id)
    _, mail = await received(mail_server, "rose@example.org", 2)
    assert mail["Subject"] == "Votre paiement de 34,00 € n'a pas abouti"
    assert reason in mail.get_content()
    assert "http://alixan.localhost:8080/accueil" in mail.get_content()


async def test_a_payment_that_the_town_hall_looked_into_is_still_to_pay(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "nina@example.org")
    await harness.publish(payment(family_id, PaymentStatus.CANCELLED), tenant_id=ALIXAN.tenant_id)
    reason = "La mairie a vérifié ce paiement. La somme reçue ne le règle pas : elle vous est rendue."
    reviewed = payment(family_id, PaymentStatus.CANCELLED).model_copy(
        update={"reason_code": REVIEWED, "reason": reason}
    )
    for _ in range(2):
        await harness.publish(reviewed, tenant_id=ALIXAN.tenant_id, sequence=3)
    (mail,) = await received(mail_server, "nina@example.org")
    assert mail["Subject"] == "Votre paiement de 34,00 € a été vérifié"
    assert reason in mail.get_content()
    assert "http://alixan.localhost:8080/accueil" in mail.get_content()
    await harness.run_job("send-mails")
    assert len(await received(mail_server, "nina@example.org")) == 1, "what a family gave up itself is not told"


async def test_a_refusal_followed_by_a_success_is_not_written(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "lea.b@example.org")
    await harness.publish(payment(family_id, PaymentStatus.REFUSED), tenant_id=ALIXAN.tenant_id)
    await harness.eventually(REFUSAL, family_id)
    await harness.publish(payment(family_id, PaymentStatus.SUCCEEDED), tenant_id=ALIXAN.tenant_id)
    await received(mail_server, "lea.b@example.org")
    await leave_now(harness, family_id)
    assert [row["state"] for row in await harness.query(REFUSAL, family_id)] == ["withdrawn"]
    assert len(await received(mail_server, "lea.b@example.org")) == 1


async def test_a_refusal_that_arrives_after_its_success_is_not_written(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "luc@example.org")
    paid = payment(family_id, PaymentStatus.SUCCEEDED)
    await harness.publish(paid, tenant_id=ALIXAN.tenant_id, sequence=3)
    await received(mail_server, "luc@example.org")
    late = paid.model_copy(update={"status": PaymentStatus.REFUSED})
    await harness.publish(late, tenant_id=ALIXAN.tenant_id, sequence=2)
    await harness.eventually(REFUSAL, family_id)
    await leave_now(harness, family_id)
    assert [row["state"] for row in await harness.query(REFUSAL, family_id)] == ["withdrawn"]


async def test_a_receipt_is_sent_once_in_two_forms(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "nora@example.org")
    told = BankReceipt(regie_name="Régie <d'Alixan>", reference="REF-1", transaction_id="987654321")
    event = payment(family_id, PaymentStatus.SUCCEEDED).model_copy(update={"receipt": told, "label": "<b>Cantine</b>"})
    for sequence in (1, 1, 2):
        await harness.publish(event, tenant_id=ALIXAN.tenant_id, sequence=sequence)
    (mail,) = await received(mail_server, "nora@example.org")
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for said in ("34,00\u00a0€", "05/07/2022", "REF-1", "987654321"):
        assert said in text
        assert said in html
    address = f"http://alixan.localhost:8080/paiement/{event.payment_id}/recu"
    assert address in text
    assert f'href="{address}"' in html
    assert "<b>Cantine</b>" in text
    assert "<b>Cantine</b>" not in html
    assert "Régie &lt;d&#x27;Alixan&gt;" in html
    await harness.eventually("select 1 from mail where recipient_email = 'nora@example.org' and state = 'sent'")
    assert len(await harness.query("select 1 from mail where recipient_email = 'nora@example.org'")) == 1


async def test_money_to_be_looked_at_is_told_once(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "lucie@example.org")
    event = SurplusReceived(
        movement_id=new_id(),
        payment_id=new_id(),
        purpose=PaymentPurpose.INVOICES,
        reference_id=new_id(),
        regie_id=REGIE.regie_id,
        family_id=family_id,
        label="Facture 2209001",
        reason=SurplusReason.SURPLUS,
        amount_cents=3400,
        currency="978",
        due_cents=3400,
        received_at=datetime(2022, 7, 4, 22, 30, tzinfo=UTC),
    )
    for _ in range(2):
        await harness.publish(event, tenant_id=ALIXAN.tenant_id)
    (mail,) = await received(mail_server, "lucie@example.org")
    text = mail.get_content()
    assert "Montant encaissé : 34,00\u00a0€" in text
    assert "Rien n'est perdu" in text
    await harness.eventually("select 1 from mail where recipient_email = 'lucie@example.org' and state = 'sent'")
    assert len(await harness.query("select 1 from mail where recipient_email = 'lucie@example.org'")) == 1


async def test_a_guardians_older_address_never_comes_back(harness: Harness) -> None:
    family_id, guardian_id = await register_family(harness, "old@example.org", sequence=1)
    for sequence, email in ((3, "new@example.org"), (2, "middle@example.org")):
        changed = GuardianChanged(
            guardian_id=guardian_id, family_id=family_id, first_name="A", last_name="M", email=email, phone=None
        )
        await harness.publish(changed, tenant_id=ALIXAN.tenant_id, sequence=sequence)
    marker = await register_family(harness, "marker@example.org")
    assert marker
    (row,) = await harness.eventually("select email from guardian where guardian_id = $1 and version = 3", guardian_id)
    assert row["email"] == "new@example.org"


async def test_who_left_the_family_is_written_to_no_more(harness: Harness) -> None:
    """Whatever still arrives late about them; and in another family, they are."""
    family_id, other_family_id = new_id(), new_id()
    stays, leaves = (
        Guardian(guardian_id=new_id(), first_name=name, last_name="M", email=f"{name}@example.org")
        for name in ("reste", "part")
    )

    def file(family: UUID, *guardians: Guardian) -> FamilyRegistered:
        address = PostalAddress(line="1 rue", postal_code="26300", city="Alixan")
        return FamilyRegistered(family_id=family, name="M", address=address, guardians=guardians)

    late = GuardianChanged(**leaves.model_dump(), family_id=family_id)
    told: list[tuple[Event, int]] = [
        (file(family_id, stays, leaves), 1),
        (file(family_id, stays), 3),
        (late, 2),
        (invoice(family_id), 1),
        (file(other_family_id, leaves), 1),
        (invoice(other_family_id), 1),
    ]
    for event, sequence in told:
        message_id = new_id()
        await harness.publish(event, tenant_id=ALIXAN.tenant_id, sequence=sequence, message_id=message_id)
        await harness.eventually("select 1 from inbox where message_id = $1", message_id)
    rows = await harness.query(
        "select about, recipient_email from mail where guardian_id = any($1)", [stays.guardian_id, leaves.guardian_id]
    )
    assert {(row["about"], row["recipient_email"]) for row in rows} == {
        (told[3][0].subject, stays.email),
        (told[5][0].subject, leaves.email),
    }


async def test_an_invoice_waits_for_the_whole_family(harness: Harness) -> None:
    """One guardian's own event is not the family: the others would never hear of it."""
    family_id, guardian_id, message_id = new_id(), new_id(), new_id()
    known = GuardianChanged(
        guardian_id=guardian_id, family_id=family_id, first_name="A", last_name="M", email="a@example.org", phone=None
    )
    await harness.publish(known, tenant_id=ALIXAN.tenant_id, sequence=2)
    await harness.eventually("select 1 from guardian where guardian_id = $1", guardian_id)
    (worker,) = [worker for worker in harness.runtime.workers if worker.consumer.purpose == "notices"]
    told = invoice(family_id)
    envelope = harness.envelope(told, tenant_id=ALIXAN.tenant_id, message_id=message_id)
    with pytest.raises(FamilyNotYetKnownError):
        await worker.handle(envelope, told.model_dump_json().encode())
    assert await harness.query("select 1 from mail where guardian_id = $1", guardian_id) == []


async def test_a_mail_waits_for_a_server_that_is_away(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "later@example.org")
    mail_server.down = True
    try:
        await harness.publish(invoice(family_id), tenant_id=ALIXAN.tenant_id)
        await harness.eventually("select 1 from mail where recipient_email = 'later@example.org' and attempts = 1")
    finally:
        mail_server.down = False
    await harness.query("update mail set next_attempt_at = now() where recipient_email = 'later@example.org'")
    await harness.run_job("send-mails")
    await received(mail_server, "later@example.org")


async def test_a_family_and_the_town_hall_write_to_each_other(harness: Harness) -> None:
    family_id, _ = await register_family(harness, "lea@example.org")
    parent = harness.signer.headers(ALIXAN.tenant_id, family_id=family_id)
    agent = harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)
    async with harness.client(headers=parent) as client:
        await client.post("/messages", json={"subject": "Allergie", "body": "Louis ne mange pas d'œufs."})
    async with harness.client(headers=agent) as client:
        (conversation,) = [c for c in (await client.get("/conversations")).json() if c["family_id"] == str(family_id)]
        assert (conversation["family_name"], conversation["unread"]) == ("Martin", 1)
        await client.get(f"/conversations/{family_id}")
        answer = {"subject": "Re: Allergie", "body": "C'est noté."}
        assert (await client.post(f"/conversations/{family_id}/messages", json=answer)).status_code == 201
    async with harness.client(headers=parent) as client:
        assert (await client.get("/messages/summary")).json() == {"unread": 1}
        newest = (await client.get("/messages")).json()[0]
        assert (newest["from"], newest["body"]) == ("town_hall", "C'est noté.")
        await client.post("/messages/read")
        assert (await client.get("/messages/summary")).json() == {"unread": 0}


async def test_an_unknown_or_foreign_family_does_not_exist(harness: Harness) -> None:
    family_id, _ = await register_family(harness, "zoe@example.org")
    words = {"subject": "x", "body": "y"}
    async with harness.client("veyras", harness.signer.headers(VEYRAS.tenant_id, Role.AGENT)) as client:
        assert (await client.post(f"/conversations/{family_id}/messages", json=words)).status_code == 404
        assert (await client.get(f"/conversations/{family_id}")).status_code == 404
