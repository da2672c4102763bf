"""Everything the public API offers, read from its own documents, so that no route is forgotten."""

import re
from dataclasses import dataclass
from typing import Any

from driver.api import SERVICES, Api

_PARAMETER = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Operation:
    """One method of one path. ``caller`` is who it asks for: nobody in particular, a person logged in, the operator."""

    method: str
    path: str
    caller: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> list[str]:
        """Names in the path."""
        return _PARAMETER.findall(self.path)

    def address(self, values: dict[str, str]) -> str:
        """The path with its parameters filled in. Raises ``KeyError`` for one without a value."""
        return _PARAMETER.sub(lambda found: values[found[1]], self.path)


def all_operations(api: Api) -> list[Operation]:
    """Every operation of the six services."""
    return [operation for service in SERVICES for operation in _operations(api.get(service, "/openapi.json"))]


def _operations(document: dict[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, _caller(operation.get("security", [])))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _caller(security: list[dict[str, Any]]) -> str:
    schemes = {name for each in security for name in each}
    if not schemes:
        return "anyone"
    return "operator" if "Operator" in schemes else "person"
