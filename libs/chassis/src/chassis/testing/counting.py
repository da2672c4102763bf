"""Counting the statements that requests send."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from chassis.database import Database, Transaction
from chassis.testing.plugin import Harness

_Asking = Callable[..., Awaitable[Any]]


@contextmanager
def counted_statements(harness: Harness) -> Iterator[list[str]]:
    """Every statement of the service meanwhile, those straight through asyncpg too; not those of its own jobs."""
    jobs = {job.name for job in harness.runtime.declaration.all_jobs}
    statements: list[str] = []

    def note(statement: str) -> None:
        task = asyncio.current_task()
        name = task.get_name() if task else ""
        if name not in jobs and not any(name.startswith(f"{job}-") for job in jobs):
            statements.append(statement)

    def note_executed(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        note(statement)

    def noting(asking: _Asking) -> _Asking:
        async def ask(self: object, statement: str, *arguments: object) -> object:
            note(statement)
            return await asking(self, statement, *arguments)

        return ask

    engine = harness.runtime._engine.sync_engine
    event.listen(engine, "before_cursor_execute", note_executed)
    try:
        with pytest.MonkeyPatch.context() as patch:
            for asking in (Database, Transaction):
                patch.setattr(asking, "ask", noting(asking.ask))
            yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note_executed)
