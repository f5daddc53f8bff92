"""The report of one evaluation run, or of two side by side, as one HTML page that asks nothing of the network."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

TEMPLATE = (files("rag.evaluation") / "report.html").read_text(encoding="utf-8")
(_SCRIPT,) = re.findall(r"<script>(.*?)</script>", TEMPLATE, re.DOTALL)
SCRIPT_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()}'"
"""The page's one script, as a Content-Security-Policy names it."""
PLACE = "__DATA__"
ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"})
"""Inside a script element, "</script>" and "<!--" mean something even within a JSON string."""


def page(runs: Sequence[Mapping[str, Any]], changes: Mapping[str, Any] | None = None) -> str:
    """Return the report as one page that opens from a file.

    Args:
        runs: one run, or two to compare; each has a ``name``, a ``summary`` and its ``results``.
        changes: what differs between two runs: ``figures``, ``flips``, ``only_a`` and ``only_b``.

    Raises:
        ValueError: there are no runs or more than two, or a number among them is not finite.
    """
    if len(runs) not in (1, 2):
        raise ValueError(f"a report shows one run or compares two, not {len(runs)}")
    # ASCII alone, which json.dumps makes: a lone surrogate in a source can then be written to a file too
    shown = {"runs": [dict(run) for run in runs], "changes": None if changes is None else dict(changes)}
    data = json.dumps(shown, allow_nan=False, separators=(",", ":"))
    return TEMPLATE.replace(PLACE, data.translate(ESCAPES), 1)
