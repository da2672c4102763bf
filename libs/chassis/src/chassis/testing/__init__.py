"""Fixtures for the services' tests: a real database per service, a real broker, a signer of access tokens."""

import pytest

pytest.register_assert_rewrite("chassis.testing.contract", "chassis.testing.histories")
