"""Prices of slots as events carry them."""

from contracts.events.enrolment import SlotPrice
from enrolment.domain.adhesion import Price


def published_prices(price: Price) -> tuple[SlotPrice, ...]:
    """The price of a unit of each slot."""
    return tuple(SlotPrice(slot=slot, unit_price_cents=cents) for slot, cents in price.slot_cents.items())
