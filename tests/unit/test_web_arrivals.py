from dataclasses import replace

from rag.schema import Document, Skipped
from rag.web import arrivals as module
from rag.web.arrivals import Arrival, Arrivals

READ = Document("uploads/a.md", "The otters of Lutra eat 900 fish a day.", "Otters")
BROKEN = Skipped("uploads/b.pdf", "a PDF that cannot be read", "save it anew")


def test_a_page_is_told_what_changed_since_it_asked_last() -> None:
    arrivals = Arrivals()
    for name in ("uploads/a.md", "uploads/b.pdf"):
        arrivals.note(name, "received")
    first = arrivals.since(0, 0)
    assert first.arrivals == (Arrival("uploads/a.md", "received"), Arrival("uploads/b.pdf", "received"))
    arrivals.heard("uploads/a.md", [READ], everything=False)
    arrivals.heard("uploads/b.pdf", [BROKEN], everything=False)
    arrivals.heard("elsewhere.txt", [READ], everything=False)
    second = arrivals.since(first.batch, first.revision)
    assert second.arrivals == (
        Arrival("uploads/a.md", "read"),
        Arrival("uploads/b.pdf", "failed", "a PDF that cannot be read: save it anew"),
    )
    arrivals.indexed([BROKEN])
    third = arrivals.since(second.batch, second.revision)
    assert third.arrivals == (Arrival("uploads/a.md", "indexed"),)
    assert third.counts == {"indexed": 1, "failed": 1}
    assert arrivals.since(third.batch, third.revision).arrivals == ()


def test_what_was_read_in_part_says_what_was_not() -> None:
    arrivals = Arrivals()
    arrivals.heard("a.pdf", [replace(READ, unread=("page 2 has no text",))], everything=True)
    arrivals.heard("c.jsonl", [READ, Skipped("c.jsonl:2", "not JSON", "mend this line")], everything=True)
    arrivals.indexed([])
    assert arrivals.since(0, 0).arrivals == (
        Arrival("a.pdf", "indexed", "page 2 has no text"),
        Arrival("c.jsonl", "indexed", "not JSON: mend this line"),
    )


def test_what_was_read_and_then_skipped_could_not_be_read() -> None:
    arrivals = Arrivals()
    arrivals.heard("a.md", [READ], everything=True)
    arrivals.indexed([Skipped("a.md", "'a.md' is also a document of b.jsonl", "rename one")])
    assert [each.state for each in arrivals.since(0, 0).arrivals] == ["failed"]


def test_the_first_arrival_after_a_build_begins_a_new_batch() -> None:
    arrivals = Arrivals()
    arrivals.note("a", "received")
    before = arrivals.since(0, 0)
    arrivals.end()
    assert arrivals.since(before.batch, before.revision).batch == before.batch, "what was added stays in view"
    arrivals.note("b", "received")
    arrivals.note("c", "received")
    after = arrivals.since(before.batch, before.revision)
    assert after.batch != before.batch
    assert [each.name for each in after.arrivals] == ["b", "c"]


def test_many_are_told_of_in_pieces() -> None:
    arrivals = Arrivals()
    names = [f"{n}.txt" for n in range(2 * module.MOST_TOLD + 1)]
    for name in names:
        arrivals.note(name, "received")
    told, revision, more = [], 0, True
    while more:
        news = arrivals.since(1, revision)
        assert len(news.arrivals) <= module.MOST_TOLD
        told += [each.name for each in news.arrivals]
        revision, more = news.revision, news.more
    assert told == names
