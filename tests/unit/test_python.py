"""The public API, and the pages that show it."""

import importlib
import re

import pytest

import rag
from tests.conftest import ROOT


def test_every_public_name_is_there_and_told_of() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    assert rag.__all__ == sorted(rag.__all__)
    for name in rag.__all__:
        assert getattr(rag, name)
        assert name == "__version__" or re.search(rf"\b{name}\b", page), f"docs/python.md does not tell of {name}"
    assert callable(rag.build), "no module takes the place of a name"
    assert set(rag.__all__) <= set(dir(rag))
    with pytest.raises(AttributeError, match="'rag' has no attribute 'nothing'"):
        rag.nothing  # noqa: B018
    importlib.import_module("rag.indexing.builder")
    assert callable(rag.build)


PAGES = sorted(path.name for path in (ROOT / "docs").glob("*.md") if ">>> " in path.read_text(encoding="utf-8"))
"""Those with examples that can be run."""


def test_the_pages_for_programmers_have_examples() -> None:
    assert {"integrations.md", "json.md", "python.md", "settings.md"} <= set(PAGES)


@pytest.mark.parametrize("page", sorted(path.name for path in (ROOT / "docs").glob("*.md")))
def test_what_a_page_shows_of_python_is_python(page: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        if ">>> " not in block:
            compile(block, page, "exec")
