from dataclasses import replace

from rag.documents.load import Skipped
from rag.indexing.builder import Report
from rag.schema import ALL, Filter
from rag.web import listing
from rag.web.library import Entry, Job

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
REPORT = Report("0" * 16, False, True, 3, 1, 0, 2, 2, (Skipped("x.pdf", "no text"),))
ENTRIES = [
    Entry("bad.pdf", "skipped", reason="encrypted: save it without a password"),
    Entry("new.txt", "new"),
    Entry("a.md", "indexed", "Rain in Lutra", "The Verge", "2026-01-12", 1200),
    Entry("line-1", "indexed", "A line", passages=3, file=False),
]


def test_each_source_has_a_row_and_each_file_a_button() -> None:
    html = listing.table(ENTRIES)
    assert html.count("<tr data-state=") == 4
    assert html.count('class="ql-remove"') == 3
    assert "Documents: 2, passages: 1,203." in html
    assert "Quarantined" in html
    assert "encrypted: save it without a password" in html
    assert 'aria-label="Remove a.md"' in html


def test_a_search_looks_in_every_column() -> None:
    for wanted, rows in {"VERGE lutra": 1, "2026-01": 1, "quarantined": 1, "a.md": 1, "": 4, "nowhere": 0}.items():
        html = listing.table(ENTRIES, wanted)
        assert html.count("<tr data-state=") == rows, wanted
        assert ("No source is like that." in html) == (rows == 0)


def test_a_long_list_is_cut_and_says_so() -> None:
    html = listing.table([Entry(f"{n}.txt", "indexed", "T", passages=1) for n in range(1500)])
    assert html.count("<tr data-state=") == listing.MOST_ROWS
    assert "Documents: 1,500, passages: 1,500. 200 of 1,500 rows are shown" in html


def test_progress_and_what_came_of_it_are_told() -> None:
    assert listing.progress(Job()) == ""
    assert "Reading files: 12" in listing.progress(Job("read", 12))
    running = listing.progress(Job("encode", 1024, 2048))
    assert "1,024 of 2,048" in running
    assert 'max="2048" value="1024"' in running
    assert "The chat answers from the index as it was." in running
    assert "Documents: 3 (1 added, 0 changed, 2 removed); quarantined: 1." in listing.progress(Job(report=REPORT))
    assert "up to date. Documents: 3." in listing.progress(Job(report=replace(REPORT, current=True)))
    failed = listing.progress(Job(error="disk full", left_out=("a: empty",)))
    assert 'role="alert">The index is as it was: disk full' in failed
    assert "<li>a: empty</li>" in failed


def test_a_limit_is_told_in_words() -> None:
    assert listing.limited(ALL, 3, 3) == "The chat answers from all sources."
    chosen = Filter(("a", "b", "c", "d"), "2026-01-01", "2026-02-01")
    assert listing.limited(chosen, 2, 9) == (
        "The chat is limited to 2 of all 9 documents, sources a, b, c, …, published on 2026-01-01 or later, "
        "published on 2026-02-01 or earlier."
    )


def test_text_from_outside_is_escaped() -> None:
    hostile = Entry(HOSTILE, "skipped", HOSTILE, HOSTILE, HOSTILE, 1, HOSTILE)
    for html in (
        listing.table([hostile]),
        listing.progress(Job(error=HOSTILE, left_out=(HOSTILE,))),
        listing.failed(HOSTILE),
        listing.told(HOSTILE),
    ):
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;&amp;" in html
