"""Fixtures for the services' tests: a real database per service, a real broker, a signer of access tokens."""
