"""PayZen's signatures, both HMAC-SHA-256: of forms in base64, of the REST API's messages in hexadecimal."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import unquote


def form_signature(fields: Mapping[str, str], key: str) -> str:
    """``signature`` of a form: the values of all vads_* by the byte order of their names, then the key, joined by +.

    Empty values count; values are not url-encoded; UTF-8. Source: Lyra, «Calculer la signature».
    """
    names = sorted((name for name in fields if name.startswith("vads_")), key=str.encode)
    text = "+".join([*(fields[name] for name in names), key])
    return base64.b64encode(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_signed(fields: Mapping[str, str], signature: str, key: str) -> bool:
    """Whether the bank signed exactly these values. Some stacks url-encode a signature twice, or not at all."""
    given = (unquote(signature) if "%" in signature else signature).replace(" ", "+")
    return hmac.compare_digest(form_signature(fields, key).encode(), given.encode())


def answer_hash(kr_answer: str, key: str) -> str:
    """``kr-hash`` of a message of the REST API, whose escaped slashes are written plain."""
    return hmac.new(key.encode(), kr_answer.replace("\\/", "/").encode(), hashlib.sha256).hexdigest()


def is_answer_signed(kr_answer: str, kr_hash: str, key: str) -> bool:
    """Whether the bank signed exactly this answer."""
    return hmac.compare_digest(answer_hash(kr_answer, key).encode(), kr_hash.lower().encode())
