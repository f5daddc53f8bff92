from pathlib import Path

import pytest

from rag.documents.plain.rst import rst

PAGE = """.. _weir:

====
Weir
====

:Author: Ann Lee
:Date: 2026-02-03

It is **60 metres** long, see `the site <https://x.org>`_ and :ref:`other <label>`. 10\\ :sup:`6` litres [1]_.

.. toctree::
   :maxdepth: 2

   secret

.. note:: Keep out
   of the water.

.. versionadded:: 2.0
   The gate.

.. some-thing:: of a plug-in
   :option: hidden

   Its content.

* one
* two
  more

.. list-table:: Sales
   :header-rows: 1

   * - Year
     - Sold
   * - 2024
     - 12

term
  Definition.

.. [1] A footnote.

.. a comment

An *unclosed mark.
"""
BLOCKS = [
    "Weir", "Ann Lee", "2026-02-03", "It is 60 metres long, see the site and other. 10⁶ litres.",
    "Keep out of the water.",
    "2.0 The gate.", "of a plug-in", "Its content.", "one", "two more", "Sales", "Year: 2024; Sold: 12", "term",
    "Definition.", "A footnote.", "An *unclosed mark.",
]  # fmt: skip


def test_a_page_is_read_as_it_is_shown() -> None:
    found = rst(PAGE.encode())
    assert found.text.split("\n\n") == BLOCKS
    assert found.meta == {"title": "Weir", "author": "Ann Lee", "published": "2026-02-03"}
    assert not found.unread


@pytest.mark.parametrize(
    "directive", ["include:: {}", "literalinclude:: {}", "raw:: html\n   :file: {}", "csv-table::\n   :file: {}"]
)
def test_no_other_file_is_read(tmp_path: Path, directive: str) -> None:
    (tmp_path / "secret.txt").write_text("the secret words")
    found = rst(f"Text.\n\n.. {directive.format(tmp_path / 'secret.txt')}\n\nMore.".encode())
    assert found.text == "Text.\n\nMore."
    assert found.unread == ["1 place shows another file, or raw HTML or LaTeX, which is not read: put its text there"]


def test_a_page_in_another_encoding() -> None:
    assert rst("Weir\n====\n\nThe café’s fee is £5.".encode("cp1252")).text == "Weir\n\nThe café’s fee is £5."
