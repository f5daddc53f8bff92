"""DOCX: what Word shows is in the text, once and unglued, and nothing else; what is left out is told."""

import io
import zipfile

import docx as writer
import pytest

from rag.documents.common.decode import Unusable
from rag.documents.office.word import docx
from rag.documents.parse import parse

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    f'xmlns:w="{MAIN}" xmlns:r="{RELATIONS}" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)
ROOTS = {"header": "hdr", "footer": "ftr"}


def word(*paragraphs: str) -> bytes:
    """Make a DOCX by python-docx: another program than the one that reads it."""
    made = writer.Document()
    made.core_properties.title = "Minutes"
    made.core_properties.author = "Ann Lee"
    for paragraph in paragraphs:
        made.add_paragraph(paragraph)
    table = made.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "votes", "12"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def package(body: str, parts: "dict[str, str] | None" = None, *, strict: bool = False, core: str = "") -> bytes:
    """Make a DOCX of the XML of its body and of other parts, by their names without digits ("header1")."""
    parts = parts or {}
    kinds = {name: name.rstrip("0123456789") for name in parts}
    base = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "_rels/.rels": f'<Relationship Id="a" Type="{RELATIONS}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="b" Type="{base}/metadata/core-properties" Target="core.xml"/>',
        "word/_rels/document.xml.rels": "".join(
            f'<Relationship Id="{name}" Type="{RELATIONS}/{kind}" Target="{name}.xml"/>' for name, kind in kinds.items()
        ),
    }
    files = {name: f'<Relationships xmlns="{base}">{text}</Relationships>' for name, text in files.items()}
    files["word/document.xml"] = f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"
    dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    files["core.xml"] = f"<cp {dublin}>{core}</cp>"
    for name, kind in kinds.items():
        root = ROOTS.get(kind, kind)
        files[f"word/{name}.xml"] = f"<w:{root} {SPACES}>{parts[name]}</w:{root}>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            if strict:
                text = text.replace(MAIN, "http://purl.oclc.org/ooxml/wordprocessingml/main")
                text = text.replace(RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships")
            file.writestr(name, text)
    return out.getvalue()


def r(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def p(*runs: str, about: str = "") -> str:
    inner = "".join(run if run.startswith("<") else r(run) for run in runs)
    return f"<w:p><w:pPr>{about}</w:pPr>{inner}</w:p>"


def tc(content: str, about: str = "") -> str:
    return f"<w:tc><w:tcPr>{about}</w:tcPr>{content if content.startswith('<') else p(content)}</w:tc>"


def table(*rows: "list[str] | str") -> str:
    made = [
        row if isinstance(row, str) else f"<w:tr>{''.join(c if c[:5] == '<w:tc' else tc(c) for c in row)}</w:tr>"
        for row in rows
    ]
    return f"<w:tbl>{''.join(made)}</w:tbl>"


def blocks(body: str, **parts: str) -> list[str]:
    return docx(package(body, parts)).text.split("\n\n")


def field(code: str, result: str) -> str:
    kinds = [f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "separate", "end")]
    return f"{kinds[0]}<w:r><w:instrText>{code}</w:instrText></w:r>{kinds[1]}{result}{kinds[2]}"


def math(inner: str) -> str:
    return f"<m:oMath>{inner}</m:oMath>"


def mr(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def test_a_file_of_another_program() -> None:
    found = docx(word("The council met.", "It agreed."))
    assert found.text == "The council met.\n\nIt agreed.\n\nvotes: 12"
    assert (found.meta["title"], found.meta["author"], found.notes, found.unread) == ("Minutes", "Ann Lee", [], [])


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (["1", "<w:r><w:noBreakHyphen/></w:r>", "24 hours"], "1-24 hours"),
        (["F\u201116"], "F-16"),
        (["co", "<w:r><w:softHyphen/></w:r>", "operate"], "cooperate"),
        (["one", "<w:r><w:tab/></w:r>", "two", "<w:r><w:br/></w:r>", "three"], "one\ttwo\nthree"),
        (["one", "<w:r><w:ptab/></w:r>", "two", "<w:r><w:cr/></w:r>", "three"], "one\ttwo\nthree"),
        (["3 ", '<w:r><w:sym w:font="Symbol" w:char="F0B0"/></w:r>', "C"], "3 °C"),
        (['<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>', " done"], "✓ done"),
        (["5 ", r("m", '<w:rFonts w:ascii="Symbol"/>'), "g, ", r("\uf0b3"), " 4"], "5 μg, ≥ 4"),
        (["10", r("6", '<w:vertAlign w:val="superscript"/>'), " litres"], "10⁶ litres"),
        (["10", r("-", '<w:rStyle w:val="Up"/>'), r("3", '<w:rStyle w:val="Up"/>')], "10⁻³"),
        (["m", r("2", '<w:position w:val="6"/>'), " CO", r("2", '<w:vertAlign w:val="subscript"/>')], "m² CO₂"),
        (["5", r("t", '<w:rStyle w:val="Up"/>'), "<w:proofErr/>", r("h", '<w:rStyle w:val="Up"/>')], "5th"),
        (["12", r("7", '<w:rStyle w:val="Up"/><w:vertAlign w:val="baseline"/>')], "127"),
        (["now ", f"<w:del>{r('old ')}</w:del>", f"<w:ins>{r('new')}</w:ins>"], "now new"),
        ([f"<w:ins>{r('a')}<w:del>{r('b')}</w:del></w:ins>", "c"], "ac"),
        (["x ", f"<w:moveFrom>{r('gone ')}</w:moveFrom>", f"<w:moveTo>{r('here')}</w:moveTo>"], "x here"),
        (["See page ", field("PAGEREF x", r("14")), "."], "See page 14."),
        (["By ", field(f"IF {field('A', r('7'))}", r("Ann")), "."], "By Ann."),
        (["By ", f'<w:fldSimple w:instr="AUTHOR">{r("Ann")}</w:fldSimple>'], "By Ann"),
        ([f"<w:hyperlink>{r('link')}</w:hyperlink>", f"<w:smartTag>{r(' tag')}</w:smartTag>"], "link tag"),
        ([f"<w:sdt><w:sdtContent>{r('controlled')}</w:sdtContent></w:sdt>"], "controlled"),
        (["a ", r("hidden ", "<w:vanish/>"), "b"], "a b"),
        (["a ", r("hidden ", '<w:rStyle w:val="Secret"/>'), r("shown", '<w:vanish w:val="0"/>')], "a shown"),
        (["a ", r("struck ", "<w:strike/>"), r("too ", "<w:dstrike/>"), "b"], "a b"),
        (["E = ", math(f"<m:f><m:num>{mr('a+1')}</m:num><m:den>{mr('2')}</m:den></m:f>")], "E = (a+1)/2"),
        ([math(f"<m:sSup><m:e>{mr('10')}</m:e><m:sup>{mr('6')}</m:sup></m:sSup>")], "10⁶"),
        ([f"<w:r><w:ruby><w:rt>{r('kan')}</w:rt><w:rubyBase>{r('漢')}</w:rubyBase></w:ruby></w:r>"], "漢"),
    ],
)  # fmt: skip
def test_a_paragraph_reads_as_it_is_shown(runs: list[str], text: str) -> None:
    styles = (
        '<w:style w:type="character" w:styleId="Up"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
        '<w:style w:type="character" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    assert blocks(p(*runs), styles=styles) == [text]


def test_what_a_style_strikes_or_hides_is_out_and_told() -> None:
    styles = (
        '<w:style w:type="paragraph" w:styleId="Old"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Older"><w:basedOn w:val="Old"/></w:style>'
        '<w:style w:type="character" w:styleId="Struck"><w:rPr><w:strike/></w:rPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    body = (
        p("The mayor resigned.", about='<w:pStyle w:val="Older"/>')
        + p("Out ", r("in ", '<w:strike w:val="0"/>'), r("twice", '<w:rStyle w:val="Struck"/>'),
            about='<w:pStyle w:val="Old"/>')
        + p("The fine is 99 euros.", about='<w:pStyle w:val="Secret"/>')
        + p("The mayor stayed.")
    )  # fmt: skip
    found = docx(package(body, {"styles": styles}))
    assert found.text == "in twice\n\nThe mayor stayed."
    assert found.notes == ["2 struck-out passages are left out", "1 hidden passage is left out"]


def test_a_paragraph_whose_end_is_not_shown_goes_on() -> None:
    for about in ("<w:rPr><w:del/></w:rPr>", "<w:rPr><w:vanish/></w:rPr>", '<w:framePr w:dropCap="drop"/>'):
        assert blocks(p("T", about=about) + p("he one.") + p("Next.")) == ["The one.", "Next."]


def test_a_text_box_stands_once() -> None:
    inner = f"<w:txbxContent>{p('Boxed.')}</w:txbxContent>"
    drawn = f"<w:drawing><wp:anchor><a:graphic>{inner}</a:graphic></wp:anchor></w:drawing>"
    box = (
        f"<w:r><mc:AlternateContent><mc:Choice>{drawn}</mc:Choice><mc:Fallback><w:pict><v:shape>{inner}</v:shape>"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert blocks(p("Before ", box, "after.")) == ["Before after.", "Boxed."]
    assert blocks(p("<w:r><w:pict><v:shape><v:textpath string='DRAFT'/></v:shape></w:pict></w:r>")) == ["DRAFT"]


def test_notes_headers_and_footers() -> None:
    reference = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    end = '<w:r><w:endnoteReference w:id="2"/></w:r>'
    section = "".join(
        f'<w:{kind}Reference w:type="{which}" r:id="{kind}{number}"/>'
        for kind, which, number in (("header", "default", 1), ("header", "first", 2), ("footer", "default", 1))
    )
    number = '<w:fldSimple w:instr="PAGE"><w:r><w:t>3</w:t></w:r></w:fldSimple>'
    parts = {
        "footnotes": f'<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote><w:footnote w:id="2">'
        f"{p('<w:r><w:footnoteRef/></w:r>', ' By Rahn.')}</w:footnote>",
        "endnotes": f'<w:endnote w:id="2">{p("Last.")}</w:endnote>',
        "header1": p("Case HB-2291/26"),
        "header2": p("Not shown."),
        "footer1": p("Page ", number) + p("Confidential"),
        "comments": f'<w:comment w:id="0">{p("Check it.")}</w:comment>',
    }
    body = p("The fine", reference, " is due", end, ".") + p("It ends.") + f"<w:sectPr>{section}</w:sectPr>"
    found = docx(package(body, parts))
    assert found.text.split("\n\n") == [
        "The fine is due.",
        "Footnote 1: By Rahn.",
        "It ends.",
        "Endnote 1: Last.",
        "Header: Case HB-2291/26",
        "Footer: Confidential",
    ]
    assert found.notes == ["1 comment is left out"]
    first = docx(package(body.replace("<w:sectPr>", "<w:sectPr><w:titlePg/>"), parts))
    assert "Header: Not shown." in first.text


def test_numbers_of_lists_are_counted() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/></w:lvl>'
        for level, form, shown in ((0, "decimal", "%1."), (1, "lowerLetter", "%1.%2)"), (2, "bullet", "o"))
    )
    numbering = (
        f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="0"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="7"/></w:lvlOverride></w:num>'
    )
    styles = (
        '<w:style w:type="paragraph" w:styleId="L"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    )

    def item(text: str, level: int, number: int = 1) -> str:
        return p(text, about=f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>')

    body = item("a", 0) + item("b", 1) + item("c", 1) + item("d", 2) + p("e", about='<w:pStyle w:val="L"/>')
    body += item("f", 1) + item("g", 0, 2) + item("h", 0, 2) + p("i") + item("", 0, 2) + item("j", 0, 2)
    assert blocks(body, numbering=numbering, styles=styles) == [
        "1. a", "1.a) b", "1.b) c", "d", "2. e", "2.a) f", "7. g", "8. h", "i", "9. j",
    ]  # fmt: skip


def test_a_row_carries_the_names_of_its_columns() -> None:
    merged, span = '<w:vMerge w:val="restart"/>', '<w:gridSpan w:val="2"/>'
    rows = table(
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{tc('Club', merged)}{tc('Points', span)}</w:tr>",
        f"<w:tr><w:trPr><w:tblHeader/></w:trPr>{tc('', '<w:vMerge/>')}{tc('2023')}{tc('2024')}</w:tr>",
        [tc("Reds", merged), "24", "30"],
        [tc("", "<w:vMerge/>"), "25", tc(p("31") + table(["in", "ner"]))],
        f"<w:tr><w:trPr><w:del/></w:trPr>{tc('Gone')}{tc('1')}{tc('2')}</w:tr>",
    )
    assert blocks(rows + p("After.")) == [
        "Club: Reds; Points 2023: 24; Points 2024: 30",
        "Club: Reds; Points 2023: 25; Points 2024: 31",
        "in: ner",
        "After.",
    ]


def test_the_strict_form_is_read() -> None:
    assert docx(package(p("The crane was sold."), strict=True)).text == "The crane was sold."


def test_a_prompt_is_no_text_and_a_tick_is() -> None:
    prompt = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{p('Click here.')}</w:sdtContent></w:sdt>"
    box = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox><w:checked/></w:checkBox></w:ffData>'
    box += '</w:fldChar></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    found = docx(package(p(box, " agreed") + prompt))
    assert (found.text, found.notes) == ("☒ agreed", ["1 empty form field is left out"])


def test_what_cannot_be_read_is_told() -> None:
    picture = '<wp:inline><wp:extent cx="6000000" cy="8000000"/><a:graphic><a:blip/></a:graphic></wp:inline>'
    chart = '<wp:inline><c:chart xmlns:c="urn:c"/></wp:inline>'
    body = p("Text.", *(f"<w:r><w:drawing>{one}</w:drawing></w:r>" for one in (picture, picture, chart)))
    assert docx(package(body)).unread == [
        "2 large pictures are not read: run a text recognition (OCR) over it if it holds text",
        "1 chart is not read: put its figures into a table",
    ]
    with pytest.raises(Unusable, match="no text in it"):
        docx(package(p("")))


def test_what_is_said_of_a_picture_is_a_paragraph() -> None:
    def picture(about: str) -> str:
        inner = f'<wp:docPr id="1" name="Picture 1" {about}/><a:graphic><a:blip/></a:graphic>'
        return f"<w:r><w:drawing><wp:inline>{inner}</wp:inline></w:drawing></w:r>"

    body = p(
        "Rents.", picture('descr="A chart: rents rose by 12 % in 2025."'), picture('descr="chart one two three.png"')
    )
    body += p("More.", picture('descr="A picture of a house&#10;Description automatically generated"'), picture(""))
    body += p("Last.", picture('descr="The hidden plan of the town" hidden="1"'), picture('descr="Logo"'))
    told = docx(package(body)).text.split("\n\n")
    assert told[:2] == ["Rents.", "Picture: A chart: rents rose by 12 % in 2025."]
    assert told[-2:] == ["More.", "Last."]


@pytest.mark.parametrize(
    ("dates", "created"),
    [
        ({"created": "2026-03-01T09:00:00Z"}, "2026-03-01T09:00:00Z"),
        ({"created": "2023-03-01T09:00:00Z", "modified": "2026-01-02T09:00:00Z"}, "2026-01-02T09:00:00Z"),
        ({"created": "2013-12-23T23:15:00Z"}, None),
        ({}, None),
    ],
)
def test_the_date_of_the_file(dates: dict[str, str], created: "str | None") -> None:
    core = "".join(f"<dcterms:{name}>{date}</dcterms:{name}>" for name, date in dates.items())
    assert docx(package(p("Text."), core=core)).meta["created"] == created


def test_the_title_is_that_of_the_file_or_the_one_on_its_first_page() -> None:
    styles = '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/></w:style>'
    body = p("Harbour", about='<w:pStyle w:val="T"/>')
    assert docx(package(body, {"styles": styles})).meta["title"] == "Harbour"
    assert docx(package(body, {"styles": styles}, core="<dc:title>Quay</dc:title>")).meta["title"] == "Quay"


def reason(data: bytes, suffix: str = ".docx") -> str:
    with pytest.raises(Unusable) as caught:
        parse(suffix, data, 256)
    assert caught.value.remedy
    return caught.value.reason


def test_a_password_and_an_old_format_are_named() -> None:
    compound = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert reason(compound + "EncryptedPackage".encode("utf-16-le")) == "encrypted with a password"
    assert reason(compound) == "in a format of Office 97 under the name of a newer one"
    assert reason(package(p("Text.")), ".pptx") == "not a PPTX but another kind of file"


def test_templates_and_macros_are_read_likewise() -> None:
    found = [parse(suffix, package(p("Text.")), 256).text for suffix in (".docx", ".docm", ".dotx")]
    assert found == ["Text."] * 3
