"""Modules that a test file names at its head and imports when one of its tests runs.

Each process that runs tests reads all test files first, and torch with transformers takes six seconds.
"""

from importlib import import_module
from typing import Any


class Later:
    """A module that is imported when something public of it is first used; pytest asks all it finds for the rest."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(import_module(self._name), name)
