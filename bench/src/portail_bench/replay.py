"""The machine's limit: pgbench runs the very statements the services ran, for other copies of the same rows.

What was logged while a block of operations happened becomes one pgbench script for each database: the services' own
transactions, in their order, with their parameters. Each run of a script does the block's work once, for the next
block of copies: ids of the block's copies become those of the new ones, any other id that came into being meanwhile
(messages, events) becomes a new one.
The relay's transactions, few for hundreds of events, are left out: that flatters the limit, not us.
"""

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portail_bench.copies import copied, uuids_in
from portail_bench.private import BenchError, PrivateSystem
from portail_bench.statements import Statement, transactions

FIRST_TRANSACTION = 7_000_000_000
"""Numbers of bank transactions are this one plus the copy's number."""

_TOKEN = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])70\d{8}(?![0-9a-f])")
_UUIDS = re.compile(r"'\{?[0-9a-f]{8}-[0-9a-f-]{27}(,[0-9a-f-]{36})*\}?'")
_TPS = re.compile(r"tps = ([0-9.]+) \(without initial connection time\)")
CLIENTS = 4
_MOST_VARIABLES = 255
"""More in one statement than pgbench prepares: then it sends the script's statements as they are."""


@dataclass(frozen=True)
class Block:
    """The operations that were watched: which copies, whose ids are ``own``; ``shared`` ids stay what they are."""

    numbers: range
    own: frozenset[str]
    shared: frozenset[str]

    def names(self) -> dict[str, tuple[str, int]]:
        """Each id of the block's copies → the original it was made from, its place in the block."""
        return {
            copied(original, number): (original, place)
            for place, number in enumerate(self.numbers)
            for original in self.own
        }


def scripts(statements: Sequence[Statement], block: Block) -> dict[str, str]:
    """A pgbench script for each database; ``:b`` is the first copy of the run's block."""
    names = block.names()
    parts: dict[str, list[str]] = {}
    for transaction in transactions(statements):
        concerned = any(concerns(each, names) for each in transaction)
        if concerned and not transaction[0].role.endswith("_relay"):
            parts.setdefault(transaction[0].database, []).extend(_replayed(each, names, block) for each in transaction)
    heading = f"\\set b :first + (:client_id * :runs + :i) * {len(block.numbers)}\n\\set i :i + 1\n"
    return {database: heading + "".join(f"{part};\n" for part in script) for database, script in parts.items()}


def concerns(statement: Statement, names: Mapping[str, object]) -> bool:
    """Whether a statement names any of these ids."""
    return any(uuids_in(literal) & names.keys() for literal in statement.parameters.values())


def _replayed(statement: Statement, names: Mapping[str, tuple[str, int]], block: Block) -> str:
    literals = {number: _expression(literal, names, block) for number, literal in statement.parameters.items()}
    return re.sub(r"\$(\d+)", lambda found: f"({literals[int(found[1])]})", statement.text)


def _expression(literal: str, names: Mapping[str, tuple[str, int]], block: Block) -> str:
    """A logged literal as an expression of ``:b``."""
    if literal == "NULL":
        return literal
    pieces, end = [], 0
    inside = literal[1:-1].replace("''", "'")
    for found in _TOKEN.finditer(inside):
        if found[0] in block.shared or (found[0].isdigit() and _place(found[0], block) is None):
            continue
        pieces += [_quoted(inside[end : found.start()]), _new(found[0], names, block)]
        end = found.end()
    if not pieces:
        return _quoted(inside)
    text = " || ".join(
        [*(piece for piece in pieces if piece != "''"), *([_quoted(inside[end:])] if inside[end:] else [])]
    )
    if not _UUIDS.fullmatch(literal):
        return text
    return f"({text})::uuid" + ("[]" if literal.startswith("'{") else "")


def _new(token: str, names: Mapping[str, tuple[str, int]], block: Block) -> str:
    if token in names:
        original, place = names[token]
        return f"md5({_quoted(original + ':')} || (:b + {place}))::uuid::text"
    if token.isdigit():
        return f"({FIRST_TRANSACTION} + :b + {_place(token, block)})::text"
    return f"md5({_quoted(token + ':')} || :b)::uuid::text"


def _place(transaction: str, block: Block) -> int | None:
    """The place in the block of the copy that a bank transaction is of."""
    number = int(transaction) - FIRST_TRANSACTION
    return block.numbers.index(number) if number in block.numbers else None


def _quoted(text: str) -> str:
    """A literal in which pgbench sees no variable."""
    quoted = "'" + text.replace("'", "''") + "'"
    return "E" + quoted.replace("\\", "\\\\").replace(":", "\\x3A") if ":" in text else quoted


async def limit(
    private: PrivateSystem,
    per_database: Mapping[str, str],
    *,
    first: int,
    block_size: int,
    runs: int,
    clients: int = CLIENTS,
    settings: Mapping[str, str] | None = None,
) -> float:
    """Operations per second when pgbench does the work of all databases at once. Raises ``BenchError``.

    Takes ``copies_needed`` copies from ``first`` on. ``clients`` connections of pgbench work at once, with PostgreSQL's
    ``settings``, which are those of the sessions that were watched.
    """
    folder = private.system.state.folder
    seconds = await asyncio.gather(
        *(
            _pgbench(
                private,
                database,
                _written(folder / f"{database}.sql", script),
                mode=_mode(script),
                first=first,
                runs=runs,
                clients=clients,
                settings=settings or {},
            )
            for database, script in per_database.items()
        )
    )
    return runs * clients * block_size / max(seconds)


def copies_needed(block_size: int, runs: int, clients: int = CLIENTS) -> int:
    """How many copies ``limit`` consumes."""
    return runs * clients * block_size


def _written(file: Path, script: str) -> Path:
    file.write_text(script, encoding="utf-8")
    return file


def _mode(script: str) -> str:
    """How pgbench sends the statements."""
    longest = max(statement.count(":b") for statement in script.split(";\n"))
    return "prepared" if longest <= _MOST_VARIABLES else "simple"


async def _pgbench(
    private: PrivateSystem,
    database: str,
    script: Path,
    *,
    mode: str,
    first: int,
    runs: int,
    clients: int,
    settings: Mapping[str, str],
) -> float:
    """Seconds taken by the runs of all clients."""
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    variables = (f"first={first}", f"runs={runs}", "i=0")
    process = await asyncio.create_subprocess_exec(
        str(private.system.postgres.binary("pgbench")),
        *("-n", "-M", mode, "-c", str(clients), "-j", "1", "-t", str(runs), "-f", str(script)),
        *(argument for variable in variables for argument in ("-D", variable)),
        database,
        env={**os.environ, **private.role_environment(f"{database}_app"), "PGOPTIONS": options},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate()
    found = _TPS.search(output.decode())
    if process.returncode != 0 or found is None:
        raise BenchError(f"pgbench {database} : {errors.decode()[:2000]}")
    return runs * clients / float(found[1])
