"""A pytest plugin, loaded first (`-p tests.servers`): a real PostgreSQL and a real Valkey for the run.

Django's settings read the addresses from the environment as soon as pytest-django loads them, so the servers have to
run before that. DATABASE_URL and REDIS_URL of the shell are not used: tests empty what they are given. To test against
servers of your own, set TEST_DATABASE_URL and TEST_REDIS_URL, both.
"""

import os
from collections.abc import Generator

import pytest

from embedded.errors import CannotRun
from embedded.testing import servers

OWN = {"DATABASE_URL": "TEST_DATABASE_URL", "REDIS_URL": "TEST_REDIS_URL"}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    given = {name: os.environ[own] for name, own in OWN.items() if os.environ.get(own)}
    if len(given) == 1:
        raise pytest.UsageError(f"Set both of {' and '.join(OWN.values())}, or neither.")
    if not given:
        running = servers()
        try:
            given = running.__enter__()
        except CannotRun as error:
            raise pytest.UsageError(str(error)) from error
        early_config.add_cleanup(lambda: running.__exit__(None, None, None))
    os.environ.update(given)
    # Answers close with their last label, unless a test says otherwise.
    os.environ["SETTLING_MINUTES"] = "0"
    return (yield)
