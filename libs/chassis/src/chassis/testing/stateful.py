"""Chains of calls: what one answer names is asked for by the next, as a client does."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import FlakyStrategyDefinition
from schemathesis import Case, GenerationMode
from schemathesis.core.transport import Response
from schemathesis.generation.stateful import run_state_machine_as_test
from schemathesis.generation.stateful.state_machine import APIStateMachine, StepInput, StepOutput

from chassis.testing.contract import CHECKS, forbidden, served
from chassis.testing.plugin import Harness

_ROUNDS = 12
_SETTINGS = hypothesis.settings(
    max_examples=12,
    stateful_step_count=5,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True)
class Link:
    """A step that the documents' schemas do not tell by themselves: from an answer of ``source`` to ``target``.

    Operations are «METHOD path», below the service's prefix. ``parameters`` are ``path.name`` or ``query.name``; they
    and ``body`` hold constants or expressions of OpenAPI links (``$response.body#/id``).
    """

    source: str
    status: int
    target: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, object] | None = None


@dataclass
class _Found:
    """``steps``: the answers of second and further steps, by «source → target» and status."""

    steps: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: list[BaseException] = field(default_factory=list)


async def follows_links(
    harness: Harness,
    headers: Mapping[str, str],
    links: Sequence[Link] = (),
    known: Mapping[str, object] | None = None,
    *,
    enough: int,
) -> None:
    """Calls operations in chains, along ``links`` and those that schemathesis infers from the document's schemas.

    Operations that are not for this caller are left out: ``answers_to_anything`` sees them refuse.

    ``known`` gives path parameters of things that exist to the first step. Chains are drawn, so they are drawn in
    rounds until ``enough`` different second or further steps have succeeded. Fails like ``answers_to_anything``, and
    when that many are never reached.
    """
    prefix = f"/api/{harness.runtime.service}/v1"
    document = deepcopy(harness.app.openapi())
    for number, link in enumerate(links):
        _add_link(document, prefix, f"Given{number}", link)
    for method, path in await forbidden(harness, headers):
        del document["paths"][path][method.lower()]
    schema = schemathesis.openapi.from_dict(document)
    schema.config.generation.update(modes=[GenerationMode.POSITIVE])
    found = _Found()
    async with served(harness.app) as address:
        calls = {"base_url": address, "headers": {"host": "alixan.localhost", **headers}}
        for number in range(_ROUNDS):
            machine = hypothesis.seed(number)(_machine(schema.as_state_machine(), calls, known or {}, prefix, found))
            with suppress(FlakyStrategyDefinition):  # the server remembers: the same steps may be answered otherwise
                await asyncio.to_thread(run_state_machine_as_test, machine, settings=_SETTINGS)
            if found.wrong:
                raise found.wrong[0]
            if len(_reached(found.steps)) >= enough:
                return
    raise AssertionError(f"{enough} further steps wanted in {_ROUNDS} rounds: {dict(found.steps)}")


def _machine(
    base: type[APIStateMachine],
    calls: dict[str, Any],
    known: Mapping[str, object],
    prefix: str,
    found: "_Found",
) -> type[APIStateMachine]:
    class Machine(base):  # type: ignore[misc, valid-type]
        def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
            return calls

        def validate_response(self, response: Response, case: Case[Any], **_: object) -> None:
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseException as error:
                found.wrong.append(error)
                raise

        def step(self, input: StepInput) -> StepOutput:
            if input.transition is None:
                for name in known.keys() & (input.case.path_parameters or {}).keys():
                    input.case.path_parameters[name] = str(known[name])
            output: StepOutput = super().step(input)
            if input.is_applied and input.transition is not None:
                source = self.recorder.cases[input.transition.parent_id].value.operation.label
                label = f"{source} → {input.case.operation.label}".replace(prefix, "")
                found.steps[label, output.response.status_code] += 1
            return output

    return Machine


def _add_link(document: dict[str, Any], prefix: str, name: str, link: Link) -> None:
    def operation(label: str) -> dict[str, Any]:
        method, path = label.split(" ")
        found: dict[str, Any] = document["paths"][path if path.startswith("/pay/") else prefix + path][method.lower()]
        return found

    described: dict[str, object] = {
        "operationId": operation(link.target)["operationId"],
        "parameters": dict(link.parameters),
    }
    if link.body is not None:
        described["requestBody"] = dict(link.body)
    operation(link.source)["responses"][str(link.status)].setdefault("links", {})[name] = described


def _reached(steps: Counter[tuple[str, int]]) -> set[str]:
    """The steps that succeeded at least once."""
    return {label for label, status in steps if 200 <= status < 400}
