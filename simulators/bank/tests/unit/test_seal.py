"""The seals, against vectors produced by the real platform and by public integrations."""

import base64
import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from bank_simulator.paybox.returned import encode, parse_return_variables
from bank_simulator.paybox.seal import BankKey, request_hmac

VECTORS = json.loads((Path(__file__).parent / "payment_vectors.json").read_text())
REQUESTS = VECTORS["paybox_request"]
RESPONSES = VECTORS["paybox_response"]


def verify(public_pem: bytes, message: str, signature: str) -> None:
    key = serialization.load_pem_public_key(public_pem)
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(base64.b64decode(signature), message.encode(), padding.PKCS1v15(), hashes.SHA1())


@pytest.mark.parametrize("vector", REQUESTS["vectors"], ids=lambda vector: vector["id"])
def test_request_hmac_reproduces_the_vector(vector):
    fields = [(name, value) for name, value in vector["fields"]]
    assert request_hmac(fields, REQUESTS["test_key_hex"]) == vector["expected"]


def test_the_order_of_the_fields_matters():
    fields = [(name, value) for name, value in REQUESTS["vectors"][0]["fields"]]
    assert request_hmac(reversed(fields), REQUESTS["test_key_hex"]) != REQUESTS["vectors"][0]["expected"]


@pytest.mark.parametrize(
    ("vector", "retour", "values"),
    [
        (
            RESPONSES["vectors"][0],
            "Mt:M;Ref:R;Auto:A;Erreur:E;sign:K",
            {"M": "1000", "R": "CMD1349338388", "A": "XXXXXX", "E": "00000"},
        ),
        (
            RESPONSES["vectors"][1],
            "Mt:M;Ref:R;Auto:A;Erreur:E;sign:K",
            {"M": "8160", "R": "COM000000117T1402932051", "E": "00004"},
        ),
    ],
    ids=["accepted", "refused, without authorisation"],
)
def test_our_message_is_the_text_the_real_bank_signed(vector, retour, values):
    message = encode(parse_return_variables(retour)[:-1], values)
    assert message == vector["message"]
    verify(RESPONSES["bank_public_key_pem"].encode(), message, vector["signature_b64"])


def test_our_signature_verifies_with_the_public_key_and_no_other_text_does():
    key = BankKey.load(None, None)
    signature = key.sign("Mt=1000&Erreur=00000")
    verify(key.public_pem, "Mt=1000&Erreur=00000", signature)
    assert len(signature) == len(RESPONSES["vectors"][0]["signature_b64"]) == 172
    with pytest.raises(InvalidSignature):
        verify(key.public_pem, "Mt=1&Erreur=00000", signature)


def test_the_key_of_the_state_folder_is_made_once_and_kept_private(tmp_path):
    first = BankKey.load(None, tmp_path / "state")
    assert BankKey.load(None, tmp_path / "state").public_pem == first.public_pem
    assert (tmp_path / "state" / "bank-private-key.pem").stat().st_mode & 0o077 == 0


def test_a_key_given_by_the_operator_wins(tmp_path):
    kept = BankKey.load(None, tmp_path)
    given = tmp_path / "bank-private-key.pem"
    assert BankKey.load(given, tmp_path / "elsewhere").public_pem == kept.public_pem


def test_a_key_of_another_kind_is_refused(tmp_path):
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "ec.pem").write_bytes(pem)
    with pytest.raises(ValueError, match="RSA"):
        BankKey.load(tmp_path / "ec.pem", None)
