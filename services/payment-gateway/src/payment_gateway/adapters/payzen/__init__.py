"""PayZen, SystemPay, Scellius and Sogecommerce (Lyra): one protocol, each with its own host."""

from payment_gateway.adapters.payzen.protocol import PayZen

PROTOCOL = PayZen()
