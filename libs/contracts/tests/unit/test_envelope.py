from datetime import UTC, datetime
from uuid import UUID

import pytest

from contracts.envelope import Envelope

ENVELOPE = Envelope(
    id=UUID("01820000-0000-7000-8000-000000000001"),
    source="enrolment",
    type="enrolment.adhesion_paid.v1",
    time=datetime(2022, 7, 4, 7, 0, tzinfo=UTC),
    subject=UUID("01820000-0000-7000-8000-000000000002"),
    tenant=UUID("01820000-0000-7000-8000-000000000003"),
    sequence=3,
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_headers_read_back_give_the_same_envelope() -> None:
    assert Envelope.from_headers(dict(ENVELOPE.to_headers())) == ENVELOPE


@pytest.mark.parametrize("missing", ["id", "type", "tenant", "sequence"])
def test_a_missing_attribute_is_refused(missing: str) -> None:
    headers = {key: value for key, value in ENVELOPE.to_headers().items() if key != missing}
    with pytest.raises(KeyError):
        Envelope.from_headers(dict(headers))


def test_a_malformed_tenant_is_refused() -> None:
    with pytest.raises(ValueError, match="badly formed"):
        Envelope.from_headers({**ENVELOPE.to_headers(), "tenant": "alixan"})
