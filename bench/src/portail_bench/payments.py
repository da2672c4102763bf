"""Payments settled per second: the bank's signed callback, through the gateway, to the effect in enrolment.

A callback is kept, judged, settled and told by payment-gateway; through RabbitMQ enrolment puts the adhesion in force,
billing keeps both, communication writes to the family. Measured from the first callback sent to the last adhesion
committed, by PostgreSQL's own commit times; the load comes from this process, on the same cores.
"""

from dataclasses import dataclass, replace
from typing import Any

from portail_bench import replay
from portail_bench.bank import Bank
from portail_bench.copies import Databases, Journey, copied, copy, journey_since, known_ids
from portail_bench.figures import milliseconds
from portail_bench.load import Shot, fire, visitor
from portail_bench.private import BenchError, PrivateSystem, eventually, private_system, say
from portail_bench.processors import processor_seconds, spent
from portail_bench.statements import Statement, StatementLog, told
from portail_bench.town import AtTheBank, Town

_CONNECTIONS = 32
_BLOCK = 32
"""As many as are in flight at once: what is batched under load is batched while it is watched."""
_WARM = 192
_RUNS = 8
_SECONDS = 300.0
_OK = 200

_ADHERED = "select count(*) from adhesion_order where status = 'paid' and order_id = any($1::uuid[])"
_SETTLED = "select count(*) from payment where status = 'succeeded' and payment_id = any($1::uuid[])"
_COMMITTED = """
    select order_id::text, extract(epoch from pg_xact_commit_timestamp(xmin))::float8 as at
    from adhesion_order where order_id = any($1::uuid[])
"""
_DOUBLED = """
    select (select count(*) from surplus_payment)
        + (select count(*) from adhesion where status = 'active' and version <> 1)
"""
_IN_THE_LEDGER = "select count(*) from ledger_movement where kind = 'payment' and reference_id = any($1::uuid[])"


@dataclass(frozen=True)
class Scene:
    """One family at the bank, and its copies."""

    private: PrivateSystem
    databases: Databases
    journey: Journey
    shared: frozenset[str]
    family: AtTheBank
    bank: Bank
    host: str

    async def settle(self, numbers: range) -> list[Shot]:
        """Sends the callbacks of copies and waits for their effects. Raises ``BenchError``."""
        requests = [self._callback(number) for number in numbers]
        shots = await fire(self.private.system.ports.gateway, requests, connections=_CONNECTIONS)
        refused = [shot.status for shot in shots if shot.status != _OK]
        if refused:
            raise BenchError(f"{len(refused)} rappels refusés : {sorted(set(refused))}")
        for database, query, original in self._effects():
            wanted = f"select ({query}) = {len(numbers)}"
            await eventually(wanted, self.databases[database], _copies(original, numbers), seconds=_SECONDS)
        return shots

    def _effects(self) -> list[tuple[str, str, str]]:
        """Where each payment must be found once: database, query, id."""
        return [
            ("payment_gateway", _SETTLED, self.family.payment_id),
            ("enrolment", _ADHERED, self.family.order_id),
            ("billing", _IN_THE_LEDGER, self.family.adhesion_id),
        ]

    async def found(self, numbers: range) -> list[int]:
        """How many effects each database has."""
        return [
            await self.databases[database].fetchval(query, _copies(original, numbers))
            for database, query, original in self._effects()
        ]

    def _callback(self, number: int) -> bytes:
        fields, attempt_id, payment_id = self.family.fields, self.family.attempt_id, self.family.payment_id
        own = {
            **fields,
            "PBX_REPONDRE_A": fields["PBX_REPONDRE_A"].replace(attempt_id, copied(attempt_id, number)),
            "PBX_CMD": fields["PBX_CMD"].replace(payment_id, copied(payment_id, number)),
        }
        transaction = str(replay.FIRST_TRANSACTION + number)
        return self.bank.callback(self.host, own, transaction=transaction, visitor=visitor(number))


