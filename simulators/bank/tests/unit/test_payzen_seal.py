"""PayZen's seals, against the vendor's own example and values computed by hand."""

import base64
import hashlib
import hmac
import json
from pathlib import Path

import pytest

from bank_simulator.payzen.seal import answer_hash, form_signature

VECTORS = json.loads((Path(__file__).parent / "payment_vectors.json").read_text())["payzen_form"]["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_signature_reproduces_the_vector(vector):
    assert form_signature(vector["fields"].items(), vector["key"]) == vector["expected"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_order_sent_does_not_matter_and_other_fields_are_not_signed(vector):
    fields = [("signature", "x"), ("other", "y"), *reversed(vector["fields"].items())]
    assert form_signature(fields, vector["key"]) == vector["expected"]


def test_an_empty_value_counts():
    assert form_signature([("vads_a", "1"), ("vads_b", "")], "key") != form_signature([("vads_a", "1")], "key")


def test_accents_are_signed_in_utf_8():
    expected = hmac.new(b"key", "été+key".encode(), hashlib.sha256).digest()
    signature = form_signature([("vads_a", "été")], "key")
    assert signature == base64.b64encode(expected).decode()


def test_the_hash_of_an_answer_is_hexadecimal():
    assert answer_hash('{"a":1}', "password") == (hmac.new(b"password", b'{"a":1}', hashlib.sha256).hexdigest())
