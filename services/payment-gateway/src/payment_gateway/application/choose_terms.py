"""Which keys serve an attempt whose contract was renewed meanwhile.

A message is proven by the keys of its time, or by those that replaced them: the bank signs with what it has now. What
we ask goes out under the contract in force. Both are of the same shop, bank and mode.
"""

from collections.abc import Callable

from payment_gateway.application.bank_port import ContractTerms, Protocols, UnreadableMessageError
from payment_gateway.application.ports import Attempt, BankMessage
from payment_gateway.domain.judgement import Verdict
from payment_gateway.domain.outcome import BankOutcome


def understand(protocols: Protocols, attempt: Attempt, message: BankMessage) -> BankOutcome | None:
    """A message of an attempt in our words; None when it only invites to ask. Raises ``UnreadableMessageError``."""
    protocol = protocols[attempt.contract.protocol]
    for terms in attempt.all_terms[:-1]:
        try:
            return protocol.understand(terms, message.channel, message.raw)
        except UnreadableMessageError as error:
            if error.verdict is not Verdict.BAD_SIGNATURE:
                raise
    return protocol.understand(attempt.all_terms[-1], message.channel, message.raw)


def terms_to_speak(attempt: Attempt, allow: Callable[[ContractTerms], bool]) -> ContractTerms:
    """What is said to the bank now: under the terms in force, or the attempt's own where only these ``allow`` it."""
    return next((terms for terms in reversed(attempt.all_terms) if allow(terms)), attempt.contract.terms)
