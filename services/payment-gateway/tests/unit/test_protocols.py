"""Another protocol is one more folder: nothing else names it."""

import json
import subprocess
import sys
from pathlib import Path

from payment_gateway.adapters.protocols import PROTOCOLS

TOY = """
from datetime import timedelta
from typing import Literal

from payment_gateway.application.bank_port import ContractTerms, Departure


class ToyTerms(ContractTerms):
    protocol: Literal["toy"]
    counter: str

    @property
    def shop(self):
        return self.counter


class Toy:
    name, terms, needs_daily_number = "toy", ToyTerms, False

    def reference(self, payment, attempt_id):
        return f"toy-{attempt_id}"

    def patience(self, terms):
        return timedelta(minutes=5)

    async def start(self, terms, order):
        return Departure("https://toy.example/", (("ref", order.reference),), "GET")


PROTOCOL = Toy()
"""
LOOK = """
import json, sys
import payment_gateway.adapters

payment_gateway.adapters.__path__.append(sys.argv[1])
from fastapi import FastAPI
from payment_gateway.adapters.protocols import PROTOCOLS
from payment_gateway.entrypoints.service import SERVICE

app = FastAPI()
for router in SERVICE.routers:
    app.include_router(router)
schemas = app.openapi()["components"]["schemas"]
terms = PROTOCOLS["toy"].terms.model_validate({"protocol": "toy", "mode": "test", "shop_name": "Jouet", "counter": "7"})
print(json.dumps({"protocols": sorted(PROTOCOLS), "schemas": sorted(schemas), "shop": terms.shop}))
"""


def test_a_protocol_is_found_by_its_folder_alone(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text(TOY)
    done = subprocess.run([sys.executable, "-c", LOOK, tmp_path], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert seen["protocols"] == sorted([*PROTOCOLS, "toy"])
    assert "ToyTerms" in seen["schemas"]
    assert seen["shop"] == "7"


def test_a_folder_without_protocol_is_none(tmp_path: Path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "__init__.py").write_text("")
    done = subprocess.run([sys.executable, "-c", LOOK, tmp_path], capture_output=True, text=True, check=False)
    assert "KeyError: 'toy'" in done.stderr


def test_secrets_are_never_shown() -> None:
    for protocol in PROTOCOLS.values():
        schema = protocol.terms.model_json_schema(mode="serialization")
        assert not {name for name in schema["properties"] if "key" in name and "public" not in name}, protocol.name
        assert not {name for name in schema["properties"] if "password" in name}, protocol.name
        for name in protocol.terms.required_secrets:
            assert name in protocol.terms.model_fields
            assert protocol.terms.model_fields[name].exclude is True
