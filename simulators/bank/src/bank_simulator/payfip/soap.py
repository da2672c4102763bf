"""SOAP 1.1, document/literal: reading the body's one operation, writing its answer or a fault.

The operation's element is in the service's name space; what is inside is in none. The order of the elements is that
of the published sequence, alphabetical.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from bank_simulator.payfip.faults import ServiceFaultError, technical

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/"
    "PaiementSecuriseService"
)
_EXCEPTIONS = "fr.gouv.finances.cp.tpa.webservice.exceptions"
PROTOCOL_FAULT = "TechProtocolaireErreur"


@dataclass(frozen=True, slots=True)
class Call:
    operation: str
    arguments: dict[str, str]


def read_call(body: bytes, operations: Mapping[str, tuple[str, ...]]) -> Call:
    """The operation called and the values of its argument's elements. Raises ServiceFaultError."""
    try:
        envelope: Element = fromstring(body)
    except (ParseError, DefusedXmlException) as error:
        raise technical(PROTOCOL_FAULT, "Le message n'est pas un document XML valable.") from error
    if envelope.tag != f"{{{ENVELOPE}}}Envelope":
        raise technical(PROTOCOL_FAULT, "L'élément racine n'est pas une enveloppe SOAP 1.1.")
    content = list(envelope.find(f"{{{ENVELOPE}}}Body") or ())
    if len(content) != 1 or content[0].tag not in {f"{{{SERVICE}}}{name}" for name in operations}:
        raise technical(PROTOCOL_FAULT, "Le corps n'appelle aucune opération du service.")
    operation = content[0].tag.partition("}")[2]
    argument = content[0].find("arg0")
    if argument is None:
        raise technical(PROTOCOL_FAULT, "L'élément arg0 est absent.")
    names = [element.tag for element in argument]
    expected = [name for name in operations[operation] if name in names]
    if names != expected:
        raise technical(PROTOCOL_FAULT, f"Éléments attendus, dans cet ordre : {', '.join(operations[operation])}.")
    return Call(operation, {element.tag: (element.text or "").strip() for element in argument})


def answer(operation: str, values: Mapping[str, str]) -> bytes:
    """The answer to an operation; values that are empty are left out."""
    envelope, body = _envelope()
    returned = SubElement(SubElement(body, f"{{{SERVICE}}}{operation}Response"), "return")
    _fill(returned, {name: value for name, value in values.items() if value})
    return _document(envelope)


def fault(raised: ServiceFaultError) -> bytes:
    envelope, body = _envelope()
    element = SubElement(body, f"{{{ENVELOPE}}}Fault")
    _fill(element, {"faultcode": "S:Server", "faultstring": f"{_EXCEPTIONS}.{raised.name}"})
    detail = SubElement(SubElement(element, "detail"), f"{{{SERVICE}}}{raised.name}")
    _fill(
        detail,
        {
            "code": raised.code,
            "descriptif": raised.descriptif,
            "libelle": raised.libelle,
            "severite": str(raised.severite),
        },
    )
    return _document(envelope)


def _envelope() -> tuple[Element, Element]:
    envelope = Element(f"{{{ENVELOPE}}}Envelope")
    return envelope, SubElement(envelope, f"{{{ENVELOPE}}}Body")


def _fill(parent: Element, values: Mapping[str, str]) -> None:
    for name, value in values.items():
        SubElement(parent, name).text = value


def _document(envelope: Element) -> bytes:
    document: bytes = tostring(envelope, encoding="utf-8", xml_declaration=True)
    return document
