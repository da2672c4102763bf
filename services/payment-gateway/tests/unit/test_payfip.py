"""PayFiP's questions to the byte, its answers and faults, its limits."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from chassis.ids import new_id
from contracts.values import Payer, PostalAddress
from payment_gateway.adapters.payfip import PROTOCOL
from payment_gateway.adapters.payfip.orders import order_values, outcome_of, refdet
from payment_gateway.adapters.payfip.soap import FunctionalFaultError, envelope, read_answer
from payment_gateway.adapters.payfip.terms import PayFiPTerms
from payment_gateway.application.bank_port import (
    Addresses,
    BankUnavailableError,
    PaymentMisconfiguredError,
    PaymentOrder,
    UnreadableMessageError,
)
from payment_gateway.domain.judgement import Channel
from payment_gateway.domain.outcome import OutcomeKind

IDOP = "0f8fad5b-d9cb-469f-a165-70867728950e"
ANSWER = """<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
<ns2:{operation}Response xmlns:ns2="http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/\
contrat_paiement_securise/PaiementSecuriseService"><return>{values}</return></ns2:{operation}Response></S:Body></S:Envelope>"""
FAULT = """<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault>
<faultcode>S:Server</faultcode><faultstring>fr.gouv</faultstring><detail><ns2:{name} xmlns:ns2="urn:x">
<code>{code}</code><descriptif>d</descriptif><libelle>l</libelle><severite>2</severite></ns2:{name}></detail></S:Fault></S:Body></S:Envelope>"""
ORDER = PaymentOrder(
    reference="ABCDEFGHIJ",
    amount_cents=3400,
    label="Cantine d'Alixan 2022/2023 – œufs",
    article_count=2,
    payer=Payer(
        first_name="Anne",
        last_name="Martin",
        email="anne+cantine@martin.fr",
        address=PostalAddress(line="1 rue", postal_code="26300", city="Alixan"),
    ),
    town_hall_email="mairie@alixan.fr",
    addresses=Addresses("http://alixan.localhost:8080", "http://127.0.0.1:8080", "payfip/alixan/42"),
    real_now=datetime(2022, 12, 31, 23, 30, tzinfo=UTC),
)
SAID = {
    "dattrans": "04072022", "exer": "20", "heurtrans": "0930", "idOp": IDOP.upper(), "mel": "anne@martin.fr",
    "montant": "3400", "numauto": "112233", "numcli": "007001", "objet": "Cantine", "refdet": "ABCDEFGHIJ",
    "resultrans": "P", "saisie": "W",
}  # fmt: skip


def terms(**changed: Any) -> PayFiPTerms:
    values = {"protocol": "payfip", "mode": "production", "shop_name": "REGIE", "numcli": "007001", **changed}
    return PayFiPTerms.model_validate(values)


def answer(operation: str, **values: str) -> bytes:
    content = "".join(f"<{name}>{value}</{name}>" for name, value in values.items())
    return ANSWER.format(operation=operation, values=content).encode()


def test_the_question_in_its_order() -> None:
    text = envelope("creerPaiementSecurise", order_values(terms(), ORDER)).decode()
    names = ["exer", "mel", "montant", "numcli", "objet", "refdet", "saisie", "urlnotif", "urlredirect"]
    places = [text.index(f"<{name}>") for name in names]
    assert places == sorted(places)
    assert "<pai:creerPaiementSecurise><arg0><exer>2023</exer>" in text
    assert "<objet>Cantine d Alixan 2022 2023 oeufs</objet>" in text
    assert "<montant>3400</montant><numcli>007001</numcli>" in text


def test_values_are_escaped() -> None:
    assert b"<a>&lt;b&gt; &amp; c</a>" in envelope("x", {"a": "<b> & c"})


@pytest.mark.parametrize(
    ("mode", "activation", "saisie"), [("test", True, "T"), ("production", True, "X"), ("production", False, "W")]
)
def test_the_contract_says_whether_it_is_for_trial(mode: str, activation: bool, saisie: str) -> None:
    assert order_values(terms(mode=mode, activation=activation), ORDER)["saisie"] == saisie


@given(st.uuids())
def test_each_attempt_has_a_reference_of_its_own(attempt_id: UUID) -> None:
    reference = refdet(attempt_id)
    assert len(reference) == 25
    assert reference.isascii()
    assert reference.isalnum()
    assert int(reference, 36) == attempt_id.int


@pytest.mark.parametrize(("cents", "allowed"), [(99, False), (100, True), (9_999_999, True), (10_000_000, False)])
def test_the_treasurys_limits(cents: int, allowed: bool) -> None:
    order = replace(ORDER, amount_cents=cents)
    if allowed:
        assert order_values(terms(), order)["montant"] == str(cents)
    else:
        with pytest.raises(PaymentMisconfiguredError, match="1 €"):
            order_values(terms(), order)


@pytest.mark.parametrize("email", ["", "a@b", "x" * 80 + "@martin.fr", "é@martin.fr"])
def test_the_town_hall_stands_in_for_an_address_that_is_not_taken(email: str) -> None:
    order = replace(ORDER, payer=ORDER.payer.model_copy(update={"email": email}))
    assert order_values(terms(), order)["mel"] == "mairie@alixan.fr"
    with pytest.raises(PaymentMisconfiguredError):
        order_values(terms(), replace(order, town_hall_email=email))


def test_an_answer() -> None:
    assert read_answer("creerPaiementSecurise", answer("creerPaiementSecurise", idOp=IDOP)) == {"idOp": IDOP}


def test_an_answer_in_the_services_own_name_space() -> None:
    raw = answer("creerPaiementSecurise", idOp=IDOP)
    for element in (b"return", b"idOp"):
        raw = raw.replace(b"<" + element, b"<ns2:" + element).replace(b"</" + element, b"</ns2:" + element)
    assert b"<ns2:return><ns2:idOp>" in raw
    assert read_answer("creerPaiementSecurise", raw) == {"idOp": IDOP}


@pytest.mark.parametrize("code", ["P5", "P1", "R3", "A2"])
def test_a_functional_fault_has_its_code(code: str) -> None:
    with pytest.raises(FunctionalFaultError) as raised:
        read_answer("x", FAULT.format(name="FonctionnelleErreur", code=code).encode())
    assert raised.value.code == code


@pytest.mark.parametrize(
    "raw",
    [
        *(FAULT.format(name=f"Tech{kind}Erreur", code="9999").encode() for kind in ("Indisponibilite", "Protocolaire")),
        b"",
        b"<html>maintenance</html>",
        b"not xml",
        answer("recupererDetailClient", libelleN1="other operation"),
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
    ],
)
def test_what_is_no_answer_says_nothing(raw: bytes) -> None:
    with pytest.raises(BankUnavailableError):
        read_answer("creerPaiementSecurise", raw)


@pytest.mark.parametrize(
    ("result", "kind"),
    [
        ("P", OutcomeKind.ACCEPTED),
        ("V", OutcomeKind.ACCEPTED),
        ("R", OutcomeKind.REFUSED),
        ("Z", OutcomeKind.REFUSED),
        ("A", OutcomeKind.CANCELLED),
    ],
)
def test_results(result: str, kind: OutcomeKind) -> None:
    outcome = outcome_of(terms(), {**SAID, "resultrans": result})
    assert (outcome.meaning.kind, outcome.transaction_id, outcome.is_test) == (kind, IDOP, False)
    assert outcome.undoes == (result == "Z")
    assert (outcome.meaning.sentence is None) == (kind is OutcomeKind.ACCEPTED)


def test_another_regie_has_another_reference() -> None:
    assert outcome_of(terms(), {**SAID, "numcli": "999999"}).reference == ""


def test_a_regies_number_may_come_back_as_a_number() -> None:
    assert outcome_of(terms(), {**SAID, "numcli": "7001"}).reference == "ABCDEFGHIJ"
    assert outcome_of(terms(), {**SAID, "numcli": "70010"}).reference == ""


def test_a_trial_is_recognised() -> None:
    assert outcome_of(terms(), {**SAID, "saisie": "T"}).is_test


@pytest.mark.parametrize(
    "changed", [{"resultrans": "?"}, {"montant": "x"}, {"montant": ""}, {"montant": "٣"}, {"idOp": ""}]
)
def test_nonsense_is_asked_again(changed: dict[str, str]) -> None:
    with pytest.raises(BankUnavailableError):
        outcome_of(terms(), {**SAID, **changed})


@pytest.mark.parametrize("name", ["idop", "idOp", "IDOP"])
def test_a_notification_is_a_hint(name: str) -> None:
    assert PROTOCOL.understand(terms(), Channel.IPN, f"{name}={IDOP}".encode()) is None


@pytest.mark.parametrize(
    "raw",
    [f"idop={IDOP}&", f"idop={IDOP}\r\n", f"&idop={IDOP}", f"idop={IDOP}&idop={IDOP}", f"x=%FF&IdOp={IDOP.upper()}&y"],
)
def test_a_hint_is_found_among_anything(raw: str) -> None:
    assert PROTOCOL.understand(terms(), Channel.IPN, raw.encode()) is None


@pytest.mark.parametrize("raw", ["", "idop=", "idop=1", f"idop={IDOP}{IDOP}", "idop=%FF", f"other={IDOP}"])
def test_no_idop_is_no_hint(raw: str) -> None:
    with pytest.raises(UnreadableMessageError):
        PROTOCOL.understand(terms(), Channel.IPN, raw.encode())


@pytest.mark.parametrize(
    "changed", [{"numcli": "7001"}, {"service_url": "http://www.payfip.gouv.fr/"}, {"page_url": "ftp://x.fr/page"}]
)
def test_a_wrong_contract_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        terms(**changed)


def test_a_new_reference_for_each_attempt() -> None:
    assert refdet(new_id()) != refdet(new_id())
