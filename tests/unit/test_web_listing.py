from dataclasses import replace

from rag.indexing.builder import Report
from rag.schema import ALL, Filter, Skipped
from rag.web import listing
from rag.web.library import Job

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
REPORT = Report("0" * 16, False, True, 3, 1, 0, 2, 2, (Skipped("x.pdf", "no text"),))


def test_progress_and_what_came_of_it_are_told() -> None:
    assert listing.progress(Job()) == ""
    assert "Reading files: 12" in listing.progress(Job("read", 12))
    running = listing.progress(Job("encode", 1024, 2048))
    assert "1,024 of 2,048" in running
    assert 'max="2048" value="1024"' in running
    assert "The chat answers from the index as it was." in running
    assert "Documents: 3 (1 added, 0 changed, 2 removed); could not be read: 1." in listing.progress(Job(report=REPORT))
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


def test_how_many_may_answer_stands_at_the_question_box() -> None:
    for chosen, passing, documents, told in (
        (ALL, 71, 71, "All 71 sources"),
        (ALL, 1, 1, "1 source"),
        (ALL, 0, 0, "No sources yet"),
        (Filter(("a", "b", "c")), 3, 3000, "3 of 3,000 sources"),
        (Filter(("a",)), 1, 1, "1 of 1 sources"),
    ):
        html = listing.chip(chosen, passing, documents)
        assert f"<span>{told}</span>" in html
        assert ('data-limited="no"' in html) == (chosen == ALL)
    assert 'title="The chat is limited to 1 of all 2 documents, sources a."' in listing.chip(Filter(("a",)), 1, 2)


def test_text_from_outside_is_escaped() -> None:
    for html in (
        listing.chip(Filter((HOSTILE,)), 1, 2),
        listing.progress(Job(error=HOSTILE, left_out=(HOSTILE,))),
        listing.failed(HOSTILE),
        listing.told(HOSTILE),
    ):
        assert "<img" not in html
        assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;&amp;" in html
