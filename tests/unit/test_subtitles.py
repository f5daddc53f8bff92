from dataclasses import replace
from pathlib import Path

import pytest

from rag.config import Config
from rag.documents import load, split
from rag.documents.common.decode import Unusable
from rag.documents.plain.subtitles import subtitles
from rag.exports import cited as cited_of
from rag.exports import sheet
from rag.integrations.common import described
from rag.output import render, terminal
from rag.reading.citations import cited
from rag.schema import Answer, Claim, Evidence, Hit
from rag.web import export, standing, words

SRT = """1
00:00:01,000 --> 00:00:03,000
<i>The minister will

2
00:00:03,000 --> 00:00:05,000
visit Lund on 9 March.</i>
He said so.

3
00:00:20,000 --> 00:00:22,000
{\\an8}- Who pays?
- The council &amp; I.

4
00:00:30,000 --> 00:00:31,000
1984
"""
VTT = """WEBVTT - x
Kind: captions

NOTE not said

STYLE
::cue{color:red}

id1
00:01.000 --> 00:03.000 align:start
<v Ana Ruiz>The dam holds

00:03.000 --> 00:04.000
<v Ana Ruiz>40 million tonnes.</v>

NOTE not said

00:04.000 --> 00:05.000
<v.loud Bo>No.
"""
ROLLING = """WEBVTT

00:00:00.000 --> 00:00:02.000
 
the<00:00:00.500><c> mayor</c>

00:00:02.000 --> 00:00:02.010
the mayor
 

00:00:02.010 --> 00:00:04.000
the mayor
resigned<c> today</c>
"""  # noqa: W293


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (SRT, "The minister will visit Lund on 9 March. He said so.\n\n- Who pays?\n\n- The council & I.\n\n1984"),
        (SRT.replace("\n\n", "\n"), None),
        (VTT, "Ana Ruiz: The dam holds 40 million tonnes.\n\nBo: No."),
        (ROLLING, "the mayor resigned today"),
    ],
)
def test_what_is_said_in_sentences(content: str, text: str | None) -> None:
    for encoding, end in (("utf-8", "\n"), ("utf-8-sig", "\r\n"), ("utf-16-le", "\n")):
        found = subtitles(content.replace("\n", end).encode(encoding)).text
        assert found == (text or subtitles(SRT.encode()).text)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            SRT,
            [(1, "The minister will"), (3, "visit Lund"), (3, "He said"), (20, "- Who"), (20, "- The"), (30, "1984")],
        ),
        (VTT, [(1, "Ana Ruiz: The dam"), (3, "40 million"), (4, "Bo: No.")]),
        (ROLLING, [(0, "the mayor"), (2.01, "resigned today")]),
    ],
)
def test_the_time_of_each_line_stands_beside_the_text(content: str, said: list[tuple[float, str]]) -> None:
    found = subtitles(content.encode())
    assert [second for _, second in found.times] == [second for second, _ in said]
    assert all(found.text.startswith(text, at) for (at, _), (_, text) in zip(found.times, said, strict=True))


def test_a_quote_of_subtitles_says_at_which_minute_it_stands(tmp_path: Path) -> None:
    long = "".join(
        f"\n{n}\n0{n // 60}:{n % 60:02}:00,500 --> 0{n // 60}:{n % 60:02}:09,000\nCafe\u0301 {n}.\n" for n in range(90)
    )
    (tmp_path / "talk.srt").write_text(long)
    (document,) = load.read_folder(Config(sources=str(tmp_path))).documents
    assert document.original, "its letters are put together, so that places move"
    (passage, *_) = [one for one in split.passages(document, 800) if "Café 75." in one.text]
    sentence = next(one for one in passage.sentences if passage.quote(one) == "Café 75.")
    found = cited(1, Evidence(passage, sentence, 0.9))
    assert (found.time, found.clock, found.page) == (75 * 60 + 0.5, "1:15:00", None)
    assert terminal.place(found).endswith(", at 1:15:00")
    assert cited_of.note(found) == "“Café 75.” (at 1:15:00)"
    assert render.pointer_object(found)["time"] == described(found)["time"] == 4500.5
    assert described(Hit(passage, 0.9, {}, 0.9))["time"] == next(
        second for at, second in document.times if at == passage.start
    )
    answer = Answer("Q?", "Q?", "answered", None, 0.9, (Claim(found.quote, "supported", (1,)),), (found,))
    assert dict(zip(sheet.COLUMNS, sheet.cells(sheet.Row("Q?", answer)), strict=True))["page"] == "[1] 1:15:00"
    assert words.SHARE_AT.format(time="1:15:00") in export.page("", [answer], {document.source: document})
    longer = replace(
        document, text=f"More.\n\n{document.text}", times=tuple((at + 7, sec + 60) for at, sec in document.times)
    )
    (moved,) = standing.taken(answer, standing.standings(answer, {"talk.srt": longer}.get), "x").citations
    assert (moved.start, moved.time) == (found.start + 7, 4560.5)


def test_a_long_talk_is_cut_after_a_sentence() -> None:
    cues = "".join(f"{n}\n00:00:{n:02},000 --> 00:00:{n:02},900\nThe weir is {n} metres long.\n\n" for n in range(60))
    blocks = subtitles(cues.encode()).text.split("\n\n")
    assert len(blocks) > 1
    assert all(len(block) < 700 and block.endswith(".") for block in blocks)


@pytest.mark.parametrize(
    ("content", "reason"), [("hello", "no lines with times"), ("00:01.000 --> 00:02.000\n\n", "nothing is")]
)
def test_no_subtitles(content: str, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        subtitles(content.encode())
