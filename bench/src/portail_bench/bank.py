"""The bank's side of a Paybox payment: a key, and messages signed with it."""

import base64
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_KEY_BITS = 1024
"""The bank's own (payments.md, 1.1): what its signatures cost depends on it."""


class Bank:
    """Signs as Paybox System does: RSA PKCS#1 v1.5 with SHA-1 over the variables as sent."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(65537, _KEY_BITS)

    @property
    def public_key_pem(self) -> str:
        """What a merchant contract holds."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def message(self, *, reference: str, amount: str, transaction: str) -> bytes:
        """An accepted payment; ``amount`` in cents."""
        text = (
            f"montant={amount}&reference={reference}&auto=123456&trans={transaction}&appel={transaction}"
            "&erreur=00000&date=04072022&heure=09%3A00%3A00&garantie3ds=O"
        )
        signature = self._key.sign(text.encode(), padding.PKCS1v15(), SHA1())  # noqa: S303 - the bank's algorithm
        return f"{text}&sign={quote(base64.b64encode(signature), safe='')}".encode()

    def callback(self, host: str, fields: Mapping[str, str], *, transaction: str, visitor: str) -> bytes:
        """The HTTP request by which the bank tells that the payment of a form's ``fields`` was accepted."""
        path = urlsplit(fields["PBX_REPONDRE_A"]).path
        body = self.message(reference=fields["PBX_CMD"], amount=fields["PBX_TOTAL"], transaction=transaction)
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {visitor}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body
