"""Use cases of communication: one per file, one transaction each."""
