"""Reading the bank's messages: what was signed, by whom, and what it says.

The bank signs for all its shops with one key, its test platform included, and no variable names the shop. The
signature therefore proves that the bank took this amount under this reference, not that it took it for this régie:
the bank is asked afterwards (``questions``), where the contract has PPPS.
"""

import re
from datetime import datetime
from urllib.parse import unquote_to_bytes

from payment_gateway.adapters.bank_time import paris_instant
from payment_gateway.adapters.paybox.refusals import meaning_of
from payment_gateway.adapters.paybox.seal import bank_public_key, decode_signature, is_signed
from payment_gateway.application.bank_port import UnreadableMessageError
from payment_gateway.domain.judgement import Verdict
from payment_gateway.domain.outcome import BankOutcome, OutcomeKind

RETURN_VARIABLES = "montant:M;reference:R;auto:A;trans:S;appel:T;erreur:E;date:W;heure:Q;garantie3ds:G;sign:K"
"""PBX_RETOUR: the names we give to the bank's variables. The signature must be the last."""

_SIGNATURE_MARK = b"&sign="
_REENCODED = frozenset(b";?/:#&=+$, %@")
"""Characters url-encoded in the text that Up2pay signs (e-Transactions manual, chapter 14)."""
_STRUCTURE = frozenset(b"&=%+")
"""A decoded name or value that holds one of these could be read otherwise in the text that was signed."""
TEST_AUTHORISATION = "XXXXXX"
"""What stands for the authorisation on the bank's test platform, which signs with the same key as the real one."""

_FORMATS = {
    "montant": re.compile(r"[0-9]{1,12}"),
    "reference": re.compile(r"[A-Za-z0-9-]{1,250}"),
    "erreur": re.compile(r"[0-9]{5}"),
    "auto": re.compile(r"[A-Za-z0-9 ]{0,20}"),
    "trans": re.compile(r"[0-9]{0,20}"),
    "appel": re.compile(r"[0-9]{0,20}"),
}
_REQUIRED = ("montant", "reference", "erreur")


def read_message(bank_public_key_pem: str, raw: bytes) -> BankOutcome:
    """Verifies and reads a message, the raw bytes as received.

    The signature covers the text before ``&sign=``, which must come last: anything after it was added by somebody
    else. The bytes are tried as received, then re-encoded as some platforms sign them, then decoded: a form's encoding
    on the way may touch characters that genuine messages are signed with as they are. Raises
    ``UnreadableMessageError``.
    """
    message, mark, travelling = raw.partition(_SIGNATURE_MARK)
    if not mark or b"&" in travelling:
        raise UnreadableMessageError(Verdict.MALFORMED)
    pairs = _pairs(message)
    encoding = _matching_encoding(message, pairs, travelling, bank_public_key_pem)
    if encoding is None:
        raise UnreadableMessageError(Verdict.BAD_SIGNATURE)
    return _outcome(_values(pairs), encoding)


def bank_number(text: str) -> str | None:
    """A number of the bank, which its message and its answers pad differently; one of zeros only is none."""
    return text.strip().lstrip("0") or None


def _pairs(message: bytes) -> list[tuple[bytes, bytes]]:
    """Names and values, still url-encoded. A name given twice could be read in two ways: refused."""
    pairs = []
    for part in message.split(b"&"):
        name, equals, value = part.partition(b"=")
        if not equals:
            raise UnreadableMessageError(Verdict.MALFORMED)
        pairs.append((name, value))
    names = [_decoded(name) for name, _ in pairs]
    if len(set(names)) != len(names) or "sign" in names:
        raise UnreadableMessageError(Verdict.MALFORMED)
    return pairs


def _matching_encoding(
    message: bytes, pairs: list[tuple[bytes, bytes]], travelling: bytes, bank_public_key_pem: str
) -> str | None:
    signature = decode_signature(travelling)
    if not signature:
        return None
    key = bank_public_key(bank_public_key_pem)
    if is_signed(message, signature, key):
        return "raw"
    reencoded = b"&".join(name + b"=" + _reencoded(value) for name, value in pairs)
    if is_signed(reencoded, signature, key):
        return "reencoded"
    decoded = _undone(pairs)
    return "decoded" if decoded is not None and is_signed(decoded, signature, key) else None


def _undone(pairs: list[tuple[bytes, bytes]]) -> bytes | None:
    """The text without url-encoding but for spaces, as in genuine messages; None when it could be read in two ways."""
    plain = [(_plain(name), _plain(value)) for name, value in pairs]
    if any(_STRUCTURE & set(text) for pair in plain for text in pair):
        return None
    return b"&".join(name + b"=" + value for name, value in plain).replace(b" ", b"%20")


def _plain(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _reencoded(value: bytes) -> bytes:
    plain = _plain(value)
    return b"".join(b"%%%02X" % byte if byte in _REENCODED else bytes((byte,)) for byte in plain)


def _decoded(text: bytes) -> str:
    try:
        return _plain(text).decode()
    except UnicodeDecodeError as error:
        raise UnreadableMessageError(Verdict.MALFORMED) from error


def _values(pairs: list[tuple[bytes, bytes]]) -> dict[str, str]:
    values = {_decoded(name): _decoded(value) for name, value in pairs}
    for name, form in _FORMATS.items():
        if (name in values or name in _REQUIRED) and not form.fullmatch(values.get(name, "")):
            raise UnreadableMessageError(Verdict.MALFORMED)
    return values


def _outcome(values: dict[str, str], encoding: str) -> BankOutcome:
    """The authorisation is absent from refusals."""
    authorisation = values.get("auto", "").strip() or None
    meaning = meaning_of(values["erreur"])
    return BankOutcome(
        code=values["erreur"],
        meaning=meaning,
        reference=values["reference"],
        amount_cents=int(values["montant"]),
        authorisation=authorisation,
        transaction_id=bank_number(values.get("trans", "")),
        call_number=bank_number(values.get("appel", "")),
        is_test=authorisation == TEST_AUTHORISATION,
        lacks_proof=meaning.kind is OutcomeKind.ACCEPTED and authorisation is None,
        encoding=encoding,
        happened_at=_happened_at(values),
    )


def _happened_at(values: dict[str, str]) -> datetime | None:
    """The document says JJMMAAAA, integrations saw AAAAMMJJ: in this century, no day can be read both ways."""
    day, hour = values.get("date", ""), values.get("heure", "")
    return paris_instant(day + hour, "%d%m%Y%H:%M:%S") or paris_instant(day + hour, "%Y%m%d%H:%M:%S")
