import dataclasses
import shutil
from pathlib import Path

import pytest

from rag.claims.checks import leaves_out
from rag.documents.split import passages
from rag.engine import Engine
from rag.reading.network import CONTEXT_TOKENS, WEIGHTS, WINDOW_TOKENS, Network, packaged
from rag.reading.reader import CONFIDENCE_FEATURES, FIRST_FEATURES, RANK_FEATURES, TrainedReader, calibration
from rag.schema import Document, Hit

SOURCE = "000_5e8d803c2965fb30.txt"
"""One of the index: a reader looks up how a passage's document is headed."""


@pytest.fixture(scope="module")
def reader(engine: Engine) -> TrainedReader:
    assert isinstance(engine.reader, TrainedReader)
    return engine.reader


def test_every_sentence_of_the_hits_is_measured(engine: Engine, reader: TrainedReader) -> None:
    question = "How many barrels of oil were promised on January 6?"
    hits = engine.search(question).hits
    candidates = reader.candidates(question, hits)
    wanted = [(hit.passage.source, sentence) for hit in hits for sentence in hit.passage.sentences]
    assert [(c.passage.source, c.sentence) for c in candidates] == wanted
    assert all(candidate.features.keys() == {*RANK_FEATURES, *CONFIDENCE_FEATURES} for candidate in candidates)
    (deal,) = (c for c in candidates if "30 to 50 million" in c.passage.quote(c.sentence))
    assert all(0 <= c.features["around"] <= 1 for c in candidates)
    assert deal.features["around"] > 0.6, "all but 'promised'"
    near = {c.passage.start: c.features["cosine"] for c in candidates}
    assert near == {hit.passage.start: hit.cosine for hit in hits}
    assert 0.4 < max(near.values()) < 1
    assert deal.features["sentence"] == max(c.features["sentence"] for c in candidates)
    assert "million" in deal.short_answer
    assert all(c.short_answer in c.passage.quote(c.sentence) for c in candidates)


def test_the_calibration_names_the_features() -> None:
    fitted = calibration(WEIGHTS)
    assert fitted["rank"]["weights"].keys() == set(RANK_FEATURES)
    assert fitted["confidence"]["weights"].keys() == set(CONFIDENCE_FEATURES)
    assert 0 < fitted["threshold"] < 1


def test_evidence_is_in_order_and_without_repeats(engine: Engine, reader: TrainedReader) -> None:
    question = "Who was captured in the military operation?"
    reading = reader.read(question, engine.search(question).hits)
    scores = [item.score for item in reading.evidence]
    assert scores == sorted(scores, reverse=True)
    assert "captured Venezuelan President Nicolás Maduro" in reading.evidence[0].quote
    assert 0 < reading.confidence < 1


def test_the_same_words_are_quoted_once(engine: Engine, reader: TrainedReader) -> None:
    question = "Who was captured in the military operation?"
    hits = engine.search(question).hits
    copies = [dataclasses.replace(h, passage=dataclasses.replace(h.passage, source=h.passage.source)) for h in hits]
    once = reader.read(question, hits).evidence
    twice = reader.read(question, [*hits, *copies]).evidence
    assert [item.quote for item in twice] == [item.quote for item in once]


@pytest.mark.parametrize(
    ("question", "claim", "left_out"),
    [
        ("Who designed the lighthouse?", "The lighthouse of Porto cost $3 million.", True),
        ("What did the lighthouse cost?", "The lighthouse of Porto was designed by Ana Silva.", True),
        ("Who designed the lighthouse?", "The lighthouse was designed by Ana Silva.", False),
        ("What did the lighthouse cost?", "It cost three million dollars.", False),
    ],
)
def test_its_short_answer_tells_what_a_claim_must_have(
    reader: TrainedReader, question: str, claim: str, *, left_out: bool
) -> None:
    text = "The lighthouse of Porto, which cost $3 million, was designed by Ana Silva."
    (passage,) = passages(Document(SOURCE, text, "Porto"), 1000)
    (own,) = reader.read(question, [Hit(passage, 1.0, {"dense": 1}, 0.5)]).evidence
    assert leaves_out(claim, own.short_answer) is left_out


def test_no_hits_no_confidence(reader: TrainedReader) -> None:
    reading = reader.read("Anything?", [])
    assert (reading.evidence, reading.confidence) == ((), 0.0)


def test_a_question_of_stop_words_alone_is_read(engine: Engine, reader: TrainedReader) -> None:
    assert 0 <= reader.read("who is he", engine.search("oil").hits).confidence < 0.5


def test_a_passage_longer_than_a_window_is_read_to_its_end(engine: Engine, reader: TrainedReader) -> None:
    filler = "It rained on the old harbour again and the boats stayed where they were. "
    text = filler * (3 * CONTEXT_TOKENS // 15) + "Ana Silva designed the lighthouse. " + filler * 3
    (passage,) = passages(Document(SOURCE, text, "Title " * 200), 100_000)
    hit = Hit(passage, 1.0, {"dense": 1}, 0.5)
    windows, places = reader._windows("Who designed the lighthouse?", [hit], [passage.title])
    assert len(windows) > len(text) / 5 / WINDOW_TOKENS > 2
    assert [number for _, rows in places for number in rows] == list(range(len(passage.sentences)))
    assert all(len(window.title) == 150 for window in windows)
    untitled, _ = reader._windows("Who designed the lighthouse?", [hit], [""])
    assert all(window.title == "" for window in untitled), "a title that the file does not give is not read"
    for window in windows:
        assert all(window.text[slice(*span)] in text for span in window.sentences)
    best = reader.read("Who designed the lighthouse?", [hit]).evidence[0]
    assert (best.quote, best.short_answer) == ("Ana Silva designed the lighthouse.", "Ana Silva")


def test_the_identity_is_of_weights_and_numbers(engine: Engine, reader: TrainedReader, tmp_path: Path) -> None:
    before = reader.identity
    assert before.startswith("sha256:")
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    own = TrainedReader(engine.index, Network(tmp_path / "weights", threads=1))
    assert own.identity == before
    with (tmp_path / "weights" / "calibration.json").open("a") as file:
        file.write(" ")
    assert own.identity != before


def test_a_first_reader_chooses_what_is_worth_reading(engine: Engine, reader: TrainedReader) -> None:
    question = "Who was captured in the military operation?"
    hits = engine.search(question).hits
    second = TrainedReader(engine.index, packaged(2), first=reader, most=3)
    wanted = []  # passages in the order of their best sentence
    for item in reader.read(question, hits).evidence:
        place = (item.passage.source, item.passage.start)
        wanted += [place] if place not in wanted else []
    read = {(c.passage.source, c.passage.start) for c in second.candidates(question, hits)}
    assert read == set(wanted[:3])
    few, alone = second.candidates(question, hits[:3]), reader.candidates(question, hits[:3])
    assert [one.sentence for one in few] == [one.sentence for one in alone], "as many as it may read are all read"
    for both, own in zip(few, alone, strict=True):
        first = {f"first_{name}": own.features[name] for name in FIRST_FEATURES}
        assert both.features == own.features | first, "what the first said of a sentence stays with it"
    assert second.read(question, hits).evidence[0].quote == reader.read(question, hits).evidence[0].quote
    assert second.identity != reader.identity
