"""What surrounds an event on the wire: CloudEvents attributes, tenant, sequence and W3C trace context."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Envelope:
    """CloudEvents attributes plus ours. They travel in the AMQP headers; the body is the event as JSON.

    ``sequence`` is the version of the aggregate: a handler ignores what is not newer than what it knows.
    ``time`` is the business instant, in UTC.
    """

    id: UUID
    source: str
    type: str
    time: datetime
    subject: UUID
    tenant: UUID
    sequence: int
    traceparent: str | None = None

    def to_headers(self) -> dict[str, str | int]:
        """AMQP header values of the envelope."""
        headers: dict[str, str | int] = {
            "id": str(self.id),
            "source": self.source,
            "type": self.type,
            "time": self.time.isoformat(),
            "subject": str(self.subject),
            "tenant": str(self.tenant),
            "sequence": self.sequence,
        }
        if self.traceparent:
            headers["traceparent"] = self.traceparent
        return headers

    @classmethod
    def from_headers(cls, headers: dict[str, object]) -> "Envelope":
        """Reads an envelope. Raises ``ValueError`` or ``KeyError`` when an attribute is missing or malformed."""
        traceparent = headers.get("traceparent")
        time, sequence = datetime.fromisoformat(str(headers["time"])), int(str(headers["sequence"]))
        if time.tzinfo is None:
            raise ValueError("time without time zone")
        if not 0 < sequence < 2**63:
            raise ValueError("sequence out of range")
        return cls(
            id=UUID(str(headers["id"])),
            source=str(headers["source"]),
            type=str(headers["type"]),
            time=time,
            subject=UUID(str(headers["subject"])),
            tenant=UUID(str(headers["tenant"])),
            sequence=sequence,
            traceparent=str(traceparent) if traceparent else None,
        )
