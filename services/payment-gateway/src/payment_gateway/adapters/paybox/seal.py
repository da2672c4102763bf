"""Paybox's signatures: HMAC-SHA512 on what is asked, RSA PKCS#1 v1.5 with SHA-1 on what is answered.

SHA-1 and keys of 1024 bits are the bank's choice and the only one it offers.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_public_key

_MIN_KEY_BITS = 1024


def request_hmac(fields: Sequence[tuple[str, str]], hmac_key: str) -> str:
    """PBX_HMAC of fields in the order they are sent. ``hmac_key`` is hexadecimal; values are not url-encoded."""
    message = "&".join(f"{name}={value}" for name, value in fields)
    return hmac.new(bytes.fromhex(hmac_key), message.encode(), hashlib.sha512).hexdigest().upper()


@lru_cache(maxsize=64)
def bank_public_key(pem: str) -> RSAPublicKey:
    """The bank's key. Raises ``ValueError`` for anything but an RSA public key of at least 1024 bits."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key in PEM") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < _MIN_KEY_BITS:
        raise ValueError("not an RSA public key of at least 1024 bits")
    return key


def decode_signature(travelling: bytes) -> bytes | None:
    """A signature out of its url-encoding, which some stacks apply twice; None when it is none.

    ``+`` is a character of base64 here, never a space, and a space is one that was decoded on the way. Line ends,
    within or after it, are nothing.
    """
    decoded = unquote_to_bytes(travelling)
    if b"%" in decoded:
        decoded = unquote_to_bytes(decoded)
    text = decoded.replace(b"\r", b"").replace(b"\n", b"").replace(b" ", b"+")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        return None


def is_signed(message: bytes, signature: bytes, key: RSAPublicKey) -> bool:
    """Whether the bank signed exactly these bytes."""
    try:
        key.verify(signature, message, PKCS1v15(), SHA1())  # noqa: S303 - the bank's algorithm
    except InvalidSignature:
        return False
    return True
