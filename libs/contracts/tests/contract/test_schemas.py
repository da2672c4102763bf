"""The committed documents are the generated ones, and no event changed meaning under the same version."""

import copy
import json
import subprocess

import pytest

from contracts.compatibility import breaking_changes
from contracts.event import registered_events
from contracts.schemas import SCHEMAS, documents, event_schema

SCHEMA = event_schema(registered_events()["enrolment.adhesion_paid.v1"])


def test_committed_documents_are_the_generated_ones() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in SCHEMAS.iterdir()}
    assert committed == documents(), "run: python -m contracts.schemas"


def test_every_event_names_its_subject_and_its_service() -> None:
    for name, model in registered_events().items():
        service, event_name, version = name.split(".")
        assert model.subject_field in model.model_fields
        assert service
        assert event_name
        assert version.startswith("v")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=SCHEMAS, capture_output=True, text=True, check=True).stdout


def _committed_versions(name: str) -> list[dict[str, object]]:
    """Every version of a document that was ever committed, the latest first."""
    if not (SCHEMAS.parents[2] / ".git").exists():
        pytest.skip("no history here")
    revisions = _git("log", "--diff-filter=AM", "--format=%H", "--", name).split()
    return [json.loads(_git("show", f"{revision}:./{name}")) for revision in revisions]


@pytest.mark.parametrize("name", list(registered_events()))
def test_version_is_kept_only_by_additive_changes(name: str) -> None:
    now = event_schema(registered_events()[name])
    for before in _committed_versions(f"{name}.json"):
        assert breaking_changes(before, now) == []


def test_an_added_property_is_additive() -> None:
    changed = copy.deepcopy(SCHEMA)
    changed["properties"]["note"] = {"type": "string"}
    changed["required"].append("note")
    assert breaking_changes(SCHEMA, changed) == []


def test_a_removed_property_is_breaking() -> None:
    changed = copy.deepcopy(SCHEMA)
    del changed["properties"]["member_id"]
    changed["required"].remove("member_id")
    assert breaking_changes(SCHEMA, changed) == ["$.member_id: removed", "$.member_id: no longer always present"]


def test_a_retyped_property_is_breaking() -> None:
    changed = copy.deepcopy(SCHEMA)
    changed["properties"]["amount_cents"]["type"] = "string"
    assert any("amount_cents: type" in change for change in breaking_changes(SCHEMA, changed))


def test_a_property_that_may_be_absent_is_breaking() -> None:
    changed = copy.deepcopy(SCHEMA)
    changed["required"].remove("valid_from")
    assert breaking_changes(SCHEMA, changed) == ["$.valid_from: no longer always present"]


def test_a_growing_enumeration_is_breaking() -> None:
    settled = event_schema(registered_events()["payment_gateway.payment_settled.v1"])
    changed = copy.deepcopy(settled)
    changed["$defs"]["PaymentStatus"]["enum"].append("lost")
    assert breaking_changes(settled, changed) == ["$.status: new value lost"]
