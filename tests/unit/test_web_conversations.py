import json
import sqlite3
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import ConversationError
from rag.evaluation import gold
from rag.evaluation.check import check
from rag.schema import Answer, Citation, Claim, Document
from rag.web.conversations import Conversations, Rating
from rag.web.ratings import candidates

TEXT = "The raid was short. In it 32 men died. Ana Gómez left in May."
DOCUMENT = Document("a.txt", TEXT, "A raid")


def answered(question: str, quote: str, short: str | None = None) -> Answer:
    start = TEXT.index(quote)
    citation = Citation(1, "a.txt", "A raid", "2026-01-12", start, start + len(quote), quote, 0.9)
    claims = (Claim(quote, "supported", (1,)),)
    return Answer(question, question, "answered", None, 0.9, claims, (citation,), short_answer=short)


RAID = answered("How many died?", "In it 32 men died.", "32")
ANA = answered("And who left?", "Ana Gómez left in May.", "Ana Gómez")
REFUSED = Answer("What is the capital?", "What is the capital?", "refused", "nothing_found", 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite"


@pytest.fixture
def kept(path: Path) -> Conversations:
    return Conversations(path)


def test_a_conversation_is_there_after_a_restart(kept: Conversations, path: Path) -> None:
    identity = kept.new("ana", "  A  raid\n")
    for answer in (RAID, ANA, REFUSED):
        kept.append("ana", identity, answer)
    again = Conversations(path)
    assert again.answers("ana", identity) == [RAID, ANA, REFUSED]
    (summary,) = again.list("ana")
    assert (summary.id, summary.title, summary.questions, summary.shared) == (identity, "A raid", 3, False)
    assert summary == again.get("ana", identity)
    assert summary.created < summary.updated


def test_the_file_is_its_owners_alone(kept: Conversations, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


CALLS: list[Callable[[Conversations, str, str], object]] = [
    lambda kept, owner, identity: kept.get(owner, identity),
    lambda kept, owner, identity: kept.answers(owner, identity),
    lambda kept, owner, identity: kept.ratings(owner, identity),
    lambda kept, owner, identity: kept.documents(owner, identity),
    lambda kept, owner, identity: kept.document(owner, identity, "a.txt"),
    lambda kept, owner, identity: kept.append(owner, identity, ANA),
    lambda kept, owner, identity: kept.cut(owner, identity, 0),
    lambda kept, owner, identity: kept.rate(owner, identity, 0, True, "good"),
    lambda kept, owner, identity: kept.rename(owner, identity, "mine"),
    lambda kept, owner, identity: kept.delete(owner, identity),
]


@pytest.mark.parametrize("call", CALLS)
def test_another_owners_conversation_is_not_there(
    kept: Conversations, call: Callable[[Conversations, str, str], object]
) -> None:
    identity = kept.new("ana", "A raid")
    kept.append("ana", identity, RAID)
    before = kept.list("ana")
    with pytest.raises(LookupError):
        call(kept, "ben", identity)
    with pytest.raises(LookupError):
        call(kept, "ana", "no-such-id")
    assert kept.list("ana") == before
    assert kept.answers("ana", identity) == [RAID]
    assert kept.ratings("ana", identity) == {}
    assert kept.list("ben") == kept.list("ben", "raid") == candidates(kept, "ben") == []


def test_the_newest_comes_first(kept: Conversations) -> None:
    first, second = kept.new("ana", "one"), kept.new("ana", "two")
    assert [item.id for item in kept.list("ana")] == [second, first]
    kept.append("ana", first, RAID)
    assert [item.id for item in kept.list("ana")] == [first, second]
    kept.rename("ana", second, "two again")
    assert [item.title for item in kept.list("ana")] == ["one", "two again"], "a name is not news"


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", True), ("died", True), ("MEN", True), ("gomez", True), ("góm", True), ("32 die", True), ("title", True),
        ("many Ana", False), ("capital", False), ("ied", False), ('"', False), ("died OR capital", False), ("?", False),
        ("question:died", False), ("*", False), ("NEAR(", False), ("\ud800", False), ("\0", True),
    ],
)  # fmt: skip
def test_words_are_found_in_questions_answers_and_titles(kept: Conversations, search: str, found: bool) -> None:
    identity = kept.new("ana", "Title of it")
    kept.append("ana", identity, RAID)
    kept.append("ana", identity, ANA)
    assert [item.id for item in kept.list("ana", search)] == ([identity] if found else [])


