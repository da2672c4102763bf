"""What Paybox is asked: on which days, under which numbers, and what its answers say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from payment_gateway.adapters.paybox import PROTOCOL, direct
from payment_gateway.adapters.paybox.message import bank_number
from payment_gateway.adapters.paybox.terms import PayboxTerms
from payment_gateway.application.bank_port import MOST_TOLD, Answer, BankUnavailableError, Question, Told
from payment_gateway.domain.outcome import OutcomeKind

PAGE = timedelta(minutes=20)
NOON = datetime(2022, 7, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def terms(vectors: dict[str, Any]) -> PayboxTerms:
    return PayboxTerms.model_validate(
        {
            "protocol": "paybox",
            "site": "1999888",
            "rang": "32",
            "identifiant": "107904482",
            "page_url": "https://preprod-tpeweb.paybox.com/php/",
            "direct_url": "https://preprod-ppps.paybox.com/PPPS.php",
            "bank_public_key_pem": vectors["paybox_response"]["bank_public_key_pem"],
            "mode": "test",
            "shop_name": "CANTINE",
            "hmac_key": "0123456789ABCDEF" * 8,
        }
    )


class Host:
    """Answers with what ``said`` has for a TYPE, or a TYPE and day or transaction, in ISO 8859-1."""

    def __init__(self, said: dict[str, str]) -> None:
        self.said = said
        self.asked: list[dict[str, str]] = []

    async def call(self, _method: str, _url: str, *, content: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        asked = dict(parse_qsl(content.decode()))
        self.asked.append(asked)
        about = asked.get("NUMTRANS", asked["DATEQ"])
        text = self.said.get(f"{asked['TYPE']}/{about}") or self.said.get(asked["TYPE"]) or "CODEREPONSE=00018"
        repeated = "&".join(f"{name}={asked[name]}" for name in ("SITE", "RANG", "NUMQUESTION"))
        return 200, f"{repeated}&{text}".encode("latin-1")


async def put(
    monkeypatch: pytest.MonkeyPatch,
    terms: PayboxTerms,
    host: Host,
    at: datetime = NOON,
    age: timedelta = PAGE,
    told: tuple[Told, ...] = (),
) -> Answer:
    monkeypatch.setattr(direct, "call_bank", host.call)
    return await PROTOCOL.ask(terms, Question("ref-1", 3400, None, age, at, first_number=41, told=told))


FOUND = "CODEREPONSE=00000&NUMTRANS=0000000077&NUMAPPEL=0000000088"


@pytest.mark.parametrize(
    ("started_at", "age", "days"),
    [
        ("2022-07-04 10:00:00", timedelta(minutes=1), ["04072022"]),
        ("2022-07-04 21:39:59", timedelta(days=1), ["04072022"]),
        ("2022-07-04 21:40:00", timedelta(days=1), ["04072022", "05072022"]),
        ("2022-07-04 21:50:00", timedelta(minutes=9), ["04072022"]),
        ("2022-07-04 21:50:00", timedelta(minutes=10), ["04072022", "05072022"]),
        ("2022-07-04 22:00:00", timedelta(minutes=1), ["05072022"]),
        ("2022-12-31 22:50:00", timedelta(days=20), ["31122022", "01012023"]),
    ],
)
async def test_the_days_asked_are_those_of_the_page_in_paris(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, started_at: str, age: timedelta, days: list[str]
) -> None:
    host = Host({})
    start = datetime.fromisoformat(started_at).replace(tzinfo=UTC)
    await put(monkeypatch, terms, host, start + age, age)
    assert [asked["DATEQ"] for asked in host.asked] == days
    assert {asked["TYPE"] for asked in host.asked} == {"00011"}


async def test_refused_before_midnight_and_paid_after(monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms) -> None:
    """In the order of time, each question under its own number, no more of them than are drawn."""
    other = FOUND.replace("0077", "0099")
    host = Host(
        {
            "00011/04072022": FOUND,
            "00011/05072022": other,
            "00017/0000000077": "CODEREPONSE=00000&STATUS=Refusé",
            "00017/0000000099": "CODEREPONSE=00000&STATUS=Capturé&AUTORISATION=3FE1",
        }
    )
    answer = await put(monkeypatch, terms, host, datetime(2022, 7, 4, 22, 15, tzinfo=UTC), timedelta(minutes=25))
    said = [(outcome.transaction_id, outcome.meaning.kind) for outcome in answer.outcomes]
    assert said == [("77", OutcomeKind.REFUSED), ("99", OutcomeKind.ACCEPTED)]
    assert [asked["NUMQUESTION"] for asked in host.asked] == [f"{number:010}" for number in (41, 42, 43, 44)]
    assert len(host.asked) == PROTOCOL.numbers_per_question - MOST_TOLD
    assert not answer.may_change


@pytest.mark.parametrize(
    ("word", "open_page", "closed_page"),
    [
        ("Capturé", OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED),
        ("Autoris%E9", OutcomeKind.ACCEPTED, OutcomeKind.ACCEPTED),
        ("Refusé", OutcomeKind.PENDING, OutcomeKind.REFUSED),
        ("Annulé", OutcomeKind.PENDING, OutcomeKind.CANCELLED),
        ("Remboursé", OutcomeKind.PENDING, OutcomeKind.PENDING),
        ("Crédit Annulé", OutcomeKind.PENDING, OutcomeKind.PENDING),
        ("Demande de solde (Carte cadeaux)", OutcomeKind.PENDING, OutcomeKind.PENDING),
        ("", OutcomeKind.PENDING, OutcomeKind.PENDING),
    ],
)
async def test_what_the_words_mean(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, word: str, open_page: OutcomeKind, closed_page: OutcomeKind
) -> None:
    host = Host({"00011": FOUND, "00017": f"CODEREPONSE=00000&STATUS={word}"})
    for age, kind in ((PAGE - timedelta(seconds=1), open_page), (PAGE, closed_page)):
        answer = await put(monkeypatch, terms, host, age=age)
        (outcome,) = answer.outcomes
        assert outcome.meaning.kind is kind
        assert (outcome.reference, outcome.amount_cents, outcome.call_number) == ("ref-1", 3400, "88")
        assert answer.may_change == (age < PAGE and kind is not OutcomeKind.ACCEPTED)


async def test_nothing_found(monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms) -> None:
    for age, kind in ((PAGE - timedelta(seconds=1), OutcomeKind.PENDING), (PAGE, OutcomeKind.EXPIRED)):
        (outcome,) = (await put(monkeypatch, terms, Host({}), age=age)).outcomes
        assert (outcome.code, outcome.meaning.kind, outcome.transaction_id) == ("00018", kind, None)


@pytest.mark.parametrize(
    "answers",
    [
        {"00011": FOUND},
        {"00011": "CODEREPONSE=00000&NUMTRANS=0000000000&NUMAPPEL=0000000088", "00017": "CODEREPONSE=00000"},
        {"00011": "CODEREPONSE=00006"},
        {"00011": "COMMENTAIRE=rien"},
    ],
)
async def test_what_is_no_answer(monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, answers: dict[str, str]) -> None:
    with pytest.raises(BankUnavailableError):
        await put(monkeypatch, terms, Host(answers))


@pytest.mark.parametrize(("authorisation", "is_test"), [("XXXXXX", True), ("123456", False), ("", False)])
async def test_the_test_platform_is_known_by_its_authorisation(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, authorisation: str, is_test: bool
) -> None:
    told = f"CODEREPONSE=00000&STATUS=Capturé&AUTORISATION={authorisation}"
    (outcome,) = (await put(monkeypatch, terms, Host({"00011": FOUND, "00017": told}))).outcomes
    assert (outcome.is_test, outcome.authorisation) == (is_test, authorisation or None)


def test_only_a_contract_with_ppps_is_asked(terms: PayboxTerms) -> None:
    assert PROTOCOL.can_ask(terms)
    without = terms.model_copy(update={"direct_url": None})
    assert not PROTOCOL.can_ask(without)
    assert (PROTOCOL.patience(terms), PROTOCOL.patience(without)) == (timedelta(days=1), PAGE)


def test_numbers_without_their_zeros() -> None:
    assert [bank_number(text) for text in ("0000000770", "770", " 0 ", "", "0000")] == ["770", "770", None, None, None]


TOLD = Told("77", "88", 3400, timedelta(minutes=30))
"""What a message told half an hour ago."""


def kinds(answer: Answer) -> list[tuple[str | None, OutcomeKind, str]]:
    return [(each.transaction_id, each.meaning.kind, each.code) for each in answer.outcomes]


@pytest.mark.parametrize(
    ("status", "kind"), [("Capturé", "accepted"), ("Remboursé", "accepted"), ("Crédit", "pending")]
)
async def test_what_was_told_and_is_found_is_confirmed_by_two_questions(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, status: str, kind: str
) -> None:
    """Money given back was taken. A word unknown here neither confirms nor denies."""
    host = Host({"00011": FOUND, "00017": f"CODEREPONSE=00000&STATUS={status}&AUTORISATION=1"})
    answer = await put(monkeypatch, terms, host, told=(TOLD,))
    assert [outcome.meaning.kind for outcome in answer.outcomes] == [kind]
    assert len(host.asked) == 2


async def test_what_was_told_and_is_not_found_is_asked_for_by_its_numbers(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms
) -> None:
    """The bank may have it on another day, or under another amount than was due."""
    host = Host({"00017/0000000077": "CODEREPONSE=00000&STATUS=Capturé&AUTORISATION=1"})
    answer = await put(monkeypatch, terms, host, told=(replace(TOLD, amount_cents=1200),))
    assert kinds(answer) == [("77", OutcomeKind.ACCEPTED, "Capture")]
    find, tell = host.asked
    assert (find["MONTANT"], tell["MONTANT"], tell["NUMAPPEL"]) == ("0000003400", "0000001200", "0000000088")


@pytest.mark.parametrize("code", ["00018", "00015"])
async def test_what_the_bank_knows_by_no_name_is_denied(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, code: str
) -> None:
    answer = await put(monkeypatch, terms, Host({"00017": f"CODEREPONSE={code}"}), told=(TOLD,))
    assert kinds(answer) == [("77", OutcomeKind.DENIED, code)]
    assert not answer.may_change


async def test_another_card_found_does_not_stand_for_the_one_told(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms
) -> None:
    """Refused in our shop, then paid in another's: what is found under the reference is not what the message told."""
    refused = FOUND.replace("0077", "0099")
    host = Host({"00011": refused, "00017/0000000099": "CODEREPONSE=00000&STATUS=Refusé"})
    answer = await put(monkeypatch, terms, host, told=(TOLD,))
    assert [kind for _, kind, _ in kinds(answer)] == [OutcomeKind.REFUSED, OutcomeKind.DENIED]


