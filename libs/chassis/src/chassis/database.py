"""PostgreSQL through SQLAlchemy, every transaction bound to one tenant.

Row-level security is forced on tenant tables; ``app.tenant_id`` is set when the transaction begins and PostgreSQL
refuses rows of any other commune. A transaction without a tenant cannot be opened by accident: it takes the
explicit ``platform()`` and sees no tenant row.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import datetime
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from chassis.clock import Clock
from chassis.errors import TransientError
from chassis.outbox import OUTBOX, Outgoing, insert_events
from chassis.signals import Signal
from contracts.event import Event

PLANNED_ONCE = {
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
}
"""For statements whose every row is found by its key: planning them each time costs more than running them."""
PLAN_ONCE = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in PLANNED_ONCE.items())
"""Selected in a transaction, has what follows in it planned once: for one whose every row is found by its key."""
_PATIENCE_SECONDS = 10
"""That someone waits for a connection, then is told to try again."""


def create_engine(
    url: str, *, pool_size: int, application_name: str, settings: Mapping[str, str] | None = None
) -> AsyncEngine:
    """An asyncpg engine for a ``postgresql://`` address, PostgreSQL's ``settings`` for its sessions."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=_PATIENCE_SECONDS,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,  # an error's text goes to the logs; families' names do not
        connect_args={
            "server_settings": {"application_name": application_name, **(settings or {})},
            "timeout": 10,
        },
    )


class DatabaseAwayError(TransientError):
    """PostgreSQL cannot be reached, starts, stops, or broke off. Whether a commit under way was kept is not known."""


class NoConnectionError(DatabaseAwayError):
    """Every connection has been taken for long: nothing was begun."""


_AWAY_STATES = frozenset({"57P01", "57P02", "57P03", "53300"})
"""admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections."""


_BROKEN_OFF = (
    *(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError),
    *(asyncpg.AdminShutdownError, asyncpg.CrashShutdownError, asyncpg.CannotConnectNowError),
    asyncpg.InternalClientError,  # a statement was begun while the end of its connection was being read
)
"""What asyncpg itself raises when the server is away or the connection broke."""


def _is_away(found: BaseException | None) -> bool:
    """Also where a connection broke off before SQLAlchemy had it: what asyncpg said is the cause of its error then."""
    broke_off = isinstance(found and found.__cause__, asyncpg.PostgresConnectionError | asyncpg.InternalClientError)
    return broke_off or getattr(found, "sqlstate", None) in _AWAY_STATES


@contextmanager
def _telling_absence(*also: type[Exception]) -> Iterator[None]:
    """Turns the many errors of a database that is away into one; those of ``also`` mean it too."""
    try:
        yield
    except also as error:
        raise DatabaseAwayError(type(error).__name__) from error
    except DBAPIError as error:
        if error.connection_invalidated or _is_away(error.orig):
            raise DatabaseAwayError(type(error.orig).__name__) from error
        raise


async def _fetch(connection: AsyncConnection, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None  # noqa: S101 - it is connected
    rows: Sequence[asyncpg.Record] = await driver.fetch(statement, *arguments)
    return rows


class Transaction:
    """One database transaction of one commune: run statements on ``connection``, publish events with ``publish``."""

    def __init__(
        self,
        connection: AsyncConnection,
        tenant_id: UUID,
        clock: Clock,
        source: str,
        signals: Mapping[str, Signal],
    ) -> None:
        self.connection = connection
        self.tenant_id = tenant_id
        self.clock = clock
        self.source = source
        self._signals = signals
        self.to_wake: set[Signal] = set()

    def now(self) -> datetime:
        """Business instant, UTC."""
        return self.clock.now()

    async def publish(self, event: Event, *, sequence: int) -> None:
        """Writes an event to the outbox, to be sent if and only if this transaction commits.

        ``sequence`` is the aggregate's version; the caller holds the aggregate's row lock.
        """
        await self.publish_all([Outgoing(event, sequence)])

    async def publish_all(self, events: Sequence[Outgoing]) -> None:
        """Writes events to the outbox in one statement; they will be sent in this order."""
        if not events:
            return
        await insert_events(
            self.connection, events, tenant_id=self.tenant_id, source=self.source, time=self.clock.now()
        )
        self.wake(OUTBOX)

    async def ask(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Runs a statement in this transaction straight through asyncpg (``$1``…), which decodes more, and faster."""
        return await _fetch(self.connection, statement, *arguments)

    def wake(self, name: str) -> None:
        """Has this process's job of that name look at the commune as soon as this transaction has committed.

        Raises ``KeyError`` for a job the service does not have.
        """
        self.to_wake.add(self._signals[name])


class Connections:
    """An engine's connections, given in the order in which they are asked for.

    Its own pool gives one that comes back to whoever asks at that moment: in a crowd someone waits on and on.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        assert isinstance(engine.pool, QueuePool)  # noqa: S101 - what create_engine makes
        self._engine = engine
        self._turns = asyncio.Semaphore(engine.pool.size())

    @asynccontextmanager
    async def one(self) -> AsyncIterator[AsyncConnection]:
        """A connection, to be had for as long as the context. Raises ``DatabaseAwayError``, ``NoConnectionError``."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise NoConnectionError from error
        try:
            async with AsyncExitStack() as stack:
                with _telling_absence(OSError, PoolTimeoutError):
                    connection = await stack.enter_async_context(self._engine.connect())
                yield connection
        finally:
            self._turns.release()

    async def forget(self) -> None:
        """Those that wait to be used again are not: they are broken."""
        await self._engine.dispose(close=False)


class Database:
    """Opens transactions of a service. ``asking`` has the connections of ``ask``."""

    def __init__(
        self, connections: Connections, asking: Connections, clock: Clock, source: str, signals: Mapping[str, Signal]
    ) -> None:
        self._connections = connections
        self._asking = asking
        self._clock = clock
        self._source = source
        self._signals = signals

    @asynccontextmanager
    async def transaction(self, tenant_id: UUID) -> AsyncIterator[Transaction]:
        """A transaction that sees and writes the rows of one commune. Commits at the end, rolls back on error.

        Raises ``DatabaseAwayError``.
        """
        async with self.platform() as connection:
            await connection.execute(
                text("select set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)}
            )
            transaction = Transaction(connection, tenant_id, self._clock, self._source, self._signals)
            yield transaction
        for signal in transaction.to_wake:
            signal.wake([tenant_id])

    async def ask(self, statement: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Runs a statement that is a transaction of its own, in one round trip, straight through asyncpg (``$1``…).

        The statement must itself set ``app.tenant_id``, for itself only, before it comes to any tenant table; otherwise
        it sees none of their rows. Raises ``DatabaseAwayError``.
        """
        with _telling_absence(*_BROKEN_OFF):
            async with self._asking.one() as connection:
                try:
                    return await _fetch(connection, statement, *arguments)
                except _BROKEN_OFF:
                    await connection.invalidate()
                    await self._asking.forget()
                    raise

    def wake(self, name: str, tenant_id: UUID) -> None:
        """Has this process's job of that name look at a commune, after ``ask`` has changed something."""
        self._signals[name].wake([tenant_id])

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[AsyncConnection]:
        """A transaction of the platform itself (registry of communes, inbox): no tenant row is visible to it.

        Like ``transaction``, raises ``DatabaseAwayError``.
        """
        with _telling_absence():
            async with self._connections.one() as connection, connection.begin():
                yield connection
