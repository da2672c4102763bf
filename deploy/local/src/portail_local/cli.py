"""The commands of `./portail`."""

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from portail_local import leftovers, packages, presentation
from portail_local.assets import Assets
from portail_local.clock import offset_seconds
from portail_local.detached import run_detached
from portail_local.errors import LocalError
from portail_local.layout import ROOT, SERVICES, Ports, parse_replicas
from portail_local.state import Options, State
from portail_local.suites import Suite, run_tests
from portail_local.system import System
from portail_local.up import Up

app = typer.Typer(
    help="Portail famille : tout le système sur une machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
StateOption = Annotated[Path, typer.Option("--state", help="Dossier des données, secrets et journaux.")]
_DEFAULT_STATE = ROOT / ".portail"


def _say(text: str) -> None:
    print(text, flush=True)


def _tell(text: str) -> None:
    """Beside what is printed for a program to read."""
    print(text, file=sys.stderr, flush=True)


@app.command()
def up(
    *,
    at: Annotated[str, typer.Option(help="Date et heure du portail (Paris), ou «now».")] = Options.at,
    port: Annotated[int, typer.Option(help="Port de la passerelle ; les autres en découlent.")] = Options.port,
    replicas: Annotated[list[str] | None, typer.Option(help="Par exemple planning=3 ; répétable.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Efface d'abord toutes les données.")] = False,
    detach: Annotated[bool, typer.Option("--detach", help="Rend la main une fois prêt.")] = False,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Charge les communes de démonstration.")] = True,
    bank_control: Annotated[bool, typer.Option("--bank-control", hidden=True)] = False,
    measured: Annotated[bool, typer.Option("--measured", hidden=True)] = False,
    state: StateOption = _DEFAULT_STATE,
) -> None:
    """Démarre tout et affiche les adresses ; Ctrl-C arrête tout."""
    Ports(port)  # refuses a wrong --port before anything is installed
    options = Options(port, at, parse_replicas(replicas or []), bank_control=bank_control, measured=measured)
    offset = offset_seconds(at, datetime.now(UTC))
    packages.ensure((*packages.SERVERS, *(() if Assets().are_current() else packages.BUILD)), _say)
    place = State(state)
    system = System(place, options, offset)
    place.create()
    if detach:
        run_detached(place, [argument for argument in sys.argv[1:] if argument != "--detach"])
        return
    if place.data.parent != place.folder:
        _say(f"Le compte postgres ne peut pas entrer dans {place.folder} : les données sont dans {place.data}.")
    asyncio.run(Up(system, _say, fresh=fresh, demo=demo).run())


@app.command()
def down(state: StateOption = _DEFAULT_STATE) -> None:
    """Arrête ce que «up» a démarré."""
    _say("Tout est arrêté." if leftovers.stop(State(state), _say) else "Rien ne tourne ici.")


@app.command()
def status(state: StateOption = _DEFAULT_STATE) -> None:
    """Dit ce qui est sain ; code de sortie 1 si quelque chose ne l'est pas."""
    place = State(state)
    run = place.read_run()
    if run is None:
        _say("Rien ne tourne ici.")
        raise typer.Exit(1)
    raise typer.Exit(0 if presentation.print_status(System(place, run.options), run) else 1)


@app.command(context_settings={"ignore_unknown_options": True}, add_help_option=False)
def messages(
    arguments: Annotated[list[str], typer.Argument(help="dead, replay ou purge, et leurs options.")],
    state: StateOption = _DEFAULT_STATE,
) -> None:
    """Montre, rejoue ou efface les messages qui n'ont pas pu être traités («messages --help»)."""
    run = State(state).read_run()
    if run is None:
        _say("Rien ne tourne ici.")
        raise typer.Exit(1)
    if not any(argument.split("=")[0] == "--service" for argument in arguments):
        arguments += [f"--service={name}" for name in SERVICES]
    command = (sys.executable, "-m", "chassis", "messages", *arguments)
    settings = System(State(state), run.options).messages_settings()
    raise typer.Exit(subprocess.run(command, env=settings, cwd=ROOT, check=False).returncode)


@app.command("test", context_settings={"ignore_unknown_options": True})
def run_suites(
    suites: Annotated[list[str] | None, typer.Argument(help="Suites, puis «--» et des options de pytest.")] = None,
) -> None:
    """Vérifie le code et lance les tests ; la dernière ligne est le bilan de pytest."""
    given = suites or []
    names = [name for name in given if name in set(Suite)]
    raise typer.Exit(run_tests([Suite(name) for name in names], given[len(names) :], _say))


@app.command("bench", context_settings={"ignore_unknown_options": True, "help_option_names": []})
def run_bench(arguments: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Mesure les débits, à côté de la limite de la machine ; sans nom, liste les mesures."""
    packages.ensure((*packages.SERVERS, *(() if Assets().are_current() else packages.BUILD)), _tell)
    os.execv(sys.executable, [sys.executable, "-m", "portail_bench", *(arguments or [])])  # noqa: S606 - ours


def _messages(failures: BaseExceptionGroup[LocalError]) -> list[str]:
    found: list[str] = []
    for failure in failures.exceptions:
        found += _messages(failure) if isinstance(failure, BaseExceptionGroup) else [str(failure)]
    return found


def main() -> None:
    """Failures that a person can act upon are told without a traceback."""
    told: list[str] = []
    try:
        app()
    except* LocalError as failures:
        told = _messages(failures)
    if told:
        print(*told, sep="\n", file=sys.stderr)
        sys.exit(1)
