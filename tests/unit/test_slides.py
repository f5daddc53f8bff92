"""PPTX: slides in their order, titles first, tables as rows; what is hidden or cannot be read is told."""

import io
import zipfile

from rag.documents.common.parsed import Parsed
from rag.documents.office.slides import pptx

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = f'xmlns:a="{A}" xmlns:p="{P}" xmlns:r="{R}"'


def rels(*links: tuple[str, str, str]) -> str:
    inner = "".join(f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{to}"/>' for name, kind, to in links)
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inner}</Relationships>'
    )


def deck(*slides: str, notes: str = "", strict: bool = False, attributes: "dict[int, str] | None" = None) -> bytes:
    """Make a PPTX of the shapes of its slides, in reverse order in the file; the notes are of the first."""
    numbers = range(1, len(slides) + 1)
    files = {
        "_rels/.rels": rels(("a", "officeDocument", "/ppt/presentation.xml")),
        "ppt/_rels/presentation.xml.rels": rels(*((f"s{n}", "slide", f"slides/slide{9 - n}.xml") for n in numbers)),
        "ppt/presentation.xml": f"<p:presentation {SPACES}><p:sldIdLst>"
        + "".join(f'<p:sldId id="{n}" r:id="s{n}"/>' for n in numbers)
        + "</p:sldIdLst></p:presentation>",
    }
    for number, shapes in zip(numbers, slides, strict=True):
        about = (attributes or {}).get(number, "")
        tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        files[f"ppt/slides/slide{9 - number}.xml"] = f"<p:sld {SPACES} {about}>{tree}</p:sld>"
    if notes:
        files["ppt/slides/_rels/slide8.xml.rels"] = rels(("n", "notesSlide", "../notesSlides/n.xml"))
        files["ppt/notesSlides/n.xml"] = f"<p:notes {SPACES}>{sp(par(notes), 'body')}{sp(par('7'), 'sldNum')}</p:notes>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, text in files.items():
            for old, new in ((A, "drawingml/main"), (P, "presentationml/main"), (R, "officeDocument/relationships")):
                text = text.replace(old, f"http://purl.oclc.org/ooxml/{new}") if strict else text
            file.writestr(name, text)
    return out.getvalue()


def run(text: str, about: str = "") -> str:
    return f"<a:r><a:rPr {about}/><a:t>{text}</a:t></a:r>"


def par(*runs: str, about: str = "") -> str:
    return f"<a:p>{about}{''.join(text if text.startswith('<') else run(text) for text in runs)}</a:p>"


def sp(text: str, kind: str = "", hidden: str = "0") -> str:
    place = f'<p:ph type="{kind}"/>' if kind else ""
    about = f'<p:nvSpPr><p:cNvPr id="1" name="x" hidden="{hidden}"/><p:nvPr>{place}</p:nvPr></p:nvSpPr>'
    return f"<p:sp>{about}<p:txBody>{text}</p:txBody></p:sp>"


def frame(inner: str) -> str:
    return f"<p:graphicFrame><a:graphic><a:graphicData>{inner}</a:graphicData></a:graphic></p:graphicFrame>"


def cell(text: str, about: str = "") -> str:
    return f"<a:tc {about}><a:txBody>{par(text)}</a:txBody></a:tc>"


def read(*slides: str, **more: object) -> Parsed:
    return pptx(deck(*slides, **more))  # type: ignore[arg-type]


def test_slides_in_order_each_a_page_with_its_title_first() -> None:
    found = read(
        sp(par("The crane was sold.")) + sp(par("Quay"), "ctrTitle"),
        sp(par("Costs"), "title") + sp(par("It cost 70,000 euros.") + par("No more.")),
        notes="Say it slowly.",
    )
    assert found.text.split("\n\n") == [
        "Quay", "The crane was sold.", "Notes: Say it slowly.", "Costs", "It cost 70,000 euros.", "No more.",
    ]  # fmt: skip
    assert [found.text[start:].split("\n")[0] for start in found.pages] == ["Quay", "Costs"]
    assert (found.meta["title"], found.notes, found.unread) == ("Quay", [], [])


def test_the_strict_form_is_read() -> None:
    assert read(sp(par("Text.")), strict=True).text == "Text."


def test_text_reads_as_it_is_shown() -> None:
    number = '<a:pPr><a:buAutoNum type="arabicParenR" startAt="3"/></a:pPr>'
    found = read(
        sp(
            par("10", run("6", 'baseline="30000"'), " litres of CO", run("2", 'baseline="-25000"'))
            + par("The mayor ", run("resigned", 'strike="sngStrike"'), " stayed", "<a:br/>", "here.")
            + par("first", about=number)
            + par("second", about=number)
            + par('<a:fld type="slidenum"><a:t>4</a:t></a:fld>')
        )
    )
    assert found.text.split("\n\n") == ["10⁶ litres of CO₂", "The mayor stayed\nhere.", "3) first", "4) second"]
    assert found.notes == ["1 struck-out passage is left out"]


def test_a_table_is_rows_with_their_names() -> None:
    rows = [
        [cell("Club", 'rowSpan="2"'), cell("Points", 'gridSpan="2"'), cell("", 'hMerge="1"')],
        [cell("", 'vMerge="1"'), cell("2023"), cell("2024")],
        [cell("Reds"), cell("24"), cell("30")],
    ]
    made = "".join(f"<a:tr>{''.join(row)}</a:tr>" for row in rows)
    found = read(sp(par("Table"), "title") + frame(f'<a:tbl><a:tblPr firstRow="1"/>{made}</a:tbl>'))
    assert found.text == "Table\n\nClub: Reds; Points 2023: 24; Points 2024: 30"


def test_what_is_hidden_or_has_no_text_is_told() -> None:
    chart = frame('<c:chart xmlns:c="urn:c" r:id="x"/>')
    found = read(
        sp(par("Shown.")) + sp(par("Secret."), hidden="1") + f"<p:grpSp>{sp(par('Grouped.'))}</p:grpSp>" + chart,
        sp(par("Hidden slide.")),
        "",
        sp(par("Last.")) + sp(par("Confidential"), "ftr") + sp(par("9"), "sldNum"),
        attributes={2: 'show="0"'},
    )
    assert found.text.split("\n\n") == ["Shown.", "Grouped.", "Last.", "Footer: Confidential"]
    assert found.notes == ["1 hidden passage is left out", "1 of 4 slides is hidden and left out (2)"]
    assert found.unread == [
        "1 chart is not read: put its figures into a table",
        "1 of 4 slides has no text (3): run a text recognition (OCR) over what they show",
    ]
    assert [found.text[start:].split("\n")[0] for start in found.pages][3] == "Last."


def test_what_is_said_of_a_picture_is_a_paragraph() -> None:
    def pic(about: str) -> str:
        return f'<p:pic><p:nvPicPr><p:cNvPr id="1" name="x" descr="{about}"/></p:nvPicPr><p:spPr/></p:pic>'

    chart = "Rents rose by 12 % in 2025, a chart shows."
    found = read(sp(par("Rents")) + pic(chart), pic("rents.png"), sp(par(chart)) + pic(chart))
    assert found.text == f"Rents\n\nPicture: {chart}\n\n{chart}", "what stands beside it is not said again"
    assert found.unread == ["1 of 3 slides has no text (2): run a text recognition (OCR) over what they show"]
