"""What a unit test may not ask for: the built index of ``tests/conftest.py``, and whatever stands on it."""

from typing import NoReturn

import pytest


@pytest.fixture(scope="session")
def config() -> NoReturn:
    """End a test that would build an index, with the models that this takes."""
    pytest.fail("a unit test loads no model: move it to tests/integration")
