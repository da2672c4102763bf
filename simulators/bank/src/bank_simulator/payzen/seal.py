"""The two seals: of forms and their answers (HMAC-SHA-256, base64), and of the REST API's messages (hexadecimal)."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def form_signature(fields: Iterable[tuple[str, str]], key: str) -> str:
    """``signature``: the values of the vads_* fields by name, then the key, joined by ``+``; empty values count."""
    values = [value for name, value in sorted(fields) if name.startswith("vads_")]
    digest = hmac.new(key.encode(), "+".join([*values, key]).encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode("ascii")


def answer_hash(kr_answer: str, key: str) -> str:
    """``kr-hash`` of a message of the REST API: the key is its password when ``kr-hash-key`` says ``password``."""
    return hmac.new(key.encode(), kr_answer.encode(), hashlib.sha256).hexdigest()