def _copies(original: str, numbers: range) -> list[str]:
    return [copied(original, number) for number in numbers]


async def run(size: int) -> dict[str, Any]:
    """Measures ``size`` payments, after a warm-up. Raises ``BenchError`` when one is lost or counted twice."""
    with private_system() as private:
        async with private.databases() as databases:
            scene = await _scene(private, databases)
            watched = range(_WARM, _WARM + _BLOCK)
            measured = range(watched.stop, watched.stop + size)
            replayed = range(measured.stop, measured.stop + replay.copies_needed(_BLOCK, _RUNS))
            say(f"{replayed.stop} paiements en attente à la banque…")
            await copy(databases, scene.journey, range(replayed.stop))
            await scene.settle(range(_WARM))
            statements = await _watch(scene, watched)
            say(f"{size} rappels de la banque, {_CONNECTIONS} à la fois…")
            before = processor_seconds(private)
            shots = await scene.settle(measured)
            cost = spent(before, processor_seconds(private), size)
            figures = await _figures(scene, measured, shots)
        private.stop()
        scripts = replay.scripts(statements, replay.Block(watched, scene.journey.own, scene.shared))
        say(f"La limite : pgbench refait le travail pour {len(replayed)} autres paiements…")
        async with private.postgres_alone():
            rate = await replay.limit(private, scripts, first=replayed.start, block_size=_BLOCK, runs=_RUNS)
            async with private.databases() as databases:
                await _check(replace(scene, databases=databases), replayed)
    return {
        **figures,
        "limit_per_second": round(rate, 1),
        "ratio": round(figures["settled_per_second"] / rate, 3),
        "statements_per_settlement": round(len(statements) / _BLOCK, 2),
        "processor_ms": round(sum(cost.values()), 2),
        "processor_ms_by_program": cost,
        "connections": _CONNECTIONS,
    }


async def _scene(private: PrivateSystem, databases: Databases) -> Scene:
    bank = Bank()
    town = Town(private, bank.public_key_pem)
    before = await known_ids(databases)
    family = town.family_at_the_bank()
    journey = await journey_since(databases, before)
    return Scene(private, databases, journey, frozenset(before), family, bank, town.host)


async def _watch(scene: Scene, numbers: range) -> list[Statement]:
    """The statements of some settlements."""
    log = StatementLog(scene.private)
    await log.start()
    await scene.settle(numbers)
    statements = await log.stop()
    for line in told(statements, len(numbers)):
        say(line)
    return statements


async def _figures(scene: Scene, numbers: range, shots: list[Shot]) -> dict[str, Any]:
    effects = await _check(scene, numbers)
    rows = await scene.databases["enrolment"].fetch(_COMMITTED, _copies(scene.family.order_id, numbers))
    committed = {row["order_id"]: row["at"] for row in rows}
    ends = [committed[order_id] for order_id in _copies(scene.family.order_id, numbers)]
    seconds = max(ends) - min(shot.sent_at for shot in shots)
    return {
        "settled_per_second": round(len(numbers) / seconds, 1),
        **milliseconds([end - shot.sent_at for end, shot in zip(ends, shots, strict=True)]),
        **{f"answer_{name}": value for name, value in milliseconds([s.answered_at - s.sent_at for s in shots]).items()},
        "callbacks": len(numbers),
        **effects,
    }


async def _check(scene: Scene, numbers: range) -> dict[str, int]:
    """Each payment's effects, once. Raises ``BenchError``."""
    settled, adhered, in_the_ledger = await scene.found(numbers)
    doubled = await scene.databases["enrolment"].fetchval(_DOUBLED)
    if {settled, adhered, in_the_ledger} != {len(numbers)} or doubled:
        raise BenchError(
            f"{len(numbers)} rappels : {settled} réglés, {adhered} adhésions, {in_the_ledger} écritures,"
            f" {doubled} en double"
        )
    return {"settled": settled, "effects": adhered, "doubled": doubled}
