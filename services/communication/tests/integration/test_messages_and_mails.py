"""Messages between family and town hall; mails from events."""

import asyncio
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chassis.ids import new_id
from chassis.testing.plugin import ALIXAN, VEYRAS, Harness
from contracts.event import Event
from contracts.events import FamilyRegistered, GuardianChanged, InvoiceIssued, PaymentSettled
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


async def test_a_success_is_confirmed_and_a_refusal_is_not(harness: Harness, mail_server: Any) -> None:
    family_id, _ = await register_family(harness, "paul@example.org")
    await harness.publish(payment(family_id, PaymentStatus.REFUSED), tenant_id=ALIXAN.tenant_id)
    await harness.publish(payment(family_id, PaymentStatus.SUCCEEDED), tenant_id=ALIXAN.tenant_id)
    (mail,) = await received(mail_server, "paul@example.org")
    assert mail["Subject"] == "Paiement de 34,00 € confirmé"
    assert "05/07/2022" in mail.get_content(), "the commune's day, not UTC's"
    assert len(await harness.query("select 1 from mail where recipient_email = 'paul@example.org'")) == 1


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


async def test_an_address_that_cannot_be_written_holds_nobody_up(harness: Harness, mail_server: Any) -> None:
    for email in ("a@b\r\nBcc: c@d", "next@example.org"):
        family_id, _ = await register_family(harness, email)
        await harness.publish(invoice(family_id), tenant_id=ALIXAN.tenant_id)
    await received(mail_server, "next@example.org")
    await harness.eventually("select 1 from mail where recipient_email like 'a@b%' and state = 'failed'")


async def test_mails_are_listed_page_by_page(harness: Harness) -> None:
    family_id, _ = await register_family(harness, "liste@example.org")
    for _ in range(3):
        await harness.publish(invoice(family_id), tenant_id=ALIXAN.tenant_id)
    await harness.eventually("select 1 from mail where recipient_email = 'liste@example.org' offset 2")
    (known,) = await harness.query("select count(*) from mail where tenant_id = $1", ALIXAN.tenant_id)
    seen: list[str] = []
    cursor: str | None = ""
    async with harness.client(headers=harness.signer.headers(ALIXAN.tenant_id, Role.AGENT)) as client:
        while cursor is not None:
            page = (await client.get("/mails", params={"limit": 1, **({"cursor": cursor} if cursor else {})})).json()
            assert len(page["items"]) == 1, "the last page is not empty"
            seen += [mail["mail_id"] for mail in page["items"]]
            cursor = page["next_cursor"]
    assert len(set(seen)) == len(seen) == known["count"]


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
