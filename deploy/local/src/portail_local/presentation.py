"""What the commands print: addresses and demo logins, health and memory."""

import json
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from portail_local.clock import NOW
from portail_local.process import Process
from portail_local.state import Run, State
from portail_local.system import System

READY = "prêt"
_TABLE_COLUMNS = 160
_MEGABYTE = 1024 * 1024


def demo_file(state: State) -> Path:
    return state.folder / "demo.json"


def print_addresses(system: System, console: Console | None = None) -> None:
    """The addresses, the demo's logins, and at the very end «prêt»."""
    console = console or _wide_console()
    table = Table(title="Portail famille", title_justify="left")
    for column in ("commune", "adresse", "qui", "identifiant", "mot de passe", "remarque"):
        table.add_column(column, no_wrap=True)
    for login in _demo_logins(system.state):
        keys = ("commune", "url", "who", "user_name", "password", "note")
        table.add_row(*(str(login.get(key) or "") for key in keys))
    console.print(table)
    at = system.options.at
    day = "l'heure réelle" if at == NOW else f"{at} (puis le temps s'écoule ; --at now pour l'heure réelle)"
    console.print(f"Courriers envoyés : {system.mail_url}   Banque : {system.bank_url}/", highlight=False)
    console.print(f"Date du portail : {day}", highlight=False)
    console.print(f"Journaux : {system.state.log}", highlight=False, soft_wrap=True)
    console.print(READY, highlight=False)


def _wide_console() -> Console:
    """Never so narrow that an address or a password is cut: they are there to be copied."""
    return Console(width=max(Console().width, _TABLE_COLUMNS))


def _demo_logins(state: State) -> list[dict[str, Any]]:
    path = demo_file(state)
    if not path.exists():
        return []
    logins: list[dict[str, Any]] = json.loads(path.read_text())
    return logins


def print_status(system: System, run: Run, console: Console | None = None) -> bool:
    """One line per process; returns whether all is healthy."""
    console = console or Console()
    started = {each.name: each for each in run.processes} | {"supervisor": run.supervisor}
    table = Table(title=f"Portail famille, port {system.options.port}", title_justify="left")
    for column in ("processus", "état", "pid", "port"):
        table.add_column(column, overflow="fold")
    table.add_column("mémoire (Mo)", justify="right")
    healthy, total = run.ready, 0
    for process in (None, *system.processes()):
        name = process.name if process else "supervisor"
        alive = started[name].find() if name in started else None
        problem = _problem(process, alive)
        memory = _memory(alive, with_children=process is not None) if alive else 0
        healthy, total = healthy and problem is None, total + memory
        state = "[green]sain[/green]" if problem is None else f"[red]{problem}[/red]"
        port = str(process.port) if process else ""
        table.add_row(name, state, str(alive.pid) if alive else "", port, str(memory // _MEGABYTE))
    console.print(table)
    console.print(f"Mémoire en tout : {total // _MEGABYTE} Mo", highlight=False)
    if not run.ready:
        console.print("Le démarrage n'est pas terminé.")
    return healthy


def _problem(process: Process | None, alive: psutil.Process | None) -> str | None:
    if alive is None:
        return "arrêté"
    return process.probe.problem() if process else None


def _memory(process: psutil.Process, *, with_children: bool) -> int:
    """Bytes; pages shared by several processes are counted once in all (PSS). All are children of the supervisor."""
    total = 0
    for each in (process, *(process.children(recursive=True) if with_children else ())):
        try:
            total += each.memory_full_info().pss
        except psutil.AccessDenied:
            total += each.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
