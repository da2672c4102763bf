"""PayFiP: the order's checks, each with its code, and the SOAP documents."""

from xml.etree.ElementTree import fromstring

import pytest

from bank_simulator.payfip import soap
from bank_simulator.payfip.faults import ServiceFaultError, functional, planted
from bank_simulator.payfip.orders import OPERATIONS, check_order, client

ENVELOPE = '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{}</e:Body></e:Envelope>'


def code_of(check, *arguments):
    with pytest.raises(ServiceFaultError) as fault:
        check(*arguments)
    return fault.value.code


def test_a_right_order_is_accepted(payfip_order):
    assert check_order(payfip_order()).shop_name == "REGIE ENFANCE DE CRUAS"
    for saisie in "TXW":
        check_order(payfip_order(saisie=saisie, montant="9999999", objet=""))


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("numcli", "7001", "T1"),
        ("numcli", "٠٠٧٠٠١", "T1"),
        ("numcli", "999999", "T2"),
        ("saisie", "P", "S1"),
        ("exer", "22", "E1"),
        ("montant", "34.00", "M1"),
        ("montant", "0", "M1"),
        ("montant", "99", "M3"),
        ("montant", "10000000", "M5"),
        ("mel", "", "A1"),
        ("mel", "a@b.c", "A2"),
        ("mel", "nobody.example.org", "A2"),
        ("refdet", "ABCDE", "R3"),
        ("refdet", "ADH-2022-1", "R3"),
        ("refdet", "A" * 31, "R3"),
        ("objet", "Adhésion", "O1"),
        ("urlnotif", "/pay", "N1"),
        ("urlredirect", "/pay", "D1"),
    ],
)
def test_each_wrong_element_has_its_code(name, value, code, payfip_order):
    assert code_of(check_order, payfip_order(**{name: value})) == code


def test_an_unknown_client_is_told_from_a_wrong_number():
    assert client("007001").labels[0] == "COMMUNE DE CRUAS"
    assert (code_of(client, "abc"), code_of(client, "000000")) == ("T1", "T2")


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "<x/>",
        ENVELOPE.format(""),
        ENVELOPE.format("<creerPaiementSecurise/>"),
        ENVELOPE.format(f'<s:inconnue xmlns:s="{soap.SERVICE}"/>'),
        ENVELOPE.format(f'<s:recupererDetailClient xmlns:s="{soap.SERVICE}"/>'),
        ENVELOPE.format(f'<recupererDetailClient xmlns="{soap.SERVICE}"><arg0/></recupererDetailClient>'),
        ENVELOPE.format(
            f'<s:recupererDetailPaiementSecurise xmlns:s="{soap.SERVICE}"><arg0><idop>x</idop></arg0>'
            "</s:recupererDetailPaiementSecurise>"
        ),
        ENVELOPE.format(
            f'<s:creerPaiementSecurise xmlns:s="{soap.SERVICE}"><arg0><mel>a</mel><exer>b</exer></arg0>'
            "</s:creerPaiementSecurise>"
        ),
    ],
    ids=[
        "not xml",
        "entities",
        "not soap",
        "empty",
        "no name space",
        "unknown",
        "no argument",
        "qualified",
        "case",
        "order",
    ],
)
def test_wrong_documents_are_protocol_faults(body):
    with pytest.raises(ServiceFaultError) as fault:
        soap.read_call(body.encode(), OPERATIONS)
    assert fault.value.name == "TechProtocolaireErreur"


def test_a_fault_has_code_libelle_descriptif_and_severite():
    fault = fromstring(soap.fault(functional("P1"))).find(f".//{{{soap.ENVELOPE}}}Fault")
    assert fault.findtext("faultstring") == "fr.gouv.finances.cp.tpa.webservice.exceptions.FonctionnelleErreur"
    detail = fault.find(f"detail/{{{soap.SERVICE}}}FonctionnelleErreur")
    assert [child.tag for child in detail] == ["code", "descriptif", "libelle", "severite"]
    assert (detail.findtext("code"), detail.findtext("libelle")) == ("P1", "IdOp incorrect.")


def test_a_planted_fault_is_technical_or_functional():
    assert planted("TechIndisponibiliteErreur").name == "TechIndisponibiliteErreur"
    assert (planted("P5").name, planted("P5").code) == ("FonctionnelleErreur", "P5")
