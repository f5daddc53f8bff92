"""ODT and ODP: what is shown is in the text, once; what is not is left out and told."""

import io
import zipfile

import pytest

from rag.documents.common.decode import Unusable
from rag.documents.opendocument.package import odf

NAMES = {
    name: f"urn:oasis:names:tc:opendocument:xmlns:{full}:1.0"
    for name, full in {
        "office": "office", "text": "text", "table": "table", "style": "style", "draw": "drawing",
        "svg": "svg-compatible", "fo": "xsl-fo-compatible", "presentation": "presentation",
        "meta": "meta", "manifest": "manifest",
    }.items()
}  # fmt: skip
SPACES = " ".join(f'xmlns:{name}="{uri}"' for name, uri in NAMES.items()) + (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def looks(name: str, properties: str, family: str = "text", parent: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" style:parent-style-name="{parent}">'
        f"<style:text-properties {properties}/></style:style>"
    )


STYLES = (
    looks("Up", 'style:text-position="super 58%"')
    + looks("Down", 'style:text-position="-33% 58%"')
    + looks("Struck", 'style:text-line-through-style="solid"')
    + looks("Whole", 'style:text-line-through-style="none"')
    + looks("Secret", 'text:display="none"')
    + looks("Old", 'style:text-line-through-type="single"', "paragraph")
    + looks("Older", 'fo:font-weight="bold"', "paragraph", "Old")
)


def package(body: str, kind: str = "text", *, styles: str = "", sheet: str = "", **more: str) -> bytes:
    """Make an OpenDocument of its body, its automatic styles and the inner parts of its style sheet."""
    files = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}{styles}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body>"
        "</office:document-content>",
        "styles.xml": f"<office:document-styles {SPACES}>{sheet}</office:document-styles>",
        "meta.xml": f"<office:document-meta {SPACES}><office:meta>{more.get('meta', '')}</office:meta>"
        "</office:document-meta>",
        "META-INF/manifest.xml": f"<manifest:manifest {SPACES}>{more.get('manifest', '')}</manifest:manifest>",
        "Object 1/content.xml": more.get("math", "<none/>"),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            file.writestr(name, text)
    return out.getvalue()


def p(inner: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{inner}</text:p>'


def span(style: str, inner: str) -> str:
    return f'<text:span text:style-name="{style}">{inner}</text:span>'


def blocks(body: str, styles: str = "", sheet: str = "") -> list[str]:
    return odf(package(body, styles=styles, sheet=sheet)).text.split("\n\n")


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (f"10{span('Up', '6')} litres of CO{span('Down', '2')}", "10⁶ litres of CO₂"),
        ("1\u201124 hours", "1-24 hours"),
        ("a<text:tab/>b<text:line-break/>c<text:s text:c='1'/>d\n   e", "a\tb\nc d e"),
        (f"a {span('Struck', 'struck ')}b {span('Secret', 'hidden')}c", "a b c"),
        (f"a {span('Struck', 'b' + span('Whole', 'c'))}", "a c"),
        ("<text:a xlink:href='x'>link</text:a> to <text:bookmark-ref>page 14</text:bookmark-ref>", "link to page 14"),
        ("a<text:change-start text:change-id='1'/>b<text:change-end text:change-id='1'/>c", "abc"),
        ("a<text:hidden-text text:is-hidden='true'>gone</text:hidden-text>b", "ab"),
        ("<text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text></text:ruby>", "漢"),
    ],
)
def test_a_paragraph_reads_as_it_is_shown(inner: str, text: str) -> None:
    assert blocks(p(inner)) == [text]


def test_what_is_left_out_is_told() -> None:
    changed = "<text:tracked-changes><text:changed-region><text:deletion><text:p>Deleted.</text:p></text:deletion>"
    body = (
        f"{changed}</text:changed-region></text:tracked-changes>"
        + p("The mayor resigned.", "Older")
        + p("She stayed.<office:annotation><text:p>Check.</text:p></office:annotation>")
        + f"<text:section text:display='none'>{p('Secret.')}</text:section>"
        + f"<text:section>{p('Open.')}</text:section>"
    )
    found = odf(package(body))
    assert found.text == "She stayed.\n\nOpen."
    assert found.notes == [
        "1 struck-out passage is left out",
        "1 comment is left out",
        "1 hidden passage is left out",
    ]


def test_notes_frames_and_formulas() -> None:
    note = (
        "<text:note text:note-class='{}'><text:note-citation>{}</text:note-citation><text:note-body>{}</text:note-body>"
    )
    note += "</text:note>"
    box = f"<draw:frame><draw:text-box>{p('Boxed.')}</draw:text-box></draw:frame>"
    formula = "<draw:frame><draw:object xlink:href='./Object 1'/><draw:image xlink:href='x'/></draw:frame>"
    math = (
        "<math xmlns='m'><semantics><msup><mn>10</mn><mn>6</mn></msup><annotation>10^6</annotation></semantics></math>"
    )
    body = p(
        f"A fine{note.format('footnote', '1', p('By Rahn.'))} is due{note.format('endnote', 'i', p('Last.'))}: "
        f"{formula}{box}."
    )
    found = odf(package(body + p("End."), math=math))
    assert found.text.split("\n\n") == [
        "A fine is due: 10⁶.", "Footnote 1: By Rahn.", "Boxed.", "End.", "Endnote i: Last.",
    ]  # fmt: skip


