import pytest

from rag.documents.common.decode import Unusable
from rag.documents.plain.subtitles import subtitles

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
