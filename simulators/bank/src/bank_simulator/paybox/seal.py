"""The two seals: the shop's HMAC on its request, the bank's RSA signature on its messages."""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_KEY_BITS = 1024
"""The size of the genuine bank's key: a signature is then 172 characters of base64, as shops expect."""


def request_hmac(fields: Iterable[tuple[str, str]], key_hex: str) -> str:
    """HMAC-SHA512 in upper-case hexadecimal of ``K=V&K=V``, fields in the order sent, values as they are, UTF-8."""
    message = "&".join(f"{name}={value}" for name, value in fields)
    return hmac.new(bytes.fromhex(key_hex), message.encode(), hashlib.sha512).hexdigest().upper()


class BankKey:
    """The bank's key pair: RSA, PKCS#1 v1.5, SHA-1, as the real one signs."""

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self._private_key = private_key

    @classmethod
    def load(cls, key_file: Path | None, state_dir: Path | None) -> "BankKey":
        """The key of ``key_file``, else the one kept in ``state_dir`` (made at the first start), else a new one.

        Raises ValueError when the file holds something else than an unencrypted RSA private key in PEM.
        """
        if key_file is not None:
            return cls._read(key_file)
        if state_dir is None:
            return cls(_generate())
        kept = state_dir / "bank-private-key.pem"
        if not kept.exists():
            state_dir.mkdir(parents=True, exist_ok=True)
            kept.touch(mode=0o600)
            kept.write_bytes(_private_pem(_generate()))
        return cls._read(kept)

    @classmethod
    def _read(cls, path: Path) -> "BankKey":
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{path}: an RSA private key is needed")
        return cls(key)

    @property
    def public_pem(self) -> bytes:
        return self._private_key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: str) -> str:
        """The signature of ``message`` exactly as it travels, in base64."""
        signature = self._private_key.sign(message.encode("ascii"), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
        return base64.b64encode(signature).decode("ascii")


def _generate() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _private_pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
