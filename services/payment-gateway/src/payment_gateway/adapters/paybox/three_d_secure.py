"""What 3-D Secure 2 asks about the purchase: PBX_SHOPPINGCART, PBX_BILLING, PBX_SOUHAITAUTHENT."""

from xml.sax.saxutils import escape

from contracts.values import Payer
from payment_gateway.adapters.plain_text import plain

_HEADER = '<?xml version="1.0" encoding="utf-8"?>'
_FRANCE = "250"
_MAX_ARTICLES = 99
_FRICTIONLESS_CENTS = 3000
"""Above 30 € the payer's bank may not be spared the authentication (regulation (EU) 2018/389, article 16)."""


def shopping_cart(article_count: int) -> str:
    """How many things are bought: 1 to 99."""
    quantity = min(max(article_count, 1), _MAX_ARTICLES)
    return f"{_HEADER}<shoppingcart><total><totalQuantity>{quantity}</totalQuantity></total></shoppingcart>"


def billing(payer: Payer) -> str:
    """Name and address of the payer, each within the bank's length."""
    elements = (
        ("FirstName", plain(payer.first_name, 22)),
        ("LastName", plain(payer.last_name, 22)),
        ("Address1", plain(payer.address.line, 50)),
        ("ZipCode", plain(payer.address.postal_code, 16)),
        ("City", plain(payer.address.city, 50)),
        ("CountryCode", _FRANCE),
    )
    address = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in elements)
    return f"{_HEADER}<Billing><Address>{address}</Address></Billing>"


def authentication_wish(amount_cents: int) -> str:
    """04, the authentication is wanted, above 30 €; 01, no preference, up to it."""
    return "04" if amount_cents > _FRICTIONLESS_CENTS else "01"
