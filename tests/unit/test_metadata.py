"""Front matter of YAML and TOML, and which of its dates is that of publication."""

import pytest

from rag.documents.common.metadata import front_matter, stated_date


def test_toml() -> None:
    text = '+++\ntitle = "Mill"\ndate = 2026-02-03T10:00:00Z\nauthors = ["Ann Lee", "Bo"]\n[extra]\nx = 1\n+++\nBody.'
    meta, body = front_matter(text)
    assert (meta["title"], meta["author"], meta["published"]) == ("Mill", "Ann Lee, Bo", "2026-02-03")
    assert text[body:] == "Body."


@pytest.mark.parametrize("text", ["+++\nnot toml\n+++\nBody.", "+++\na = 1", "---\na: 1\n+++\nBody.", "+++ \n\nBody."])
def test_what_only_looks_like_front_matter(text: str) -> None:
    assert front_matter(text) == ({}, 0)


def test_windows_line_ends() -> None:
    text = '+++\r\ntitle = "Mill"\r\ndate = 2026-02-03\r\n+++\r\nBody.'
    meta, body = front_matter(text)
    assert (meta["published"], text[body:]) == ("2026-02-03", "Body.")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("date: 2026/02/03", "2026-02-03"),
        ("date: Tue, 03 Feb 2026 10:00:00 +0000", "2026-02-03"),
        ("Date: 2026-02-03 10:00", "2026-02-03"),
        ("pubDate: Tue, 03 Feb 2026 10:00:00 GMT", "2026-02-03"),
        ("lastmod: 2026-02-03", "2026-02-03"),
        ("lastmod: 2026-05-05\ndate: 2026-02-03", "2026-02-03"),
        ("created: 2026-02-03\nupdated: 2026-05-05", "2026-02-03"),
        ("published: true\ndate: 2026-02-03", "2026-02-03"),
        ("date: soon\nlastmod: 2026-02-03", "2026-02-03"),
        ("date: 03/02/2026", None),
        ("date: 03/02/2026\nlang: de", "2026-02-03"),
        ("date: 03/02/2026\nlocale: en_US", "2026-03-02"),
        ("title: x", None),
    ],
)
def test_dates(lines: str, found: str | None) -> None:
    assert front_matter(f"---\n{lines}\n---\nBody.")[0]["published"] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Plan\n\nPublished: 3 May 2024\n\nThe wall stands.", "2024-05-03"),
        ("# Plan\n\n*Posted on Friday, May 3rd, 2024 in News*\n\nThe wall stands.", "2024-05-03"),
        ("Plan\nBy Ann Lee, May 3, 2024\nThe wall stands.", "2024-05-03"),
        ("From: Ann\nTo: Bo\nDate: 3 May 2024\n\nThe wall stands.", "2024-05-03"),
        ("Plan\nLast updated 3 May 2024\nPublished 1 May 2024", "2024-05-01"),
        ("Date: 3 May 2024\nThe fair opens at 9.", None),
        ("For the fiscal year ended\nDecember 31, 2021\nThe wall stands.", None),
        ("By Friday, May 3, 2024, the wall must stand.", None),
        ("By May 3, 2024, the wall must stand.", None),
        ("Published: 2024-05-03; Title: Plan\n\nPublished: 2024-05-04; Title: Wall", None),
        ("\n".join(["A line."] * 20) + "\nPublished 3 May 2024", None),
    ],
)
def test_a_date_that_the_first_lines_state(text: str, found: str | None) -> None:
    assert stated_date(text, "en") == found
