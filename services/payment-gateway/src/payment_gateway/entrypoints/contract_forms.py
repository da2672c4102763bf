"""What a page needs to ask for a contract of any protocol, told by the protocol's own terms."""

from typing import Any

from payment_gateway.application.bank_port import ContractTerms
from payment_gateway.entrypoints.schemas import ContractField, ProtocolForm

_COMMON = frozenset({"protocol", "mode"})
_LONG = 500
"""A text that may be longer is written in an area."""


def form_of(name: str, terms: type[ContractTerms], address: str) -> ProtocolForm:
    """The fields of a protocol's contract, in order, its protocol and mode apart.

    ``address`` is where the bank writes about a whole shop.
    """
    schema = terms.model_json_schema()
    required = {*schema["required"], *terms.required_secrets}
    fields = [
        _field(field, description, is_required=field in required)
        for field, description in schema["properties"].items()
        if field not in _COMMON
    ]
    at_the_bank = [sentence.format(address=address) for sentence in terms.at_the_bank]
    return ProtocolForm(protocol=name, title=terms.title, fields=fields, at_the_bank=at_the_bank)


def _field(name: str, description: dict[str, Any], *, is_required: bool) -> ContractField:
    whole = {**next((kind for kind in description.get("anyOf", []) if kind["type"] != "null"), {}), **description}
    longest = whole.get("maxLength", 200)
    if whole.get("writeOnly"):
        kind = "secret"
    elif whole["type"] == "boolean":
        kind = "tick"
    else:
        kind = "long_text" if longest > _LONG else "text"
    return ContractField(
        name=name,
        label=whole["title"],
        hint=whole.get("description", ""),
        kind=kind,
        required=is_required and kind != "tick",
        default=whole.get("default"),
        longest=longest,
    )
