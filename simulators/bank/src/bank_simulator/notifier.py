"""Server-to-server messages: sent off the request, once, with what the shop answered kept for the tests."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

import httpx
import structlog

from bank_simulator.behaviour import GENUINE, Behaviour, Behaviours, Timing
from bank_simulator.clock import Clock
from bank_simulator.model import Attempt, Message, MessageStatus, Outgoing, Payment, Refund
from bank_simulator.protocol import BankProtocol
from bank_simulator.store import Store

_ANSWER_SECONDS = 30.0
_log = structlog.get_logger("bank_simulator.notifier")

Delivery = Callable[[], Awaitable[None]]


class Notifier:
    def __init__(
        self,
        store: Store,
        protocols: Mapping[str, BankProtocol],
        behaviours: Behaviours,
        clock: Clock,
        client: httpx.AsyncClient,
    ) -> None:
        self._store = store
        self._protocols = protocols
        self._behaviours = behaviours
        self._clock = clock
        self._client = client
        self._running: dict[str, list[asyncio.Task[None]]] = {}
        self._after_return: defaultdict[str, list[Delivery]] = defaultdict(list)
        self._swapped: dict[str, Delivery] = {}

    @staticmethod
    def http_client() -> httpx.AsyncClient:
        """A client as demanding as the bank: the shop must answer itself, no redirection is followed."""
        return httpx.AsyncClient(timeout=_ANSWER_SECONDS, follow_redirects=False, trust_env=False)

    def attempt_finished(self, payment: Payment, attempt: Attempt) -> None:
        """Tells the shop of an accepted or refused attempt, in the background."""
        behaviour = self._behaviours.of(payment)
        outgoing = self._protocols[payment.protocol].notification(payment, attempt, behaviour)
        self._plan(payment, attempt.number, outgoing, behaviour)

    def payment_cancelled(self, payment: Payment) -> None:
        """Tells the shop of a cancellation if the protocol or the contract says so."""
        behaviour = self._behaviours.of(payment)
        protocol = self._protocols[payment.protocol]
        if behaviour.notify_cancellation or protocol.manners.notifies_cancellation:
            self._plan(payment, 0, protocol.cancellation(payment, behaviour), behaviour)

    def refund_made(self, payment: Payment, attempt: Attempt, refund: Refund) -> None:
        """Tells the shop of a refund made in the bank's back office. No browser is there to wait for."""
        behaviour = self._behaviours.of(payment).model_copy(update={"timing": Timing.AT_ONCE})
        outgoing = self._protocols[payment.protocol].refund_notification(payment, attempt, refund, behaviour)
        self._plan(payment, attempt.number, outgoing, behaviour)

    async def browser_leaves(self, payment: Payment) -> None:
        """Called just before the browser is sent back to the shop."""
        for delivery in self._after_return.pop(payment.id, []):
            self._start(payment, delivery)
        if self._behaviours.of(payment).timing is Timing.BEFORE_RETURN:
            await asyncio.gather(*self._running.get(payment.id, ()), return_exceptions=True)

    async def resend(self, payment: Payment, attempt: Attempt | None, behaviour: Behaviour = GENUINE) -> Message | None:
        """Sends an attempt's message (None: that of the cancelled payment) now, once.

        Returns what became of it; None if the shop asked for none.
        """
        protocol = self._protocols[payment.protocol]
        if attempt is None:
            outgoing = protocol.cancellation(payment, behaviour)
        else:
            outgoing = protocol.notification(payment, attempt, behaviour)
        if outgoing is None:
            return None
        number = 0 if attempt is None else attempt.number
        return await self._send(self._record(payment, number, outgoing, MessageStatus.HELD))

    def resume(self) -> None:
        """Sends what a killed bank had still to send; what it was sending may so arrive twice."""
        for message in self._store.unsent_messages():
            payment = self._store.payment(message.payment_id)
            if payment is not None:
                self._start(payment, partial(self._deliver, message))

    async def _deliver(self, message: Message) -> None:
        await self._send(message)

    async def close(self) -> None:
        """Lets go of what is still waiting: a genuine bank does not try again either."""
        tasks = [task for running in self._running.values() for task in running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _plan(self, payment: Payment, attempt_number: int, outgoing: Outgoing | None, behaviour: Behaviour) -> None:
        if outgoing is None:
            return
        if behaviour.drop:
            self._record(payment, attempt_number, outgoing, MessageStatus.DROPPED)
            return
        copies = [
            self._record(payment, attempt_number, outgoing, MessageStatus.HELD) for _ in range(1 + behaviour.duplicates)
        ]

        async def deliver() -> None:
            await asyncio.sleep(behaviour.delay_seconds)
            for message in copies:
                await self._send(message)

        if behaviour.swap:
            self._swap(payment, deliver)
        elif behaviour.timing is Timing.AFTER_RETURN:
            self._after_return[payment.id].append(deliver)
        else:
            self._start(payment, deliver)

    def _swap(self, payment: Payment, deliver: Delivery) -> None:
        first = self._swapped.pop(payment.reference, None)
        if first is None:
            self._swapped[payment.reference] = deliver
            return

        async def second_then_first() -> None:
            await deliver()
            await first()

        self._start(payment, second_then_first)

    def _start(self, payment: Payment, delivery: Delivery) -> None:
        async def run() -> None:
            await delivery()

        task = asyncio.create_task(run())
        self._running.setdefault(payment.id, []).append(task)
        task.add_done_callback(lambda done: self._ended(payment, done))

    def _ended(self, payment: Payment, task: asyncio.Task[None]) -> None:
        running = self._running[payment.id]
        running.remove(task)
        if not running:
            del self._running[payment.id]

    def _record(self, payment: Payment, attempt_number: int, outgoing: Outgoing, status: MessageStatus) -> Message:
        return self._store.add_message(
            Message(0, payment.id, attempt_number, outgoing, status, at=self._clock.business_now())
        )

    async def _send(self, message: Message) -> Message:
        sending = replace(message, status=MessageStatus.SENDING, at=self._clock.business_now())
        self._store.save_message(sending)
        outgoing = message.outgoing
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if outgoing.method == "POST" else {}
        try:
            response = await self._client.request(
                outgoing.method, outgoing.url, content=outgoing.body or None, headers=headers
            )
        except httpx.HTTPError as error:
            sent = replace(sending, status=MessageStatus.FAILED, detail=f"{type(error).__name__}: {error}"[:300])
        else:
            sent = replace(
                sending, status=MessageStatus.ANSWERED, http_status=response.status_code, detail=response.text[:300]
            )
        self._store.save_message(sent)
        _log.info("message_sent", payment=message.payment_id[:8], status=sent.status, http_status=sent.http_status)
        return sent
