"""Tickets that keep a place: only ours, only for their user name."""

import hashlib
import hmac
from dataclasses import replace

import pytest

from identity.adapters.places import KEPT_MILLISECONDS, Places
from identity.domain.tickets import Place, place_of, ticket_for

PLACE = Place("abcdefgh-_123456", 1_656_900_000_000, 1_656_900_180_000)


def digest(words: str) -> bytes:
    return hmac.digest(b"key", words.encode(), hashlib.sha256)


def other_digest(words: str) -> bytes:
    return hmac.digest(b"another key", words.encode(), hashlib.sha256)


def test_a_ticket_gives_its_place_back_to_its_user_name_only() -> None:
    ticket = ticket_for(digest, "commune/anne", PLACE)
    assert len(ticket) <= 200
    assert place_of(digest, "commune/anne", ticket) == PLACE
    assert place_of(digest, "commune/paul", ticket) is None
    assert place_of(digest, "autre/anne", ticket) is None
    assert place_of(other_digest, "commune/anne", ticket) is None


@pytest.mark.parametrize("changed", [{"since": 1}, {"expires_at": 1_956_900_180_000}, {"place_id": "another"}])
def test_a_changed_ticket_is_none(changed: dict[str, int]) -> None:
    signature = ticket_for(digest, "n", PLACE).rpartition(".")[2]
    forged = ticket_for(digest, "n", replace(PLACE, **changed)).rpartition(".")[0]
    assert place_of(digest, "n", f"{forged}.{signature}") is None


@pytest.mark.parametrize(
    "ticket", [None, "", "x", "a.1.2", "a.1.2.3", "a.١.2." + "0" * 64, "é.1.2." + "0" * 64, "...."]
)
def test_what_is_no_ticket(ticket: str | None) -> None:
    assert place_of(digest, "n", ticket) is None


def test_what_is_kept_of_places_is_forgotten() -> None:
    """However many come: nothing stays longer than the places hold."""
    places = Places()
    kept = [places.keep(1_000 + number, 2_000, known=False) for number in range(100)]
    assert places.before(1_050, known=False) == 51
    assert [places.take(place, 3_000) for place in kept[:30]] == [place.since for place in kept[:30]]
    assert (places.before(1_050, known=False), places.count(known=True)) == (21, 0)
    places.take(None, 3_000 + KEPT_MILLISECONDS)
    assert places.count(known=False) == 0
    assert not places._used
