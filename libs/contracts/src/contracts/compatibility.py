"""Says which change of an event's JSON Schema is not additive, and so needs a new major version."""

from collections.abc import Iterator
from typing import Any

Schema = dict[str, Any]


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Every way in which a reader written for ``old`` could fail on what a publisher of ``new`` sends.

    Allowed: a new property, a looser text (title, description). Not allowed: a property removed or retyped, one
    that stops being always present, an enumeration that grows, a bound that widens.
    """
    return list(_compare(_resolved(old, old), _resolved(new, new), "$"))


def _resolved(node: Any, root: Schema) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(node, dict):
        if "$ref" in node:
            return _resolved(root["$defs"][node["$ref"].removeprefix("#/$defs/")], root)
        return {key: _resolved(value, root) for key, value in node.items() if key not in ("$defs", "$id", "$schema")}
    if isinstance(node, list):
        return [_resolved(value, root) for value in node]
    return node


def _compare(old: Schema, new: Schema, where: str) -> Iterator[str]:
    for name, before in old.get("properties", {}).items():
        after = new.get("properties", {}).get(name)
        if after is None:
            yield f"{where}.{name}: removed"
        else:
            yield from _compare(before, after, f"{where}.{name}")
    for name in set(old.get("required", [])) - set(new.get("required", [])):
        yield f"{where}.{name}: no longer always present"
    if "items" in old and "items" in new:
        yield from _compare(old["items"], new["items"], f"{where}[]")
    for value in set(map(str, new.get("enum", []))) - set(map(str, old.get("enum", []))):
        yield f"{where}: new value {value}"
    ignored = {"properties", "required", "items", "enum", "title", "description", "examples"}
    for key in sorted((old.keys() | new.keys()) - ignored):
        if old.get(key) != new.get(key):
            yield f"{where}: {key} was {old.get(key)}, is {new.get(key)}"
