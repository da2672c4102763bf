"""What a shop's server may ask of Paybox Direct: money back, whether a payment was made, what became of it.

Source: Verifone, «Paybox Direct / Direct Plus». Each operation takes the fields of a question that is well formed and
rightly sealed, and gives the fields of its answer.
"""

from datetime import datetime

from bank_simulator.bank import Bank
from bank_simulator.forms import RequestRefusedError
from bank_simulator.model import Attempt, AttemptStatus, Payment, RefundOrigin
from bank_simulator.paybox.merchants import Merchant
from bank_simulator.paybox.protocol import NAME
from bank_simulator.paybox.returned import TEST_AUTHORISATION, call_number, transaction_number
from bank_simulator.refunds import RefundRefusedError, TooMuchError

_UNKNOWN, _NOT_FOUND, _TOO_MUCH = "00015", "00018", "00011"
_DECIDED = frozenset({AttemptStatus.ACCEPTED, AttemptStatus.REFUSED})


def give_back(bank: Bank, merchant: Merchant, values: dict[str, str]) -> dict[str, str]:
    """TYPE 00014. Raises RequestRefusedError."""
    payment, attempt = _named(bank, merchant, values, _UNKNOWN)
    try:
        refund = bank.refunds.refund(payment, attempt, int(values["MONTANT"]), RefundOrigin.SHOP)
    except TooMuchError as error:
        raise RequestRefusedError("MONTANT", "", _TOO_MUCH) from error
    except RefundRefusedError as error:
        raise RequestRefusedError("NUMTRANS", "", _UNKNOWN) from error
    authorisation = TEST_AUTHORISATION if merchant.test_mode else attempt.authorisation or ""
    return {**_numbers(refund.number), "AUTORISATION": authorisation}


def find(bank: Bank, merchant: Merchant, values: dict[str, str]) -> dict[str, str]:
    """TYPE 00011: the accepted card of a reference, an amount and a day, else the last one refused, if any.

    Raises RequestRefusedError.
    """
    day = datetime.strptime(values["DATEQ"], "%d%m%Y").date()  # noqa: DTZ007 - a day on the clocks of Paris
    found: list[tuple[Payment, Attempt]] = []
    for payment in bank.store.payments(merchant=merchant.key, reference=values["REFERENCE"]):
        _check_fault(bank, payment)
        if payment.amount_cents == int(values["MONTANT"]):
            decided = [each for each in bank.store.attempts(payment.id) if each.status in _DECIDED]
            found += [(payment, each) for each in decided if bank.clock.real_day(each.created_at) == day]
    if not found:
        return {"CODEREPONSE": _NOT_FOUND}
    payment, attempt = max(found, key=lambda each: (each[1].status is AttemptStatus.ACCEPTED, each[1].number))
    return {**_numbers(attempt.number), "AUTORISATION": _authorisation(bank, payment, attempt)}


def tell(bank: Bank, merchant: Merchant, values: dict[str, str]) -> dict[str, str]:
    """TYPE 00017: STATUS, and REMISE once captured. Raises RequestRefusedError.

    Amount and currency are said only where a test wants others than the shop's.
    """
    payment, attempt = _named(bank, merchant, values, _NOT_FOUND)
    behaviour = bank.behaviours.of(payment)
    said = {**_numbers(attempt.number), "AUTORISATION": _authorisation(bank, payment, attempt)}
    said["STATUS"] = _status(bank, payment, attempt)
    if bank.refunds.captured(payment, attempt):
        said["REMISE"] = f"{attempt.number % 1_000_000_000:09}"
    if behaviour.amount_cents is not None:
        said["MONTANT"] = f"{behaviour.amount_cents:010}"
    if behaviour.currency:
        said["DEVISE"] = behaviour.currency
    return said


def _named(bank: Bank, merchant: Merchant, values: dict[str, str], code: str) -> tuple[Payment, Attempt]:
    """The attempt of NUMTRANS, and of NUMAPPEL where it is said, which must be this shop's, and willing to answer."""
    number = call_number(int(values["NUMTRANS"]))
    attempt = bank.store.attempt(number)
    payment = None if attempt is None else bank.store.payment(attempt.payment_id)
    if attempt is None or payment is None or int(values.get("NUMAPPEL") or number) != number:
        raise RequestRefusedError("NUMTRANS", "", code)
    if (payment.protocol, payment.merchant) != (NAME, merchant.key):
        raise RequestRefusedError("NUMTRANS", "", code)
    _check_fault(bank, payment)
    return payment, attempt


def _check_fault(bank: Bank, payment: Payment) -> None:
    if fault := bank.behaviours.of(payment).fault:
        raise RequestRefusedError("", "", fault)


def _numbers(number: int) -> dict[str, str]:
    return {"NUMTRANS": f"{transaction_number(number):010}", "NUMAPPEL": f"{number:010}"}


def _authorisation(bank: Bank, payment: Payment, attempt: Attempt) -> str:
    """As in the message to the shop; none of a refusal."""
    test = attempt.authorisation is not None and bank.behaviours.of(payment).test_platform
    return TEST_AUTHORISATION if test else attempt.authorisation or ""


def _status(bank: Bank, payment: Payment, attempt: Attempt) -> str:
    if attempt.status is not AttemptStatus.ACCEPTED:
        return "Refusé"
    if bank.refunds.cancelled(attempt):
        return "Annulé"
    if bank.refunds.left(payment, attempt) <= 0:
        return "Remboursé"
    return "Capturé" if bank.refunds.captured(payment, attempt) else "Autorisé"
