"""Families with a month in their draft, ready to press «Terminer»; what PostgreSQL holds of it afterwards."""

import time
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from portail_bench import replay
from portail_bench.bank import Bank
from portail_bench.copies import Databases, Journey, copied, copy, journey_since, known_ids
from portail_bench.load import Shot, fire, visitor
from portail_bench.private import BenchError, PrivateSystem, eventually, say
from portail_bench.statements import Statement, StatementLog, told
from portail_bench.tokens import Signer
from portail_bench.town import SLUG, AtTheBank, Town
from portail_demo.descriptions import demo_id
from portail_demo.portal import LoadError

DAYS = [f"2022-09-{day:02}" for day in (1, 2, 5, 6, 8, 9, 12, 13, 15, 16, 19, 20, 22, 23, 26, 27)]
"""The month that each child books."""
PLENTY = 100_000
_PATIENCE_SECONDS = 30.0
_OK, _NOBODY, _REFUSED = 200, 404, 409

_HELD = """
    select count(*) from reservation where status = 'booked' and family_id = any($1::uuid[])
"""
_MISCOUNTED = """
    select count(*)
    from place_count p left join (
        select tenant_id, activity_id, day, slot, counter, count(*) as held
        from reservation, unnest(counters) as counter
        where status = 'booked'
        group by 1, 2, 3, 4, 5
    ) as r using (tenant_id, activity_id, day, slot, counter)
    where p.booked > p.capacity or p.booked <> coalesce(r.held, 0)
"""
_QUIET = "select not exists (select 1 from outbox)"


@dataclass(frozen=True)
class Baskets:
    """A family whose draft holds ``DAYS``, and its copies."""

    private: PrivateSystem
    databases: Databases
    town: Town
    journey: Journey
    shared: frozenset[str]
    family: AtTheBank
    activity_id: str
    signer: Signer

    async def copy(self, numbers: range) -> None:
        """Makes the families of those numbers, and has planning read its calendars anew."""
        await copy(self.databases, self.journey, numbers)
        await self.databases["planning"].execute("update activity set version = version")

    def requests(self, numbers: range, method: str = "POST", path: str = "/draft/commit") -> list[bytes]:
        """A request to planning by each of those families; ``{child}`` in the path is its child."""
        return [self._request(number, method, path) for number in numbers]

    def _request(self, number: int, method: str, path: str) -> bytes:
        target = path.replace("{child}", copied(self.family.child_id, number))
        return f"{method} /api/planning/v1{target} HTTP/1.1\r\n{self.head(number)}Content-Length: 0\r\n\r\n".encode()

    def head(self, number: int) -> str:
        """The headers of a request by that family's parent, with a new token."""
        token = self.signer.parent(copied(self.family.family_id, number))
        return f"Host: {self.town.host}\r\nAuthorization: Bearer {token}\r\nX-Forwarded-For: {visitor(number)}\r\n"

    async def commit(self, numbers: range, connections: int) -> list[Shot]:
        """«Terminer», by all. Raises ``BenchError`` unless each is booked or refused."""
        shots = await fire(self.private.system.ports.gateway, self.requests(numbers), connections=connections)
        strange = [shot for shot in shots if shot.status not in (_OK, _REFUSED)]
        if strange:
            raise BenchError(
                f"{len(strange)} réponses inattendues, dont {strange[0].status} : {strange[0].body.decode()}"
            )
        return shots

    async def come_in(self, numbers: range) -> None:
        """As parents who have chosen their days: their tokens are known, their turn at the entrance has come."""
        requests = self.requests(numbers, "GET", f"/planning?member_id={UUID(int=0)}&from={DAYS[0]}&to={DAYS[-1]}")
        shots = await fire(self.private.system.ports.gateway, requests, connections=16)
        if {shot.status for shot in shots} != {_NOBODY}:
            raise BenchError("une famille n'entre pas")

    async def check(self, numbers: range, booked: int) -> None:
        """What is held is what was answered. Raises ``BenchError`` for a place lost, doubled or oversold."""
        await self.check_held(numbers, booked)
        await self.check_counts()

    async def check_held(self, numbers: range, booked: int) -> None:
        """Each basket that was answered is held. Raises ``BenchError``."""
        planning = self.databases["planning"]
        families = [copied(self.family.family_id, number) for number in numbers]
        held = await planning.fetchval(_HELD, families)
        if held != booked * len(DAYS):
            raise BenchError(f"{booked} paniers répondus, {held} réservations")

    async def check_counts(self) -> None:
        """Each place is counted, none is sold twice. Raises ``BenchError``."""
        if miscounted := await self.databases["planning"].fetchval(_MISCOUNTED):
            raise BenchError(f"{miscounted} compteurs faux ou survendus")

    async def quiet(self) -> None:
        """Until everything was told."""
        await eventually(_QUIET, self.databases["planning"], seconds=_PATIENCE_SECONDS)

    async def watch(self, numbers: range) -> list[Statement]:
        """What planning asks of PostgreSQL for commits one by one."""
        await self.quiet()
        log = StatementLog(self.private)
        await log.start()
        await self.commit(numbers, 1)
        statements = [each for each in await log.stop() if each.database == "planning"]
        for line in told(statements, len(numbers)):
            say(line)
        return statements

    def block(self, numbers: range) -> replay.Block:
        """Those families, for the replay."""
        return replay.Block(numbers, self.journey.own, self.shared)


async def prepare(private: PrivateSystem, databases: Databases, *, hot: bool, slug: str = SLUG) -> Baskets:
    """One family's draft, made as parents do. Its activity is its copies' too when ``hot``, else each has its own."""
    bank = Bank()
    town = Town(private, bank.public_key_pem, slug)
    signer = await Signer.of(private, databases["identity"], str(demo_id(slug)))
    if hot:
        activity_id = town.publish_activity("Centre de loisirs", PLENTY)
        before = await known_ids(databases)
    else:
        before = await known_ids(databases)
        activity_id = town.publish_activity("Centre de loisirs", PLENTY)
    family = town.family_at_the_bank(activity_id)
    paid = bank.callback(town.host, family.fields, transaction=str(replay.FIRST_TRANSACTION), visitor=visitor(0))
    await fire(private.system.ports.gateway, [paid], connections=1)
    _draft(family, activity_id)
    journey = await journey_since(databases, before)
    journey = replace(journey, rows=tuple(row for row in journey.rows if row[0] == "planning"))
    return Baskets(private, databases, town, journey, frozenset(before), family, activity_id, signer)


def _draft(family: AtTheBank, activity_id: str) -> None:
    """Once planning has heard that the adhesion is paid."""
    body: dict[str, Any] = {"from": "2022-09-01", "to": "2022-10-01", "activity_id": activity_id, "days": DAYS}
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            family.parent.put("planning", f"/draft/members/{family.child_id}", body)
        except LoadError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return
