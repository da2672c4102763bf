"""What is owed, in pure code: periods and numbers, allocation of payments, words and figures of an invoice."""
