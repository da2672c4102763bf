"""PayFiP, the treasury's (DGFiP) payment of local revenue: the web service of régies."""

from payment_gateway.adapters.payfip.protocol import PayFiP

PROTOCOL = PayFiP()
