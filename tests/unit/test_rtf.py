"""RTF: its encodings, its tables, and what is shown of it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.rtf.document import rtf

FONTS = (
    r"{\fonttbl{\f0\fswiss\fcharset0 Arial;}{\f1\fcharset204 Times;}{\f2\fcharset2 Symbol;}{\f3\fcharset128 Mincho;}"
    r"{\f4\fcharset2 Wingdings;}}"
)


def read(body: str, head: str = r"\ansi\ansicpg1252\deff0") -> Parsed:
    return rtf(f"{{\\rtf1{head}{FONTS}{{\\stylesheet{{\\s0 Normal;}}}}\\pard\\plain {body}}}".encode("latin-1"))


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 na\u239\'efve \u8364?5\par", "café naïve €5"),
        (r"{\uc0\u233}t\u233 e, \u55357?\u56832?", "été, 😀"),
        (r"{\uc2\u233\'c3\'a9}t\u-23?", "ét￩"),
        (r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} {\f3 \'93\'fa\'96\'7b}", "Привет 日本"),
        (r"3 {\f2\'b0}C, {\f2 m}g, {\f4\'fc}, \u-3917?4", "3 °C, μg, ✓, ≥4"),
        (r"1\_24 hours, co\-operate\line a\tab b \endash  \ldblquote q\rdblquote", "1-24 hours, cooperate\na\tb – “q”"),
        (r"10{\super 6} CO{\sub 2} m\up6 2\up0 , x\super 3\nosupersub  y", "10⁶ CO₂ m², x³ y"),
        (r"a {\v hidden }b {\strike struck }c {\deleted gone }{\revised new}\plain\v0  d", "a b c new d"),
        (r"\b\strike x\plain y", "y"),
        (r"page {\field{\*\fldinst{ PAGEREF x }}{\fldrslt{14}}}", "page 14"),
        (r"{\upr{bad}{\*\ud good}} {\*\unknown gone}{\pict\bin5 }}}\\}kept{\xe index}", "good kept"),
        ("two\r\n lines\\\nnext \\{x\\} \\\\", "two lines\n\nnext {x} \\"),
    ],
)
def test_text_reads_as_it_is_shown(body: str, text: str) -> None:
    assert read(body).text == text


@pytest.mark.parametrize(
    ("head", "body", "text"),
    [
        (r"\mac", r"caf\'8e", "café"),
        (r"\pc", r"caf\'82", "café"),
        (r"\ansi\ansicpg1250", r"\'e8esk\'fd", "český"),
        (r"\ansi\ansicpg932", r"\'93\'fa", "日"),
        (r"\ansi\ansicpg65001", r"\'e2\'82\'ac", "€"),
    ],
)
def test_the_code_page_that_the_file_names(head: str, body: str, text: str) -> None:
    assert rtf(f"{{\\rtf1{head} {body}}}".encode("latin-1")).text == text


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\u2011"), min_size=1))
def test_any_text_can_be_given_by_its_numbers(text: str) -> None:
    units = text.encode("utf-16-le")
    numbers = [int.from_bytes(units[at : at + 2], "little", signed=True) for at in range(0, len(units), 2)]
    found = read("." + "".join(f"\\u{number}?" for number in numbers) + ".").text
    assert " ".join(found.split(" ")) == " ".join(filter(None, f".{text}.".split(" ")))


def test_what_is_left_out_is_told() -> None:
    body = r"a {\v one }{\v two}\par {\strike three}\par b{\*\atnid x}{\chatn{\*\annotation note}}"
    found = read(body + r"{\pict\picwgoal9000\pichgoal12000 00}{\object{\*\objdata 00}{\result shown}}")
    assert found.text == "a\n\nbshown"
    assert found.notes == ["1 hidden passage is left out", "1 struck-out passage is left out", "1 comment is left out"]
    assert [sentence.split(" are ")[0].split(" is ")[0] for sentence in found.unread] == [
        "1 large picture",
        "1 embedded object",
    ]


def test_notes_headers_and_boxes() -> None:
    body = (
        r"{\header\pard Case HB-2291/26\par}{\footer\pard Page {\field{\*\fldinst PAGE}{\fldrslt 1}}\par}"
        r"Fine{\super\chftn}{\footnote\pard\plain{\super\chftn} By Rahn.} due{\super\chftn}{\footnote\ftnalt{\chftn} "
        r"Last.}.{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard Boxed.\par}}{\shprslt Boxed.}}\par End.\par"
    )
    assert read(body).text.split("\n\n") == [
        "Fine due.", "Footnote 1: By Rahn.", "Boxed.", "End.", "Endnote 1: Last.", "Header: Case HB-2291/26",
    ]  # fmt: skip


def test_numbers_of_lists_stay_and_bullets_go() -> None:
    body = (
        r"{\listtext\pard\plain 1.\tab}First\par{\listtext\pard\plain\f2 \'b7\tab}Second\par{\pntext 2.\tab}Third\par"
    )
    assert read(body + r"\bullet\tab Fourth\par 5.\tab Fifth").text.split("\n\n") == [
        "1. First", "Second", "2. Third", "Fourth", "5. Fifth",
    ]  # fmt: skip


def row(*cells: str, edges: str = r"\cellx2000\cellx4000\cellx6000", flags: str = "") -> str:
    inner = "".join(f"\\pard\\intbl {cell}\\cell" for cell in cells)
    return f"\\trowd{flags}{edges}{inner}\\row"


def test_a_row_carries_the_names_of_its_columns() -> None:
    body = (
        row("Club", "Points", edges=r"\cellx2000\cellx6000")
        + row("", "2023", "2024")
        + row("Reds", "24", r"30\par fewer", edges=r"\clvmgf\cellx2000\cellx4010\cellx6000")
        + row("", "25", "31", edges=r"\clvmrg\cellx2000\cellx4000\cellx6000")
    )
    assert read(body + r"\pard After.\par").text.split("\n\n") == [
        "Club: Reds; Points 2023: 24; Points 2024: 30 fewer",
        "Club: Reds; Points 2023: 25; Points 2024: 31",
        "After.",
    ]


def test_a_table_within_a_table() -> None:
    inner = (
        r"\pard\intbl\itap2 in\nestcell ner\nestcell{\*\nesttableprops\trowd\cellx1000\cellx2000\nestrow}"
        r"{\nonesttables\par}\pard\intbl\itap1 tail\cell"
    )
    edges = r"\trowd\cellx4000\cellx8000"
    body = f"{row('Left', 'Right', edges=edges)}{edges}\\pard\\intbl a\\cell{inner}\\row\\pard end"
    assert read(body).text.split("\n\n") == ["Left: a; Right: tail", "in: ner", "end"]


def test_what_the_file_says_of_itself() -> None:
    info = r"{\info{\title Lock \'e9tude}{\author Ann}{\creatim\yr2024\mo5\dy3}{\revtim\yr2025\mo6\dy4}{\company X}}"
    found = read(info + "Text.")
    assert (found.text, found.meta) == ("Text.", {"title": "Lock étude", "author": "Ann", "created": "2025-06-04"})


def test_a_bad_file_has_a_reason() -> None:
    assert read("Text", head=r"\ansi{\b ").unread == ["the file is cut short: get it again"]
    for data, reason in ((b"Text.", "not RTF"), (b"{\\rtf1 }", "no text in it"), (b"", "not RTF")):
        with pytest.raises(Unusable, match=reason):
            rtf(data)
