"""Bringing the system up, and keeping it until asked to stop."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil

from portail_local import presentation
from portail_local.assets import Assets
from portail_local.layout import ROOT, SERVICES
from portail_local.leftovers import stop_leftovers
from portail_local.ports import refuse_taken
from portail_local.process import Process
from portail_local.state import Run, Stamps, Started, digest_of
from portail_local.steps import run_step
from portail_local.supervisor import Supervisor
from portail_local.system import System

_MIGRATED = "migrated"
_DEMO = "demo"


class Up:
    """One `./portail up`, in the foreground."""

    def __init__(self, system: System, say: Callable[[str], None], *, fresh: bool = False, demo: bool = True) -> None:
        self._system = system
        self._state = system.state
        self._say = say
        self._fresh = fresh
        self._with_demo = demo
        self._stamps = Stamps(system.state.data / "stamps")
        self._began = time.monotonic()
        me = psutil.Process()
        self._run = Run(system.options, Started("supervisor", me.pid, me.create_time()))
        self._supervisor = Supervisor(system.state.log, say, self._record)

    async def run(self) -> None:
        """Returns once stopped by SIGINT or SIGTERM. Raises LocalError when the system cannot come up."""
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        with self._state.lock():
            stop_leftovers(self._state, self._say)
            refuse_taken(self._system.listening_ports())
            if self._fresh:
                self._state.drop_data()
                self._state.create()
            try:
                await self._until(stop)
            finally:
                self._say("Arrêt…")
                await self._supervisor.stop()
                self._state.forget_run()
                self._say("Tout est arrêté.")

    async def _until(self, stop: asyncio.Event) -> None:
        asked = asyncio.create_task(stop.wait())
        coming_up = asyncio.create_task(self._bring_up())
        try:
            await asyncio.wait({asked, coming_up}, return_when=asyncio.FIRST_COMPLETED)
            if coming_up.done():
                coming_up.result()
                await asked
        finally:
            for task in (asked, coming_up):
                task.cancel()
            await asyncio.gather(asked, coming_up, return_exceptions=True)

    async def _bring_up(self) -> None:
        self._record(())
        self._system.nginx.prepare()
        async with asyncio.TaskGroup() as group:
            postgres = group.create_task(self._start_postgres())
            rabbitmq = group.create_task(self._start_rabbitmq())
            databases = group.create_task(self._prepare_databases(postgres, rabbitmq))
            assets = group.create_task(self._build_assets())
            group.create_task(self._start_services(databases))
            group.create_task(self._start_front(assets))
        if self._with_demo:
            await self._load_demo()
        self._run = replace(self._run, ready=True)
        presentation.print_addresses(self._system)
        self._state.write_run(self._run)

    async def _start_postgres(self) -> None:
        await asyncio.to_thread(self._system.postgres.prepare)
        await self._supervisor.start(self._system.postgres.process())
        self._progress("PostgreSQL prêt")

    async def _start_rabbitmq(self) -> None:
        await asyncio.to_thread(self._system.rabbitmq.prepare)
        for process in self._system.rabbitmq.processes():
            await self._supervisor.start(process)
        self._progress("RabbitMQ prêt")

    async def _build_assets(self) -> None:
        assets = Assets()
        if not assets.are_current():
            await assets.build(self._state)
            self._progress("feuilles de style et scripts construits")

    async def _prepare_databases(self, postgres: Awaitable[None], rabbitmq: Awaitable[None]) -> None:
        digest = digest_of(ROOT / "libs" / "chassis" / "src", *(ROOT / "services" / name for name in SERVICES))
        await postgres
        if self._stamps.is_current(_MIGRATED, digest):
            return
        await self._chassis("provision", self._system.provision_settings())
        await rabbitmq
        await self._chassis("migrate", self._system.migrate_settings())
        self._stamps.set(_MIGRATED, digest)
        self._progress("six bases de données à jour")

    async def _chassis(self, command: str, settings: dict[str, str]) -> None:
        arguments = (sys.executable, "-m", "chassis", command, *SERVICES)
        await run_step(f"chassis {command}", arguments, settings, ROOT, self._log(command))

    async def _start_services(self, databases: Awaitable[None]) -> None:
        """They wait for the broker themselves."""
        await databases
        await self._start_all(self._system.services())
        self._progress("services prêts")

    async def _start_front(self, assets: Awaitable[None]) -> None:
        await assets
        await self._start_all(self._system.front())
        self._progress("site, banque, courriers et passerelle prêts")

    async def _start_all(self, processes: list[Process]) -> None:
        async with asyncio.TaskGroup() as group:
            for process in processes:
                group.create_task(self._supervisor.start(process))

    async def _load_demo(self) -> None:
        output = presentation.demo_file(self._state)
        digest = digest_of(ROOT / "deploy" / "demo") + f":{self._system.options.port}"
        if self._stamps.is_current(_DEMO, digest) and output.exists():
            return
        arguments = (sys.executable, "-m", "portail_demo", "--output", str(output))
        await run_step("portail_demo", arguments, self._system.demo_settings(), ROOT, self._log("demo"))
        self._stamps.set(_DEMO, digest)
        self._progress("communes de démonstration chargées")

    def _log(self, step: str) -> Path:
        return self._state.log / f"{step}.log"

    def _progress(self, done: str) -> None:
        self._say(f"{time.monotonic() - self._began:5.1f} s  {done}")

    def _record(self, processes: tuple[Started, ...]) -> None:
        self._run = replace(self._run, processes=processes)
        with contextlib.suppress(FileNotFoundError):  # the state folder was deleted under us
            self._state.write_run(self._run)
