"""Sealed values: readable and changeable by this client only (AES-256-GCM)."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE_BYTES = 12


class BrokenSealError(Exception):
    """The value was not sealed here, or not for this purpose."""


class Sealer:
    """Seals and signs, each with a key of its own derived from the secret key."""

    def __init__(self, secret_key: bytes) -> None:
        self._cipher = AESGCM(_derive(secret_key, b"web session cookie"))
        self._signing_key = _derive(secret_key, b"web csrf token")

    def seal(self, content: bytes, purpose: str) -> str:
        """Encrypts for a purpose (a cookie's name and host, say); URL-safe text."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, content, purpose.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, value: str, purpose: str) -> bytes:
        """Decrypts what was sealed for the same purpose. Raises ``BrokenSealError``."""
        try:
            sealed = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise BrokenSealError from error

    def sign(self, value: str) -> str:
        """A signature of the value."""
        return hmac.new(self._signing_key, value.encode(), hashlib.sha256).hexdigest()


def _derive(secret_key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose).derive(secret_key)
