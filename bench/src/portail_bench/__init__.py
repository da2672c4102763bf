"""Measures the whole system on private servers, beside what the same machine can do at most."""
