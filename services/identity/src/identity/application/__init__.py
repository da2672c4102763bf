"""Use cases of identity, one per file."""
