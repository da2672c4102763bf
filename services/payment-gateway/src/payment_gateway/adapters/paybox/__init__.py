"""Paybox System (Verifone) and Up2pay e-Transactions (Crédit Agricole), which share one protocol."""

from payment_gateway.adapters.paybox.protocol import PayboxSystem

PROTOCOL = PayboxSystem()
