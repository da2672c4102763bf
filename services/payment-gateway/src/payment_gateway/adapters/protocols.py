"""The banks' protocols by the name a contract gives."""

from payment_gateway.adapters.paybox import protocol as paybox
from payment_gateway.application.ports import BankProtocol

PROTOCOLS: dict[str, BankProtocol] = {paybox.NAME: paybox.PayboxSystem()}
