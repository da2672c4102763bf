"""The three operations of the web service."""

from bank_simulator.bank import Bank
from bank_simulator.model import Attempt, AttemptStatus, Payment, PaymentStatus
from bank_simulator.payfip import soap
from bank_simulator.payfip.faults import functional, planted
from bank_simulator.payfip.orders import OPERATIONS, check_order, client
from bank_simulator.payfip.protocol import DEBIT_ACCEPTED, GIVEN_UP, NAME

_LIFE_SECONDS = 900


def answer(bank: Bank, body: bytes) -> bytes:
    """The SOAP answer. Raises ServiceFaultError."""
    call = soap.read_call(body, OPERATIONS)
    match call.operation:
        case "creerPaiementSecurise":
            values = {"idOp": _create(bank, call.arguments).id}
        case "recupererDetailPaiementSecurise":
            values = _detail(bank, call.arguments.get("idOp", ""))
        case _:
            values = _client(call.arguments.get("numCli", ""))
    return soap.answer(call.operation, values)


def _create(bank: Bank, order: dict[str, str]) -> Payment:
    merchant = check_order(order)
    fault = bank.behaviours.fault_on_opening(order["refdet"])
    if fault:
        raise planted(fault)
    return bank.checkout.open(
        protocol=NAME,
        merchant=merchant.numcli,
        shop_name=merchant.shop_name,
        reference=order["refdet"],
        amount_cents=int(order["montant"]),
        fields=tuple(order.items()),
        seconds=_LIFE_SECONDS,
    )


def _client(numcli: str) -> dict[str, str]:
    labels = client(numcli).labels
    return {f"libelleN{number}": label for number, label in enumerate(labels, start=1)}


def _detail(bank: Bank, idop: str) -> dict[str, str]:
    """What became of an operation. Raises ServiceFaultError P5 while that is not known, P1 once it is forgotten."""
    payment = bank.store.payment(idop)
    if payment is None or payment.protocol != NAME:
        raise functional("P1")
    payment = bank.checkout.payment(idop)
    behaviour = bank.behaviours.of(payment)
    if behaviour.fault:
        raise planted(behaviour.fault)
    attempt, result = _result(bank, payment)
    told_at = bank.clock.business(payment.created_at) if attempt is None else attempt.created_at
    sent = dict(payment.fields)
    return {
        "dattrans": f"{told_at:%d%m%Y}",
        "exer": sent["exer"][:2],
        "heurtrans": f"{told_at:%H%M}",
        "idOp": payment.id,
        "mel": sent["mel"],
        "montant": str(payment.amount_cents if behaviour.amount_cents is None else behaviour.amount_cents),
        "numauto": _authorisation(attempt),
        "numcli": behaviour.merchant or payment.merchant,
        "objet": sent.get("objet", ""),
        "refdet": payment.reference,
        "resultrans": result,
        "saisie": "T" if behaviour.test_platform else sent["saisie"],
    }


def _result(bank: Bank, payment: Payment) -> tuple[Attempt | None, str]:
    if payment.status in {PaymentStatus.PAID, PaymentStatus.REFUSED}:
        attempt = bank.store.last_attempt(payment.id)
        if attempt is not None and attempt.status is not AttemptStatus.CHALLENGED:
            return attempt, attempt.code
    if payment.status is PaymentStatus.CANCELLED:
        return None, GIVEN_UP
    over = payment.status is PaymentStatus.EXPIRED
    raise functional("P1" if over and bank.checkout.night_has_passed(payment) else "P5")


def _authorisation(attempt: Attempt | None) -> str:
    if attempt is None or attempt.authorisation is None:
        return ""
    if attempt.code == DEBIT_ACCEPTED:
        return f"{attempt.number:012}-tip"
    return attempt.authorisation
