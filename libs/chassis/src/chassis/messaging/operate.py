"""``python -m chassis messages dead|replay|purge``: what operators do with dead letters. Speaks French.

Reads ``PORTAIL_RELAY_DATABASE_URL``, which may hold ``{name}`` when several services are named, and, to replay,
``PORTAIL_AMQP_URL``.
"""

import argparse
import asyncio
import importlib.util
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractExchange
from aio_pika.exceptions import AMQPException
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.database import create_engine

_DESCRIPTION = """\
dead : les messages qu'un service n'a pas pu traiter, et pourquoi.
replay : les remet dans leur file, sous le même identifiant, une fois la cause corrigée ; l'effet n'a lieu qu'une fois.
purge : les efface pour toujours ; il faut dire lesquels, par --id, ou par --queue avec --yes."""

_MATCHING = """
    (cast(:ids as uuid[]) is null or message_id = any(:ids))
    and (cast(:queue as text) is null or queue = :queue)
    and (cast(:type as text) is null or type = :type)
"""
_LIST = text(
    "select d.*, t.slug from dead_letter d left join tenant t on t.id = d.tenant_id"  # noqa: S608 - ours
    f" where {_MATCHING} order by buried_at, message_id"
)
_KEYS = text(f"select tenant_id, queue, message_id from dead_letter where {_MATCHING} order by buried_at")  # noqa: S608
_PURGE = text(f"delete from dead_letter where {_MATCHING}")  # noqa: S608 - ours
_TAKE = text(
    "delete from dead_letter where tenant_id is not distinct from cast(:tenant_id as uuid) and queue = :queue"
    " and message_id = :message_id returning *"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``messages``."""
    parser.description, parser.formatter_class = _DESCRIPTION, argparse.RawDescriptionHelpFormatter
    parser.add_argument("action", choices=["dead", "replay", "purge"])
    parser.add_argument("--service", action="append", required=True, metavar="NOM", help="service concerné ; répétable")
    parser.add_argument("--queue", metavar="FILE", help="par exemple billing.payments")
    parser.add_argument("--id", action="append", type=UUID, metavar="UUID", help="identifiant du message ; répétable")
    parser.add_argument("--type", metavar="TYPE", help="type d'événement")
    parser.add_argument("--body", action="store_true", help="avec dead : montre aussi en-têtes et contenu")
    parser.add_argument("--yes", action="store_true", help="avec purge --queue : oui, tous ceux de cette file")


def run(arguments: argparse.Namespace) -> None:
    """Does what was asked. Exits with 1 when nothing matches what was named, or when a server does not answer."""
    if arguments.action == "purge" and not arguments.id and not (arguments.queue and arguments.yes):
        sys.exit("Purger efface pour toujours : donnez --id, ou --queue avec --yes.")
    for service in arguments.service:
        if importlib.util.find_spec(service.replace("-", "_")) is None:
            sys.exit(f"Il n'y a pas de service «{service}».")
    try:
        count = asyncio.run(_run(arguments))
    except KeyError as error:
        sys.exit(f"Il manque la variable d'environnement {error}.")
    except (OSError, DBAPIError, AMQPException) as error:
        cause = getattr(error, "orig", None) or error
        sys.exit(f"Un serveur ne répond pas ou refuse ; ce qui n'a pas été remis ou effacé est resté : {cause}")
    named = arguments.id or arguments.queue or arguments.type
    if not count and named:
        sys.exit("Aucun message mort ne correspond.")
    print(f"{_counted(count)} {_DONE[arguments.action][count > 1]}" if count else "Aucun message mort.")


_DONE = {
    "dead": ("en tout.", "en tout."),
    "replay": ("remis dans sa file.", "remis dans leur file."),
    "purge": ("effacé.", "effacés."),
}


def _counted(count: int) -> str:
    return f"{count} messages morts" if count > 1 else f"{count} message mort"


async def _run(arguments: argparse.Namespace) -> int:
    chosen = {"ids": arguments.id, "queue": arguments.queue, "type": arguments.type}
    count = 0
    for service in arguments.service:
        async with _database(service) as engine:
            if arguments.action == "replay":
                count += await replay(engine, os.environ["PORTAIL_AMQP_URL"], chosen)
            elif arguments.action == "purge":
                async with engine.begin() as connection:
                    count += (await connection.execute(_PURGE, chosen)).rowcount
            else:
                count += await _show(engine, chosen, with_body=arguments.body)
    return count


@asynccontextmanager
async def _database(service: str) -> AsyncIterator[AsyncEngine]:
    url = os.environ["PORTAIL_RELAY_DATABASE_URL"].replace("{name}", service.replace("-", "_"))
    engine = create_engine(url, pool_size=1, application_name=f"{service}-messages")
    try:
        yield engine
    finally:
        await engine.dispose()


async def _show(engine: AsyncEngine, chosen: dict[str, Any], *, with_body: bool) -> int:
    async with engine.connect() as connection:
        rows = (await connection.execute(_LIST, chosen)).all()
    for row in rows:
        lines = [
            f"{row.message_id}  {row.queue}",
            f"  type     {row.type or '(illisible)'}",
            f"  commune  {row.slug or row.tenant_id or '(illisible)'}",
            f"  le       {row.buried_at:%d/%m/%Y à %H:%M:%S} (UTC)",
            f"  raison   {row.reason}",
        ]
        if with_body:
            lines += [f"  en-têtes {row.headers}", f"  contenu  {bytes(row.body).decode('utf-8', 'replace')}"]
        print(*map(_printable, lines), sep="\n")
    return len(rows)


def _printable(line: str) -> str:
    """Whoever wrote the message does not write to the operator's terminal."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in line)


async def replay(engine: AsyncEngine, amqp_url: str, chosen: dict[str, Any]) -> int:
    """Gives messages back to the queue of the consumer that could not handle them. Returns how many.

    ``chosen`` has ``ids``, ``queue`` and ``type``, None where anything matches. A row disappears with the broker's
    confirm: a crash in between gives the message twice, and the inbox makes it once.
    """
    async with engine.connect() as connection:
        keys = (await connection.execute(_KEYS, chosen)).all()
    if not keys:
        return 0
    count = 0
    async with await aio_pika.connect(amqp_url) as broker:
        exchange = (await broker.channel(on_return_raises=True)).default_exchange
        for key in keys:
            async with engine.begin() as connection:
                count += await _give_back(connection, exchange, key)
    return count


async def _give_back(connection: AsyncConnection, exchange: AbstractExchange, key: Row[Any]) -> int:
    """Deleted before it is published: should it die again meanwhile, the new row waits for this transaction's end."""
    row = (await connection.execute(_TAKE, dict(key._mapping))).one_or_none()
    if row is None:
        return 0
    message = aio_pika.Message(
        bytes(row.body),
        headers=row.headers,
        message_id=str(row.message_id),
        type=row.type,
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )
    await exchange.publish(message, routing_key=row.queue, mandatory=True, timeout=20)
    return 1
