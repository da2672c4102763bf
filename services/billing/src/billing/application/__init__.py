"""The use cases of billing: each runs in one transaction, on a store."""
