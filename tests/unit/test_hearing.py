"""A transcript of a server becomes cues: whole words, each with its time."""

import json

import pytest

from rag.documents.plain.subtitles import paragraphs
from rag.llm.hearing import MOST_LINE, cues


def told(*segments: tuple[float, float, str]) -> str:
    return json.dumps({"segments": [{"start": start, "end": end, "text": text} for start, end, text in segments]})


@pytest.mark.parametrize(
    ("segments", "wanted"),
    [
        pytest.param(
            [(0, 2, " Good evening."), (2, 4, " The dam  holds\n40 million")],
            [(0, 2, "Good evening."), (2, 4, "The dam holds 40 million")],
            id="as OpenAI and faster-whisper begin each",
        ),
        pytest.param(
            [(0, 2, "Good evening."), (2, 4, "The dam holds.")],
            [(0, 2, "Good evening."), (2, 4, "The dam holds.")],
            id="without the space",
        ),
        pytest.param(
            [
                (0, 2, " The rents rose by 1"),
                (2, 3, "2"),
                (3, 5, " per cent in Ar"),
                (5, 6, "le."),
                (6, 8, " So he said."),
            ],
            [(0, 3, "The rents rose by 12"), (3, 6, "per cent in Arle."), (6, 8, "So he said.")],
            id="cut within words, as whisper.cpp does",
        ),
        pytest.param(
            [(0, 2, " Who pays?"), (2, 3, "- The council."), (3, 4, " Well.")],
            [(0, 2, "Who pays?"), (2, 3, "- The council."), (3, 4, "Well.")],
            id="another speaker",
        ),
        pytest.param(
            [(0, 2, "今晩は。"), (2, 3, "町議会です。")], [(0, 2, "今晩は。"), (2, 3, "町議会です。")], id="no spaces"
        ),
        pytest.param([(0, 30, "  "), (30, 31, " Yes."), (31, 32, "")], [(30, 31, "Yes.")], id="music"),
        pytest.param(
            [(3, 3, " A."), (3, 9, " B."), (4, 5, " C.")], [(3, 3, "A."), (3, 9, "B."), (4, 5, "C.")], id="overlap"
        ),
    ],
)
def test_segments_become_cues(segments: list[tuple[float, float, str]], wanted: list[tuple[float, float, str]]) -> None:
    assert [(cue.start, cue.end, cue.lines[0]) for cue in cues(told(*segments))] == wanted


@pytest.mark.parametrize(
    "text", ["", "null", "[1]", '{"segments": 3}', '{"text": "A"}', '{"error": {"message": "no"}}']
)
def test_what_is_no_transcript_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        cues(text)


def test_what_a_server_does_not_cut_is_cut_here() -> None:
    text = " ".join(f"The weir of Arle is {n} metres long." for n in range(60)) + " and" * 400
    (cue,) = cues(told((3, 900, text)))
    assert (cue.start, cue.end) == (3, 900)
    assert all(len(line) <= MOST_LINE for line in cue.lines)
    assert " ".join(cue.lines) == text
    parts = paragraphs([cue], by_pause=False)
    assert len(parts) > 4
    assert all(part.size < 1400 and {second for _, second in part.times} == {3} for part in parts)
    assert "".join(cues(told((0, 9, "町議会です。" * 200)))[0].lines) == "町議会です。" * 200
