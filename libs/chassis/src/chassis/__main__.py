"""``python -m chassis provision|migrate|reseal NAME…``, ``serve NAME`` and ``messages dead|replay|purge``."""

import argparse
import asyncio
import gc
import importlib
import os
import sys

import aio_pika
import uvicorn

from chassis.http.app import create_app
from chassis.logging import configure_logging
from chassis.messaging import operate
from chassis.migrations import upgrade_async
from chassis.provision import provision
from chassis.runtime import Runtime, Service, declare_service_queues
from chassis.secrets import UnreadableSecretError


def load_service(name: str) -> Service:
    """The declaration of a service by name. Raises ``LookupError``."""
    package = name.replace("-", "_")
    try:
        module = importlib.import_module(f"{package}.entrypoints.service")
    except ModuleNotFoundError as error:
        raise LookupError(f"no service named {name}") from error
    service = module.SERVICE
    assert isinstance(service, Service)  # noqa: S101
    return service


def _serve(name: str) -> None:
    service = load_service(name)
    settings = service.settings()
    configure_logging(service.name, settings.log_level)
    app = create_app(service, settings)
    _spare_collections()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        proxy_headers=False,
    )


def _spare_collections() -> None:
    """What is loaded by now stays: the collector does not walk it again and again while people wait."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


async def _provision(names: list[str]) -> None:
    admin_url, password = os.environ["PORTAIL_ADMIN_DATABASE_URL"], os.environ["PORTAIL_DATABASE_PASSWORD"]
    for name in names:
        await provision(name, admin_url, password)


async def _migrate(names: list[str]) -> None:
    """Tables, then queues: an event published before its reader first starts must find the reader's queue.

    ``PORTAIL_OWNER_DATABASE_URL`` may hold ``{name}``, so that one process migrates several services.
    """
    for name in names:
        url = os.environ["PORTAIL_OWNER_DATABASE_URL"].replace("{name}", name.replace("-", "_"))
        await upgrade_async(name, url)
    async with await aio_pika.connect(os.environ["PORTAIL_AMQP_URL"]) as connection:
        channel = await connection.channel()
        for name in names:
            await declare_service_queues(channel, load_service(name))


async def _reseal(names: list[str]) -> None:
    """Seals anew, under ``PORTAIL_SECRET_KEY``, what a key of ``PORTAIL_FORMER_SECRET_KEYS`` sealed; all serves on."""
    for name in names:
        service = load_service(name)
        if service.reseal is None:
            raise LookupError(f"{name} keeps no secret that can be sealed anew")
        runtime, found = Runtime(service, service.settings()), 0
        try:
            for tenant in await runtime.tenants.all():
                found += await service.reseal(runtime, tenant)
        finally:
            await runtime.stop()
        sys.stdout.write(f"{name}: {found} sealed under the present key\n")


def command_line() -> argparse.ArgumentParser:
    """The commands and their options."""
    parser = argparse.ArgumentParser(prog="python -m chassis")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in ("provision", "migrate", "reseal"):
        commands.add_parser(command).add_argument("names", nargs="+", metavar="NAME")
    commands.add_parser("serve").add_argument("name", metavar="NAME")
    operate.add_arguments(commands.add_parser("messages"))
    return parser


def main() -> None:
    """Entry point."""
    parser = command_line()
    arguments = parser.parse_args()
    try:
        if arguments.command == "serve":
            _serve(arguments.name)
        elif arguments.command == "provision":
            asyncio.run(_provision(arguments.names))
        elif arguments.command == "migrate":
            asyncio.run(_migrate(arguments.names))
        elif arguments.command == "reseal":
            asyncio.run(_reseal(arguments.names))
        else:
            operate.run(arguments)
    except (LookupError, ValueError, UnreadableSecretError) as error:
        sys.exit(f"{parser.prog} {arguments.command}: {error}")


if __name__ == "__main__":
    main()
