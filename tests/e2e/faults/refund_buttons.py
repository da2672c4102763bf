"""The buttons of money given back."""

from driver import Parent, until
from driver.bank import asked_by_another_shop
from faults.buttons import Click, World, button


def _asked_to_pay(world: World) -> tuple[Parent, str]:
    """A parent of its own with an adhesion of 10 € to pay; the payment's id."""
    parent = world.new_parent("Zoé")
    return parent, parent.ask_to_pay_order(parent.order(world.paid_activity, "Zoé")["order_id"])


def _paid(world: World, **misbehaviour: int) -> str:
    """An adhesion of 10 €, paid; the payment's id."""
    parent, payment_id = _asked_to_pay(world)
    parent.at_the_bank(payment_id, **misbehaviour).pay()
    parent.wait_for_payment(payment_id, "to_review" if misbehaviour else "succeeded")
    return payment_id


@button("/mairie/paiements/{payment_id}/rembourser")
def give_back(world: World) -> Click:
    payment_id = _paid(world)
    path = f"/mairie/paiements/{payment_id}/rembourser"
    typed = world.desk.go(path).form(path).filled(montant="4", motif="Geste", geste="verifier")
    return Click(
        world.desk,
        world.desk.send(typed).form(path).filled(geste="confirmer"),
        "remboursement",
        lambda _pages: world.count("payment-gateway", "refund", "payment_id = $1", payment_id),
    )


@button("/mairie/remboursements/{refund_id}")
def note_the_end(world: World) -> Click:
    """Of a refund of which the bank says nothing; the hour until a person must look is passed over."""
    payment_id = _paid(world)
    world.bank.misbehave(payment_id, fault="unavailable")
    body = {"amount_cents": 1000, "reason": "Geste"}
    refund_id = world.town_hall.api.post("payment-gateway", f"/payments/{payment_id}/refunds", body)["refund_id"]
    until(lambda: world.count("payment-gateway", "refund", "refund_id = $1 and tries = 1", refund_id))
    world.databases.query(
        "payment-gateway", "update refund set status = 'to_check', next_try_at = null where refund_id = $1", refund_id
    )
    path = f"/mairie/remboursements/{refund_id}"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(fin="fait"),
        "sont rendus",
        lambda _pages: world.count("payment-gateway", "bank_reversal", "payment_id = $1", payment_id),
    )


@button("/mairie/sommes/{movement_id}/{choice}")
def credit_a_surplus(world: World) -> Click:
    payment_id = _paid(world, amount_cents=900)
    listed = world.town_hall.api.get("payment-gateway", "/surpluses", decision="to_decide")["items"]
    (movement_id,) = [one["movement_id"] for one in listed if one["payment_id"] == payment_id]
    path = f"/mairie/sommes/{movement_id}/credited"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(motif="Payé par erreur"),
        "au crédit du compte de la famille, qui est prévenue",
        lambda _pages: world.count(
            "payment-gateway", "ledger_entry", "payment_id = $1 and kind = 'credit'", payment_id
        ),
    )


@button("/mairie/paiements/{payment_id}/verification")
def end_a_review(world: World) -> Click:
    """Of a payment that the bank said to know already; it took nothing."""
    parent, payment_id = _asked_to_pay(world)
    parent.wait_for_payment(payment_id, "requested")
    world.databases.query(
        "payment-gateway", "update payment set status = 'to_review', payer = null where payment_id = $1", payment_id
    )
    path = f"/mairie/paiements/{payment_id}"
    return Click(
        world.desk,
        world.desk.go(path).form(f"{path}/verification"),
        "La vérification est terminée",
        lambda _pages: world.count(
            "payment-gateway", "payment", "payment_id = $1 and reason_code = 'reviewed' and version = 2", payment_id
        ),
    )


@button("/mairie/controles/encaissements/{movement_id}")
def answer_for_unconfirmed_money(world: World) -> Click:
    """Paid in another shop with the bank's own signature; the half hour until the bank denies it is passed over."""
    parent, payment_id = _asked_to_pay(world)
    world.bank.open_page(asked_by_another_shop(parent.payment_form(payment_id))).pay()
    parent.wait_for_payment(payment_id, "succeeded")
    for moved in (
        "update bank_transaction set accepted_at = accepted_at - interval '30 minutes' where payment_id = $1",
        "update payment_attempt set started_at = started_at - interval '30 minutes', next_question_at = now()"
        " where payment_id = $1",
    ):
        world.databases.query("payment-gateway", moved, payment_id)
    listed = until(
        lambda: world.town_hall.api.get("payment-gateway", "/unconfirmed-money")["items"],
        lambda items: any(one["payment_id"] == payment_id for one in items),
    )
    (movement_id,) = [one["movement_id"] for one in listed if one["payment_id"] == payment_id]
    path = f"/mairie/controles/encaissements/{movement_id}"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(reponse="not_received", motif="Absent du relevé"),
        "de nouveau due et la famille est prévenue",
        lambda _pages: world.count(
            "payment-gateway", "bank_reversal", "payment_id = $1 and kind = 'rejection'", payment_id
        ),
    )


@button("/mairie/controles/annonces/{message_id}")
def deal_with_announced_money(world: World) -> Click:
    """Another shop's payment whose message comes to the address of a payment it does not name."""
    parent, payment_id = _asked_to_pay(world)
    form = parent.payment_form(payment_id)
    world.bank.open_page(asked_by_another_shop(form, reference=f"autre-{payment_id}")).pay()
    listed = until(
        lambda: world.town_hall.api.get("payment-gateway", "/unplaced-money")["items"],
        lambda items: any(one["payment_id"] == payment_id for one in items),
    )
    (message_id,) = [one["message_id"] for one in listed if one["payment_id"] == payment_id]
    path = f"/mairie/controles/annonces/{message_id}"
    return Click(
        world.desk,
        world.desk.go(path).form(path).filled(motif="Pas à nous"),
        "avec ceux qui sont traités",
        lambda _pages: world.count("payment-gateway", "unplaced_dealt_with", "message_id = $1", message_id),
    )
