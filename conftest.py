import os

import pytest

pytest_plugins = ["chassis.testing.plugin"]


@pytest.fixture(scope="session")
def postgres_admin_url():
    return os.environ["PORTAIL_TEST_POSTGRES_URL"]


@pytest.fixture(scope="session")
def amqp_url():
    return os.environ["PORTAIL_TEST_AMQP_URL"]
