"""A signature at the end of a message, with the faults a test asks for."""

from urllib.parse import quote

from bank_simulator.behaviour import Behaviour


def with_signature(message: str, name: str, signature: str | None, behaviour: Behaviour) -> str:
    """The url-encoded message with its signature (None: this message has none) and what a test adds after it."""
    if signature is not None and not behaviour.unsigned:
        if behaviour.corrupt_signature:
            signature = ("b" if signature.startswith("a") else "a") + signature[1:]
        encoded = quote(signature, safe="")
        message = f"{message}&{name}={quote(encoded, safe='') if behaviour.double_encode_signature else encoded}"
    return f"{message}&{behaviour.append}" if behaviour.append else message
