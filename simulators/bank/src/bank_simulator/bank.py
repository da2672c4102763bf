"""The bank's parts, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request

from bank_simulator.behaviour import Behaviours
from bank_simulator.checkout import Checkout
from bank_simulator.clock import Clock
from bank_simulator.notifier import Notifier
from bank_simulator.paybox import protocol as paybox
from bank_simulator.paybox.seal import BankKey
from bank_simulator.payfip import protocol as payfip
from bank_simulator.payzen import protocol as payzen
from bank_simulator.protocol import BankProtocol
from bank_simulator.refunds import Refunds
from bank_simulator.settings import Settings
from bank_simulator.store import Store


@dataclass(frozen=True, slots=True)
class Bank:
    store: Store
    key: BankKey
    clock: Clock
    protocols: dict[str, BankProtocol]
    behaviours: Behaviours
    notifier: Notifier
    checkout: Checkout
    refunds: Refunds


@asynccontextmanager
async def open_bank(settings: Settings) -> AsyncIterator[Bank]:
    """A bank in business until the context ends."""
    clock = Clock(timedelta(seconds=settings.clock_offset_seconds))
    key = BankKey.load(settings.bank_private_key_file, settings.state_dir)
    protocols: dict[str, BankProtocol] = {
        paybox.NAME: paybox.PayboxProtocol(key),
        payzen.NAME: payzen.PayZenProtocol(clock),
        payfip.NAME: payfip.PayFiPProtocol(),
    }
    behaviours = Behaviours()
    store = Store(settings.state_dir)
    async with Notifier.http_client() as client:
        notifier = Notifier(store, protocols, behaviours, clock, client)
        checkout = Checkout(store, protocols, behaviours, notifier, clock)
        refunds = Refunds(store, checkout, notifier, clock)
        notifier.resume()
        try:
            yield Bank(store, key, clock, protocols, behaviours, notifier, checkout, refunds)
        finally:
            await notifier.close()
            store.close()


def _bank(request: Request) -> Bank:
    bank: Bank = request.app.state.bank
    return bank


CurrentBank = Annotated[Bank, Depends(_bank)]