def test_what_is_cut_or_deleted_is_gone_from_everywhere(kept: Conversations, path: Path) -> None:
    identity = kept.new("ana", "x")
    for answer in (RAID, ANA, REFUSED):
        kept.append("ana", identity, answer)
    kept.rate("ana", identity, 1, True, "")
    kept.cut("ana", identity, 1)
    assert kept.answers("ana", identity) == [RAID]
    assert kept.list("ana", "gomez") == []
    kept.append("ana", identity, ANA)
    assert kept.answers("ana", identity) == [RAID, ANA]
    assert kept.ratings("ana", identity) == {}, "another answer stands there now"
    kept.delete("ana", identity)
    assert kept.list("ana") == []
    database = sqlite3.connect(path)
    for table in ("conversation", "turn", "document", "said"):
        assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    database.close()


def test_ratings_are_kept_by_place(kept: Conversations) -> None:
    identity = kept.new("ana", "x")
    kept.append("ana", identity, RAID)
    kept.append("ana", identity, ANA)
    kept.rate("ana", identity, 1, False, "not May")
    assert kept.ratings("ana", identity) == {1: Rating(False, "not May")}
    kept.rate("ana", identity, 1, None, "")
    assert kept.ratings("ana", identity) == {}
    with pytest.raises(LookupError):
        kept.rate("ana", identity, 2, True, "")


def test_rated_answers_are_gold_that_rag_eval_takes(kept: Conversations, tmp_path: Path) -> None:
    identity = kept.new("ana", "x")
    for answer in (RAID, ANA, REFUSED, REFUSED, RAID):
        kept.append("ana", identity, answer)
    for place, liked in enumerate((True, False, True, False, None)):
        kept.rate("ana", identity, place, liked, f"comment {place}")
    drafts = candidates(kept, "ana")
    file = tmp_path / "gold.jsonl"
    file.write_text("".join(json.dumps(draft) + "\n" for draft in drafts), encoding="utf-8")
    questions = gold.load(file)
    problems = check(questions, {"a.txt": DOCUMENT}.get)
    assert [problem for problem in problems if problem.level == "error"] == []
    right, wrong, none, unknown = questions
    assert (right.answerable, right.answers, right.evidence[0][0].quote) == (True, (("32",),), "In it 32 men died.")
    assert (wrong.answers, wrong.evidence, wrong.must_not_contain) == ((), (), ("Ana Gómez",))
    assert [turn.question for turn in wrong.history] == ["How many died?"]
    assert (none.answerable, unknown.answerable) == (False, True)
    assert not any(question.reviewed for question in questions)
    assert [draft["comment"] for draft in drafts] == [f"comment {place}" for place in range(4)]


def test_a_shared_conversation_is_kept_with_its_documents_and_only_read(kept: Conversations) -> None:
    identity = kept.keep_shared("ana", "A raid", [RAID, ANA], [DOCUMENT])
    assert kept.get("ana", identity).shared
    assert kept.answers("ana", identity) == [RAID, ANA]
    assert kept.documents("ana", identity) == {"a.txt": DOCUMENT}
    assert kept.document("ana", identity, "a.txt") == DOCUMENT
    assert kept.document("ana", identity, "b.txt") is None
    assert [item.id for item in kept.list("ana", "gomez")] == [identity]
    for call in CALLS[5:8]:
        with pytest.raises(ConversationError, match="can only be read"):
            call(kept, "ana", identity)
    kept.rename("ana", identity, "Ana's")
    kept.delete("ana", identity)
    assert kept.list("ana") == []


def test_texts_are_bounded_and_can_always_be_written(kept: Conversations) -> None:
    identity = kept.new("ana", "x" * 1000 + "\ud800")
    kept.append("ana", identity, RAID)
    kept.rate("ana", identity, 0, None, "\ud800" * 5000)
    assert len(kept.get("ana", identity).title) == 120
    assert kept.ratings("ana", identity)[0].comment == "?" * 2000
    kept.rename("ana", identity, " \n ")
    assert len(kept.get("ana", identity).title) == 120, "a blank name is none"


def test_many_threads_write_at_once(kept: Conversations) -> None:
    identity = kept.new("ana", "x")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: kept.append("ana", identity, replace(RAID, question=f"q{n}")), range(40)))
    assert sorted(answer.question for answer in kept.answers("ana", identity)) == sorted(f"q{n}" for n in range(40))


def test_a_damaged_file_is_an_error_that_changes_nothing(kept: Conversations, path: Path) -> None:
    identity = kept.new("ana", "x")
    for _ in range(50):
        kept.append("ana", identity, RAID)
    whole = path.read_bytes()
    for damaged in (b"not a database at all" * 100, whole[: len(whole) // 2], whole[:4096] + bytes(len(whole) - 4096)):
        path.write_bytes(damaged)
        with pytest.raises(ConversationError, match=r"conversations\.sqlite is damaged .*move it away .*recover"):
            Conversations(path)
        assert path.read_bytes() == damaged


def test_a_file_of_a_later_version_is_not_touched(kept: Conversations, path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(ConversationError, match="later version"):
        Conversations(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConversationError, match="file/conversations.sqlite cannot be written"):
        Conversations(tmp_path / "file" / "conversations.sqlite")