@pytest.mark.parametrize("status", ["Refusé", "Annulé"])
async def test_what_the_bank_has_as_unpaid_contradicts_its_message(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, status: str
) -> None:
    host = Host({"00011": FOUND, "00017": f"CODEREPONSE=00000&STATUS={status}"})
    answer = await put(monkeypatch, terms, host, told=(TOLD,))
    assert kinds(answer) == [("77", OutcomeKind.DENIED, status.replace("é", "e"))]


@pytest.mark.parametrize(
    ("age", "told_age"), [(timedelta(minutes=19), timedelta(minutes=15)), (PAGE, timedelta(minutes=9))]
)
async def test_nothing_is_denied_while_the_bank_may_not_know_it_yet(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms, age: timedelta, told_age: timedelta
) -> None:
    host = Host({"00017": "CODEREPONSE=00018"})
    answer = await put(monkeypatch, terms, host, age=age, told=(replace(TOLD, age=told_age),))
    assert [outcome.meaning.kind for outcome in answer.outcomes] == [OutcomeKind.PENDING]
    assert [asked["TYPE"] for asked in host.asked] == ["00011"]


async def test_a_bank_that_says_nothing_denies_nothing(monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms) -> None:
    with pytest.raises(BankUnavailableError):
        await put(monkeypatch, terms, Host({"00017": "CODEREPONSE=00006"}), told=(TOLD,))


async def test_a_message_that_our_form_did_not_ask_for_is_denied_unless_found(
    monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms
) -> None:
    answer = await put(monkeypatch, terms, Host({}), told=(replace(TOLD, call_number=None),))
    assert kinds(answer) == [("77", OutcomeKind.DENIED, "00018")]


async def test_no_more_numbers_than_are_drawn(monkeypatch: pytest.MonkeyPatch, terms: PayboxTerms) -> None:
    told = tuple(replace(TOLD, transaction_id=str(number)) for number in range(1, MOST_TOLD + 1))
    host = Host({"00011": FOUND, "00017/0000000077": "CODEREPONSE=00000&STATUS=Capturé&AUTORISATION=1"})
    at, age = datetime(2022, 7, 4, 22, 15, tzinfo=UTC), timedelta(minutes=25)
    await put(monkeypatch, terms, host, at, age, told)
    numbers = [int(asked["NUMQUESTION"]) for asked in host.asked]
    assert numbers == list(range(41, 41 + PROTOCOL.numbers_per_question))