def test_headers_of_the_pages_in_use() -> None:
    number = "Page <text:page-number>1</text:page-number> of <text:page-count>2</text:page-count>"
    sheet = (
        "<office:master-styles><style:master-page style:name='Standard'>"
        f"<style:header>{p('Case HB-2291/26')}</style:header><style:footer>{p(number)}</style:footer>"
        f"</style:master-page><style:master-page style:name='Other'><style:header>{p('Unused.')}</style:header>"
        "</style:master-page></office:master-styles>"
    )
    assert blocks(p("Text."), sheet=sheet) == ["Text.", "Header: Case HB-2291/26"]


def test_numbers_of_lists_are_counted() -> None:
    style = (
        "<text:list-style style:name='L'><text:list-level-style-number text:level='1' style:num-format='1' "
        "style:num-suffix='.'/><text:list-level-style-number text:level='2' style:num-format='a' "
        "text:display-levels='2' style:num-suffix=')'/></text:list-style>"
    )
    inner = f"<text:list><text:list-item>{p('b')}</text:list-item></text:list>"
    first = f"<text:list text:style-name='L'><text:list-item>{p('a')}{p('a2')}{inner}</text:list-item></text:list>"
    more = "<text:list text:style-name='L'{}><text:list-item>{}</text:list-item></text:list>"
    body = first + p("between") + more.format(" text:continue-numbering='true'", p("c")) + more.format("", p("d"))
    assert blocks(body, style) == ["1. a", "a2", "1.a) b", "between", "2. c", "1. d"]


def test_a_row_carries_the_names_of_its_columns() -> None:
    def cell(text: str, about: str = "") -> str:
        return f"<table:table-cell {about}>{p(text)}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    rows = [
        cell("Club", "table:number-rows-spanned='2'") + cell("Points", "table:number-columns-spanned='2'") + covered,
        covered + cell("2023") + cell("2024"),
        cell("Reds", "table:number-rows-spanned='2'") + cell("24") + cell("30"),
        covered + cell("25") + cell("31"),
    ]
    made = [f"<table:table-row>{row}</table:table-row>" for row in rows]
    table = f"<table:table><table:table-header-rows>{''.join(made[:2])}</table:table-header-rows>{''.join(made[2:])}"
    assert blocks(f"{table}</table:table>") == [
        "Club: Reds; Points 2023: 24; Points 2024: 30",
        "Club: Reds; Points 2023: 25; Points 2024: 31",
    ]


def test_slides_each_a_page() -> None:
    def frame(text: str, kind: str = "") -> str:
        about = f"presentation:class='{kind}'" if kind else ""
        return f"<draw:frame {about}><draw:text-box>{p(text)}</draw:text-box></draw:frame>"

    hidden = (
        "<style:style style:name='H' style:family='drawing-page'><style:drawing-page-properties "
        "presentation:visibility='hidden'/></style:style>"
    )
    notes = f"<presentation:notes>{frame('Say it.', 'notes')}</presentation:notes>"
    body = (
        f"<draw:page>{frame('Sold.')}{frame('Quay', 'title')}{notes}</draw:page>"
        f"<draw:page draw:style-name='H'>{frame('Secret.')}</draw:page><draw:page/>"
        f"<draw:page><draw:g><draw:custom-shape>{p('Grouped.')}</draw:custom-shape></draw:g></draw:page>"
    )
    found = odf(package(body, "presentation", styles=hidden))
    assert found.text.split("\n\n") == ["Quay", "Sold.", "Notes: Say it.", "Grouped."]
    assert [found.text[start:].split("\n")[0] for start in found.pages] == ["Quay", "Grouped.", "Grouped.", "Grouped."]
    assert found.notes == ["1 of 4 slides is hidden and left out (2)"]
    assert found.unread[0].startswith("1 of 4 slides has no text (3)")
    assert found.meta["title"] == "Quay"


def test_what_the_file_says_of_itself() -> None:
    meta = (
        "<dc:title>Memo</dc:title><meta:initial-creator>Bo</meta:initial-creator><dc:date>2026-03-02T10:00:00</dc:date>"
    )
    about = odf(package(p("Text."), meta=meta)).meta
    assert (about["title"], about["author"], about["created"]) == ("Memo", "Bo", "2026-03-02T10:00:00")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK", "not a whole OpenDocument file"),
        (package("", "spreadsheet"), "neither a text nor a presentation"),
        (package(p("x"), manifest="<manifest:encryption-data/>"), "encrypted with a password"),
        (package(p("")), "no text in it"),
    ],
)
def test_a_bad_file_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        odf(data)


def test_what_is_said_of_a_picture_is_a_paragraph() -> None:
    def picture(told: str) -> str:
        return f"<draw:frame><draw:image xlink:href='x'/><svg:desc xmlns:svg='s'>{told}</svg:desc></draw:frame>"

    body = p("Rents." + picture("A chart: rents rose by 12 % in 2025.")) + p("End." + picture("chart.png"))
    assert odf(package(body)).text == "Rents.\n\nPicture: A chart: rents rose by 12 % in 2025.\n\nEnd."
