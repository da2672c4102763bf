"""The bank's side of Paybox System / Up2pay e-Transactions."""
