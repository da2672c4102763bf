"""Figures of waiting lists."""

from collections.abc import Iterable

from prometheus_client import Counter, Gauge

from contracts.values import PlaceOfferStatus

_WAITING = Gauge("portail_waiting", "Days of members on waiting lists", ["commune"])
_OPEN_OFFERS = Gauge("portail_place_offers_open", "Places offered and not yet answered", ["commune"])
_OFFERS = Counter("portail_place_offers_total", "Places of waiting lists by what became of them", ["status"])


def counted(statuses: Iterable[PlaceOfferStatus]) -> None:
    """Counts places offered, booked at once, and what became of offers."""
    for status in statuses:
        _OFFERS.labels(status).inc()


def present(commune: str, *, number: int, offers: int) -> None:
    """What waits in a commune now."""
    _WAITING.labels(commune).set(number)
    _OPEN_OFFERS.labels(commune).set(offers)
