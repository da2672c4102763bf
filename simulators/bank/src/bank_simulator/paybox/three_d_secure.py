"""The two XML fields that 3-D Secure 2 made mandatory: PBX_SHOPPINGCART and PBX_BILLING."""

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_ADDRESS_MAX = {"FirstName": 22, "LastName": 22, "Address1": 50, "ZipCode": 16, "City": 50}
"""Mandatory elements of the billing address and their greatest length."""


def check_shopping_cart(xml: str) -> None:
    """``<shoppingcart><total><totalQuantity>`` from 1 to 99. Raises ValueError, in French."""
    root = _parse(xml, "shoppingcart")
    quantity = (root.findtext("total/totalQuantity") or "").strip()
    if re.fullmatch(r"[1-9][0-9]?", quantity) is None:
        raise ValueError(f"totalQuantity «{quantity[:10]}» – attendu : de 1 à 99")


def check_billing(xml: str) -> None:
    """``<Billing><Address>`` with its mandatory elements. Raises ValueError, in French."""
    address = _parse(xml, "Billing").find("Address")
    if address is None:
        raise ValueError("élément Address absent")
    for name, longest in _ADDRESS_MAX.items():
        text = (address.findtext(name) or "").strip()
        if not 1 <= len(text) <= longest:
            raise ValueError(f"{name} – attendu : de 1 à {longest} caractères")
    if len(address.findtext("Address2") or "") > 50:
        raise ValueError("Address2 – attendu : 50 caractères au plus")
    _check_optional(address, "CountryCodeMobilePhone", r"\+[0-9]{1,3}")
    _check_optional(address, "MobilePhone", r"[0-9]{6,15}")
    if re.fullmatch(r"[0-9]{3}", address.findtext("CountryCode") or "") is None:
        raise ValueError("CountryCode – attendu : le code ISO 3166 numérique, 250 pour la France")


def _check_optional(address: Element, name: str, pattern: str) -> None:
    text = address.findtext(name)
    if text and re.fullmatch(pattern, text) is None:
        raise ValueError(f"{name} «{text[:20]}» n'est pas valable")


def _parse(xml: str, root_name: str) -> Element:
    try:
        root: Element = fromstring(xml.encode())
    except (ParseError, DefusedXmlException) as error:
        raise ValueError("document XML mal formé") from error
    if root.tag != root_name:
        raise ValueError(f"élément racine «{root.tag[:40]}» – attendu : {root_name}")
    return root
