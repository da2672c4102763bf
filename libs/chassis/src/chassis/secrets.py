"""Encryption of secrets at rest: AES-256-GCM, bound to what they belong to."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class UnreadableSecretError(Exception):
    """The secret was sealed with another key, for another purpose, or was altered."""


class SecretBox:
    """Seals secrets with a 32-byte key, and opens them with it or a former one.

    ``purpose`` is authenticated, not stored.
    """

    def __init__(self, key: bytes, *former: bytes) -> None:
        self._cipher = AESGCM(key)
        self._ciphers = [self._cipher, *(AESGCM(each) for each in former)]

    def seal(self, secret: bytes, *, purpose: str) -> bytes:
        """Nonce and ciphertext of ``secret``."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret, purpose.encode())

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        """The secret. Raises ``UnreadableSecretError``."""
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
            except (InvalidTag, ValueError):
                continue
        raise UnreadableSecretError("no key at hand opens this secret")
