"""A régisseur sends the file in which a bank says what it took."""

import hashlib
from datetime import datetime
from uuid import UUID

from chassis.errors import DomainError, NotFoundError
from chassis.ids import new_id
from payment_gateway.application.bank_port import Protocols, ReadsStatements
from payment_gateway.application.ports import PaymentStore, StatementFile

MAX_BYTES = 1_000_000
"""Some 20,000 lines: a régie's year."""


class NoStatementFileError(DomainError):
    """The régie's bank gives no such file."""

    slug = "no-bank-file"
    sentence = "La banque de cette régie ne donne pas de fichier de rapprochement : utilisez la liste du jour."


class BankFileTooLargeError(DomainError):
    """No régie takes so much in a year."""

    slug = "bank-file-too-large"
    sentence = "Ce fichier dépasse 1 Mo : envoyez-le par périodes plus courtes."


async def take_bank_file(
    store: PaymentStore,
    protocols: Protocols,
    *,
    regie_id: UUID,
    file_name: str,
    raw: bytes,
    sent_by: UUID,
    now: datetime,
) -> UUID:
    """Keeps a file, read whole or not at all; the same bytes again are the same file. Returns its id.

    Raises ``NotFoundError`` for a régie without contract, ``NoStatementFileError``, ``BankFileTooLargeError``,
    ``UnreadableStatementError``.
    """
    contract = await store.current_contract(regie_id)
    if contract is None:
        raise NotFoundError
    protocol = protocols[contract.protocol]
    if not isinstance(protocol, ReadsStatements):
        raise NoStatementFileError
    if len(raw) > MAX_BYTES:
        raise BankFileTooLargeError
    lines = protocol.read_statement(raw)
    digest = hashlib.sha256(raw).digest()
    if known := await store.file_with(regie_id, digest):
        return known
    file = StatementFile(new_id(), regie_id, contract.shop, contract.mode, file_name[:200], digest, sent_by, now)
    if await store.add_file(file, lines):
        return file.file_id
    kept = await store.file_with(regie_id, digest)
    if kept is None:
        raise LookupError("a file that is neither kept nor known")
    return kept
