"""Generates the JSON Schema of every event and the AsyncAPI document: ``python -m contracts.schemas``."""

import json
from pathlib import Path
from typing import Any

from contracts.event import Event, registered_events

SCHEMAS = Path(__file__).parents[2] / "schemas"
ASYNCAPI = "asyncapi.json"

_HEADERS: dict[str, Any] = {
    "type": "object",
    "required": ["id", "source", "type", "time", "subject", "tenant", "sequence"],
    "properties": {
        "id": {"type": "string", "format": "uuid", "description": "UUIDv7, the same on every redelivery"},
        "source": {"type": "string", "description": "the publishing service"},
        "type": {"type": "string", "description": "also the routing key"},
        "time": {"type": "string", "format": "date-time", "description": "business instant, UTC"},
        "subject": {"type": "string", "format": "uuid", "description": "id of the aggregate"},
        "tenant": {"type": "string", "format": "uuid", "description": "id of the commune"},
        "sequence": {"type": "integer", "minimum": 1, "description": "version of the aggregate"},
        "traceparent": {"type": "string", "description": "W3C trace context"},
    },
}


def event_schema(model: type[Event]) -> dict[str, Any]:
    """JSON Schema of one event body, as a reader must accept it."""
    schema = model.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": model.event_type, **schema}


def asyncapi_document() -> dict[str, Any]:
    """The AsyncAPI 3 document of the exchange ``portal.events``."""
    events = registered_events()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Portail Famille events", "version": "1.0.0"},
        "defaultContentType": "application/json",
        "channels": {
            name: {
                "address": name,
                "messages": {name: {"$ref": f"#/components/messages/{name}"}},
                "bindings": {
                    "amqp": {
                        "is": "routingKey",
                        "exchange": {"name": "portal.events", "type": "topic", "durable": True},
                    }
                },
            }
            for name in events
        },
        "operations": {
            f"publish.{name}": {"action": "send", "channel": {"$ref": f"#/channels/{name}"}} for name in events
        },
        "components": {
            "messages": {
                name: {
                    "name": name,
                    "summary": (model.__doc__ or "").strip().splitlines()[0],
                    "headers": _HEADERS,
                    "payload": {"$ref": f"./{name}.json"},
                }
                for name, model in events.items()
            }
        },
    }


def documents() -> dict[str, str]:
    """Every generated file: its name and text."""
    generated = {f"{name}.json": event_schema(model) for name, model in registered_events().items()}
    generated[ASYNCAPI] = asyncapi_document()
    return {name: json.dumps(body, ensure_ascii=False, indent=2) + "\n" for name, body in generated.items()}


def main() -> None:
    """Writes all documents beside the package."""
    SCHEMAS.mkdir(exist_ok=True)
    for name, text in documents().items():
        (SCHEMAS / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
