"""HTTP: application factory, problem+json, authentication dependencies, transactions and idempotency keys."""
