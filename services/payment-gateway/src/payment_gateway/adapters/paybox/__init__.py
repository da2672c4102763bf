"""Paybox System (Verifone) and Up2pay e-Transactions (Crédit Agricole), which share one protocol."""
