"""What happened to a payment, in words for the town hall."""

from chassis.french import euros
from payment_gateway.domain.confirmation import Arrival
from payment_gateway.domain.judgement import Channel, Decision, ReversalKind, Verdict
from payment_gateway.domain.outcome import OutcomeKind
from payment_gateway.domain.payment import PaymentStatus
from payment_gateway.domain.refund import RefundStatus

_ORIGINS = {
    Channel.IPN: "Message de la banque",
    Channel.RETURN: "Retour du navigateur",
    Channel.ANSWER: "Réponse de la banque",
}
_VERDICTS = {
    Verdict.DISPLAY_ONLY: "noté sans effet : seul le message de la banque fait foi.",
    Verdict.HINT: "la banque a quelque chose à dire : la question lui est posée.",
    Verdict.DUPLICATE: "déjà pris en compte, sans effet.",
    Verdict.LATE: "arrivé après le succès du paiement, sans effet.",
    Verdict.UNDONE: "la banque avait déjà dit que cette somme ne serait pas versée, sans effet.",
    Verdict.BAD_SIGNATURE: "sa signature n'est pas celle de la banque, il est ignoré.",
    Verdict.MALFORMED: "illisible, il est ignoré.",
    Verdict.UNKNOWN_ATTEMPT: "la tentative qu'il désigne est inconnue, il est gardé pour vérification.",
    Verdict.OTHER_SHOP: "il vient d'une autre boutique de la banque, il est ignoré.",
    Verdict.REFERENCE_MISMATCH: "il porte la référence d'un autre paiement, il est ignoré.",
    Verdict.TEST_IN_PRODUCTION: "il vient de la plateforme d'essai de la banque, il est ignoré.",
    Verdict.TRANSACTION_ELSEWHERE: "sa transaction a déjà réglé un autre paiement, il est ignoré.",
    Verdict.AMOUNT_MISMATCH: "le montant encaissé n'est pas celui du paiement : à vérifier avec la banque.",
    Verdict.CURRENCY_MISMATCH: "la monnaie encaissée n'est pas l'euro : à vérifier avec la banque.",
    Verdict.INCOMPLETE: "succès sans autorisation ou sans numéro de transaction : à vérifier avec la banque.",
    Verdict.REFUND: "somme rendue par la banque, notée.",
    Verdict.REVERSAL: "la somme acceptée ne sera finalement pas versée : la famille doit de nouveau payer.",
    Verdict.SURPLUS: "second encaissement du même paiement : à rembourser.",
    Verdict.UNCONFIRMED: "son message l'avait pourtant dit accepté : à vérifier, voyez « Contrôles ».",
    Verdict.REFUND_UNDONE: "ce remboursement n'a pas été versé : la somme est de nouveau à décider.",
}
_CONFIRMED = "la banque confirme ce qu'elle avait dit."
_UNPLACED = {
    Verdict.UNKNOWN_ATTEMPT: "La banque annonce un encaissement pour un paiement que le portail ne connaît pas.",
    Verdict.REFERENCE_MISMATCH: "La banque annonce un encaissement qui porte la référence d'un autre paiement.",
    Verdict.OTHER_SHOP: "Un message signé avec votre clé vient d'une autre boutique de la banque.",
    Verdict.TRANSACTION_ELSEWHERE: (
        "La banque annonce un encaissement dont le numéro est celui d'un autre, déjà compté pour un autre paiement."
    ),
    Verdict.DISPLAY_ONLY: (
        "Le navigateur du payeur est revenu avec un paiement accepté, que la banque n'a pas confirmé elle-même."
    ),
}
_ARRIVALS = {
    Arrival.RECEIVED: ("est arrivée", "Rien ne change."),
    Arrival.NOT_RECEIVED: ("n'est pas arrivée", "Elle n'est plus comptée comme encaissée."),
}
MESSAGE_ALONE = (
    "La banque n'a pas été interrogée, ou n'a pas répondu : ce paiement repose sur son seul message signé, qui ne dit"
    " pas dans quelle boutique elle a encaissé. Le relevé de la banque en fait foi."
)
"""Money that nothing but a message tells of, and that no question will be asked about."""
_KINDS = {
    OutcomeKind.ACCEPTED: "paiement accepté",
    OutcomeKind.PENDING: "paiement en attente à la banque",
    OutcomeKind.CANCELLED: "paiement abandonné",
    OutcomeKind.EXPIRED: "page de paiement expirée",
    OutcomeKind.REFUSED: "paiement refusé",
    OutcomeKind.ALREADY_PAID: "refusé car déjà payé",
    OutcomeKind.REFUNDED: "remboursement fait",
    OutcomeKind.REFUND_UNDONE: "remboursement annulé ou refusé",
    OutcomeKind.DENIED: "encaissement qu'elle ne confirme pas dans cette boutique",
}
_REVERSALS = {
    ReversalKind.REFUND: "Remboursement fait par la banque",
    ReversalKind.CANCELLATION: "Encaissement annulé avant d'être versé",
    ReversalKind.REJECTION: "Encaissement rejeté par la banque du payeur",
}
_REFUNDS = {
    RefundStatus.IN_PROGRESS: "en cours auprès de la banque",
    RefundStatus.BY_HAND: "à faire par la mairie",
    RefundStatus.TO_CHECK: "à vérifier sur le site de la banque",
    RefundStatus.DONE: "fait",
    RefundStatus.REFUSED: "pas fait",
    RefundStatus.UNDONE: "pas versé",
}
_DECISIONS = {
    Decision.TO_DECIDE: "de nouveau à décider, puisqu'elle n'a pas pu être rendue",
    Decision.CREDITED: "mise au crédit du compte de la famille",
    Decision.REFUNDED: "à rendre à la famille",
}
DIFFERENCES = {
    "unbalanced": "Les deux côtés des écritures ne s'équilibrent pas.",
    "bank": "Les écritures ne disent pas ce que la banque a encaissé et rendu.",
    "settled": "Les écritures ne disent pas ce qui a réglé le paiement.",
    "undecided": "Les écritures ne disent pas ce qui reste à décider.",
    "credited": "Les écritures ne disent pas ce qui est au crédit de la famille.",
    "given_back_twice": "La banque a rendu plus que ce qu'elle avait encaissé.",
    "unsettled": "Le paiement est dit réglé sans encaissement de son montant, ou l'inverse.",
    "misfiled": "Une écriture est classée dans une autre famille ou une autre régie.",
}
"""How the ledger may disagree with what the bank said, by kind."""
_STATUSES = {
    PaymentStatus.REQUESTED: "En attente : la famille n'est pas encore allée sur la page de la banque.",
    PaymentStatus.IN_PROGRESS: "En cours sur la page de la banque.",
    PaymentStatus.EXPIRED: "Expiré sans réponse de la banque.",
    PaymentStatus.CANCELLED: "Abandonné.",
    PaymentStatus.REFUSED: "Refusé par la banque.",
    PaymentStatus.TO_REVIEW: "À vérifier avec la banque.",
    PaymentStatus.SUCCEEDED: "Réglé.",
}


