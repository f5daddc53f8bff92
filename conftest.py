"""Of a module without an example no doctests are collected: to look for them is to import all that the module needs."""

from collections.abc import Generator
from pathlib import Path

import pytest

Collectors = list[pytest.Collector]


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path) -> Generator[None, Collectors, Collectors]:
    """Leave out what looks for doctests in a module that has none."""
    found = yield
    tests = [one for one in found if type(one) is pytest.Module]
    return tests if len(tests) < len(found) and b">>> " not in file_path.read_bytes() else found
