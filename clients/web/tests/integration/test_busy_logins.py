"""When everybody logs in at once: rank and time are said at the form, which keeps the place but no password."""

import pytest
from fake_api.world import PASSWORD, World

pytestmark = pytest.mark.integration

TICKET = '<input type="hidden" name="ticket" value="place.1.2.ab">'


async def test_a_busy_login_tells_the_rank_and_keeps_the_place(visitor, world: World) -> None:
    answer = await visitor.log_in(user="tout.le.monde", remember="true")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "40")
    assert "Vous êtes à la 12e place et votre tour vient dans 40 secondes environ." in answer.text
    assert "<title>Votre tour vient – " in answer.text
    assert 'value="tout.le.monde"' in answer.text
    assert 'name="remember" value="true" checked' in answer.text
    assert TICKET in answer.text
    assert "aria-invalid" not in answer.text
    assert "Refresh" not in answer.headers, "what is typed meanwhile is not lost"
    again = await visitor.log_in(user="tout.le.monde", ticket="place.1.2.ab")
    assert world.tickets == [None, "place.1.2.ab"]
    assert TICKET in again.text


async def test_no_page_holds_a_password(visitor) -> None:
    answer = await visitor.log_in(user="tout.le.monde")
    assert PASSWORD not in answer.text
    assert "cette page ne garde pas votre mot de passe" in answer.text
    assert not [cookie for cookie in answer.headers.get_list("set-cookie") if PASSWORD in cookie]


async def test_a_turn_that_is_near_is_waited_for(visitor, world: World) -> None:
    """The second try shows the ticket of the first, once."""
    world.busy_once = True
    answer = await visitor.log_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/accueil")
    assert world.tickets == ["proche.1.2.ab"]


async def test_a_form_sent_without_password_keeps_the_place(visitor) -> None:
    answer = await visitor.log_in(user="tout.le.monde", password="", ticket="place.1.2.ab")
    assert answer.status_code == 422
    assert TICKET in answer.text


async def test_what_is_no_ticket_is_cut_short(visitor, world: World) -> None:
    assert (await visitor.log_in(ticket="x" * 250)).status_code == 303
    assert world.tickets == ["x" * 200]
    assert (await visitor.log_in(ticket='"><script>')).text.find("<script>") == -1
