from hypothesis import example, given
from hypothesis import strategies as st

from rag.documents import split
from rag.schema import Document, Sentence

PIECES = [
    "U.S. President Donald Trump spoke.", "“Sounds good to me!”", "It cost $2.8 billion.", "Dr. Smith left.",
    "Он сказал: «Нет.»", "これは文です。", "هذه جملة.", "# Heading", "- item one", "1. first", "No end", "Same.",
    "Same.",
    "\r\n", "\n\n", "\t", " ", "\u2028", "\u00a0", "😀.", "e\u0301t\u00e9.", "…", "```\ncode\n```", "| a | b |",
    "> quoted",
]  # fmt: skip
pieces = st.sampled_from(PIECES) | st.text(max_size=30)
texts = st.text(max_size=400) | st.lists(pieces, max_size=30).map(" ".join)


def of(text: str, sentences: list[Sentence]) -> list[str]:
    return [text[s.start : s.end] for s in sentences]


@given(texts)
@example("Same. Same. Same.")
@example("One.\r\n\r\nTwo.\r\nThree.")
def test_every_character_of_the_text_is_in_exactly_one_sentence(text: str) -> None:
    found = split.sentences(text)
    done = 0
    for sentence in found:
        assert done <= sentence.start < sentence.end <= len(text)
        assert not text[done : sentence.start].strip()
        quote = text[sentence.start : sentence.end]
        assert quote == quote.strip()
        assert len(quote) <= split.MAX_SENTENCE_CHARS
        done = sentence.end
    assert not text[done:].strip(), "the last sentence reaches the end"


@given(texts, st.integers(min_value=1, max_value=500))
def test_passages_are_runs_of_whole_sentences(text: str, size: int) -> None:
    document = Document("a.txt", text, "title")
    passages = split.passages(document, size)
    assert [s for p in passages for s in p.sentences] == split.sentences(text)
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert len(passage.text) <= size or len(passage.sentences) == 1
        assert [passage.quote(s) for s in passage.sentences] == of(text, list(passage.sentences))


def test_repeated_sentences_get_their_own_positions() -> None:
    text = "He said no. It rained. He said no. It rained."
    assert [(s.start, s.end) for s in split.sentences(text)] == [(0, 11), (12, 22), (23, 34), (35, 45)]


def test_abbreviations_and_quotations_do_not_end_a_sentence() -> None:
    text = "The U.S. President replied, “Sounds good to me!” He left. Dr. Lee paid $2.8 million."
    assert of(text, split.sentences(text)) == [
        "The U.S. President replied, “Sounds good to me!”",
        "He left.",
        "Dr. Lee paid $2.8 million.",
    ]


def test_initials_end_a_sentence_before_a_subject_with_its_verb() -> None:
    text = "It moved to the U.S. Mexico has oil. The U.S. President is here. The U.S. Army has left."
    assert of(text, split.sentences(text)) == [
        "It moved to the U.S.",
        "Mexico has oil.",
        "The U.S. President is here.",
        "The U.S. Army has left.",
    ]


def test_a_quotation_of_several_sentences_stays_whole() -> None:
    text = "He wrote: “Cuba lived on OIL. BUT NOT ANYMORE! ZERO!” Then he left."
    assert of(text, split.sentences(text)) == ["He wrote: “Cuba lived on OIL. BUT NOT ANYMORE! ZERO!”", "Then he left."]


def test_lines_that_are_blocks_of_their_own_end_a_sentence() -> None:
    text = "# Title\nfirst line\nsame paragraph.\n- item one\n- item two\r\n\r\nlast"
    assert of(text, split.sentences(text)) == [
        "# Title", "first line\nsame paragraph.", "- item one", "- item two", "last",
    ]  # fmt: skip


def test_an_endless_line_is_cut_between_words() -> None:
    text = "word " * 1000
    found = split.sentences(text)
    assert max(s.end - s.start for s in found) <= split.MAX_SENTENCE_CHARS
    assert all(of(text, [s])[0].startswith("word") and of(text, [s])[0].endswith("word") for s in found)


def test_a_long_block_is_cut_where_its_sentences_end() -> None:
    text = " ".join(f"On day {n} the delegation met Mr. Anders Berg of the U.S. embassy." for n in range(400))
    assert {of(text, [s])[0].split(" ", 3)[3] for s in split.sentences(text)} == {
        "the delegation met Mr. Anders Berg of the U.S. embassy."
    }


def test_front_matter_is_not_split() -> None:
    text = "---\ntitle: T\n---\nBody."
    assert of(text, split.sentences(text, 17)) == ["Body."]


def test_the_article(article: str) -> None:
    found = of(article, split.sentences(article))
    assert len(found) == 32
    assert found[0].startswith("Havana, January 12, 2026 — Cuban President")
    assert found[-1].endswith("external pressures.")
    assert sum("“Sounds good to me!”" in sentence for sentence in found) == 1
