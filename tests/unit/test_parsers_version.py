"""What parsers make of the same bytes changes only with their version, so that nothing stale is kept in silence."""

import hashlib
import json

from rag.documents.parse import PARSERS_VERSION, parse

HTML = b"""<!doctype html><html lang=en><title>Tides</title><body><nav>Home | News</nav><article><h1>Tides</h1>
<p>The tide rose by 3.2&nbsp;m on Monday, the harbour office said. <b>Nobody</b> was hurt.</p>
<table><tr><th>Port<th>Height<tr><td>Arle<td>3.2 m<tr><td>Brock<td>2.9 m</table>
<p>It was the highest since 10<sup>3</sup> days, according to Ann Brock, who keeps the record for the port.</p>
</article></body></html>"""
FILES = {
    ".html": HTML,
    ".rst": b"Tides\n=====\n\nThe tide *rose* by 3.2 m.\n\n* Arle\n* Brock\n",
    ".csv": b"Port;Height\nArle;3,2\nBrock;2,9\n",
    ".json": b'[{"title": "Tides", "text": "The tide rose.", "height": 3.2}]',
    ".srt": b"1\n00:00:01,000 --> 00:00:02,000\nThe tide\n\n2\n00:00:02,000 --> 00:00:03,000\nrose by 3.2 m.\n",
    ".eml": b"From: Ann <a@b.org>\nSubject: Tides\nDate: Mon, 3 Feb 2025 10:00:00 +0000\n\nThe tide rose.\n\n> No?\n",
    ".rtf": rb"{\rtf1\ansi The tide {\b rose} by 3.2\~m.\par It fell again.\par}",
}
MADE = (3, "67da8437d65c155c")
"""The version, and the sum of what it makes of these files: whoever changes the second raises the first."""


def test_another_text_of_the_same_file_is_another_version() -> None:
    made = {}
    for suffix, data in FILES.items():
        found = parse(suffix, data, unpacked_mb=10)
        made[suffix] = [found.text, found.meta, found.notes, found.times]
    sums = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
    assert (PARSERS_VERSION, sums) == MADE