def requested_sentence(amount_cents: int, label: str) -> str:
    """The first line."""
    return f"Paiement demandé : {euros(amount_cents)}, {label}."


def attempt_sentence(number: int, bank: str, reference: str, *, is_test: bool) -> str:
    """A family left for the bank, where the attempt bears a reference."""
    trial = ", contrat d'essai" if is_test else ""
    return f"Tentative n° {number} : départ vers la page de la banque ({bank}{trial}), référence {reference}."


def question_sentence(number: int, questions: int, *, is_over: bool) -> str:
    """The bank was asked about an attempt; at the time of the last question."""
    times = "une fois" if questions == 1 else f"{questions} fois"
    rest = "elle a dit son dernier mot" if is_over else "elle le sera encore"
    return f"La banque a été interrogée {times} sur la tentative n° {number} : {rest}."


def message_sentence(
    *,
    channel: Channel,
    number: int,
    verdict: Verdict | None,
    kind: OutcomeKind | None,
    code: str | None,
    amount_cents: int | None,
    transaction_id: str | None,
    receptions: int,
) -> str:
    """A message of the bank: what it said and what was made of it. Without a verdict it still waits."""
    origin = f"{_ORIGINS[channel]} (tentative n° {number}"
    origin += f", reçu {receptions} fois)" if receptions > 1 else ")"
    if verdict is None:
        return f"{origin} : reçu, bientôt examiné."
    parts = []
    if kind is not None and amount_cents is not None:
        said = f"{_KINDS[kind]}, code {code}, {euros(amount_cents)}"
        parts.append(f"{said}, transaction {transaction_id}" if transaction_id else said)
    if channel is Channel.ANSWER and verdict is Verdict.DUPLICATE:
        parts.append(_CONFIRMED)
    elif verdict in _VERDICTS:
        parts.append(_VERDICTS[verdict])
    return f"{origin} : {' – '.join(parts).rstrip('.')}."


def surplus_sentence(verdict: Verdict) -> str:
    """Why money settles nothing."""
    sentence = _VERDICTS[verdict]
    return sentence[0].upper() + sentence[1:]


def unplaced_sentence(verdict: Verdict) -> str:
    """Why what the bank says it took is in no payment."""
    return _UNPLACED[verdict]


def unconfirmed_sentence(code: str) -> str:
    """What happened with money that its bank does not confirm, and what to do."""
    said = f"elle le dit « {code} »" if code.isalpha() else "elle ne le trouve pas dans votre boutique"
    return (
        f"La banque a signé un message de paiement accepté, mais, interrogée, {said} : l'argent est peut-être allé à"
        " un autre commerçant. Cherchez la transaction sur le site de la banque et sur votre relevé, puis notez ici si"
        " elle y est."
    )


def arrival_sentence(arrival: Arrival, amount_cents: int, reason: str) -> str:
    """What the régie found out about it."""
    found, follows = _ARRIVALS[arrival]
    return f"La régie a vérifié : la somme de {euros(amount_cents)} {found} ({reason}). {follows}"


def reversal_sentence(kind: ReversalKind, amount_cents: int, *, is_ours: bool) -> str:
    """Money that went back, or did not come; ``is_ours`` when the régie asked for it, of the bank or by hand."""
    words = "Somme rendue à la famille" if is_ours else _REVERSALS[kind]
    return f"{words} : {euros(amount_cents)}."


def refund_sentence(status: RefundStatus, amount_cents: int, reason: str, sentence: str | None) -> str:
    """Somebody of the régie gives money back."""
    said = f"Remboursement de {euros(amount_cents)} demandé par la régie ({reason}) : {_REFUNDS[status]}."
    return f"{said} {sentence}" if sentence else said


def decision_sentence(decision: Decision, amount_cents: int) -> str:
    """What the régie makes of money that settles nothing."""
    return f"Somme en trop de {euros(amount_cents)} : {_DECISIONS[decision]}."


def status_sentence(status: PaymentStatus, reason: str | None) -> str:
    """Where the payment stands."""
    return f"{_STATUSES[status]} {reason}" if reason else _STATUSES[status]
