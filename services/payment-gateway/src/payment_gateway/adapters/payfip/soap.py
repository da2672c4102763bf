"""PayFiP's web service: SOAP 1.1, document/literal, three operations.

The published WSDL refers to schemas that cannot be reached, so that the shapes are written here: the operation's
element is in the service's name space, ``arg0`` and what it holds in none, in alphabetical order. Answers are read by
local names, whatever the name space.
"""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from payment_gateway.adapters.bank_http import call_bank
from payment_gateway.application.bank_port import BankUnavailableError

_SERVICE = (
    "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/"
    "PaiementSecuriseService"
)
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_HEADERS = {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}
_FUNCTIONAL = "FonctionnelleErreur"


class FunctionalFaultError(Exception):
    """The service refuses the question. ``code`` is P5, P1, R3, A2…; ``raw`` the bytes of its answer."""

    def __init__(self, code: str, label: str, raw: bytes) -> None:
        super().__init__(f"{code} {label}")
        self.code = code
        self.label = label
        self.raw = raw


def envelope(operation: str, values: Mapping[str, str]) -> bytes:
    """The question, its values in the order of their names."""
    content = "".join(f"<{name}>{escape(values[name])}</{name}>" for name in sorted(values))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" xmlns:pai="{_SERVICE}"><soapenv:Header/><soapenv:Body>'
        f"<pai:{operation}><arg0>{content}</arg0></pai:{operation}>"
        "</soapenv:Body></soapenv:Envelope>"
    ).encode()


async def call(url: str, operation: str, values: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """One exchange: the values of the answer, and its bytes.

    Raises ``FunctionalFaultError``; ``BankUnavailableError`` for a technical fault, or what is no SOAP answer.
    """
    _, raw = await call_bank("POST", url, content=envelope(operation, values), headers=_HEADERS)
    return read_answer(operation, raw), raw


def read_answer(operation: str, raw: bytes) -> dict[str, str]:
    """The values of an answer. Raises as ``call`` does."""
    try:
        root: Element = fromstring(raw)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise BankUnavailableError from error
    elements = {_local_name(element): element for element in root.iter()}
    if "Fault" in elements:
        fault = elements.get(_FUNCTIONAL)
        if fault is None:
            raise BankUnavailableError
        values = _values(fault)
        raise FunctionalFaultError(values.get("code", ""), values.get("libelle", ""), raw)
    answer = elements.get(f"{operation}Response")
    returned = None if answer is None else next((each for each in answer if _local_name(each) == "return"), None)
    if returned is None:
        raise BankUnavailableError
    return _values(returned)


def _values(parent: Element) -> dict[str, str]:
    return {_local_name(element): (element.text or "").strip() for element in parent}


def _local_name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
