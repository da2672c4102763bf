"""Reading below the application, as superuser."""

import asyncio
from typing import Any

import asyncpg


def rows(url: str, statement: str, *arguments: object) -> list[Any]:
    """Runs one statement on a connection of its own."""
    return asyncio.run(_rows(url, statement, arguments))


async def _rows(url: str, statement: str, arguments: tuple[object, ...]) -> list[Any]:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return list(await connection.fetch(statement, *arguments))
    finally:
        await connection.close()
