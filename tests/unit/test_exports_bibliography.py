import json
import warnings

import bibtexparser
import rispy
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from pylatexenc.latex2text import LatexNodes2Text

from rag.exports.bibliography import bibtex, csl, ris
from tests.exported import ANSWERS, DIED, DOCUMENTS, FORMULA, NEWS, PAGE, PAPER

KEYS = ["raid", "Ubersicht-1", "notes"]


def test_csl_is_set_by_a_citation_processor() -> None:
    items = json.loads(csl(ANSWERS, DOCUMENTS))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of a field or a kind that it does not know
        source = CiteProcJSON(items)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own style
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
        listed = CitationStylesBibliography(style, source, formatter.plain)
        for key in KEYS:
            listed.register(Citation([CitationItem(key)]))
        first = str(listed.bibliography()[0])
    assert "Ann Ek and Bo Li" in first
    assert "2026" in first
    assert PAGE in first


def test_csl_tells_what_is_known_and_nothing_else() -> None:
    news, paper, notes = json.loads(csl(ANSWERS, DOCUMENTS))
    assert news == {
        "id": "raid",
        "type": "webpage",
        "title": NEWS.title,
        "author": [{"literal": "Ann Ek and Bo Li"}],
        "publisher": "The Example {Times}",
        "issued": {"date-parts": [[2026, 1, 12]]},
        "URL": PAGE,
        "language": "en",
        "note": f"“{DIED}”",
    }
    assert paper["note"].splitlines() == [f"“{FORMULA}” (page 2)", f"From the file {PAPER.source}"]
    assert notes["issued"] == {"date-parts": [[2023]]}


def test_bibtex_is_read_whole() -> None:
    library = bibtexparser.parse_string(bibtex(ANSWERS, DOCUMENTS))  # type: ignore[attr-defined]
    assert not library.failed_blocks
    assert [entry.key for entry in library.entries] == KEYS
    news, paper, _ = ({field.key: field.value for field in entry.fields} for entry in library.entries)
    plain = LatexNodes2Text().latex_to_text
    assert plain(news["title"]) == NEWS.title
    assert news["publisher"] == r"The Example {\textbraceleft}Times{\textbraceright}"
    assert (news["year"], news["date"], news["month"], news["url"]) == ("2026", "2026-01-12", "jan", PAGE)
    assert news["author"] == "{Ann Ek and Bo Li}"
    assert DIED in plain(news["annote"])
    assert plain(paper["title"]) == PAPER.title
    assert plain(paper["note"]) == f"From the file {PAPER.source}"


def test_ris_is_read_whole() -> None:
    text = ris(ANSWERS, DOCUMENTS)
    assert text.count("\r\n") == text.count("\n")
    news, paper, notes = rispy.loads(text)
    assert (news["type_of_reference"], paper["type_of_reference"]) == ("ELEC", "GEN")
    assert news["title"] == NEWS.title
    assert news["authors"] == ["Ann Ek and Bo Li"]
    assert (news["year"], news["date"], news["urls"]) == ("2026", "2026/01/12", [PAGE])
    assert news["notes"] == [f"“{DIED}”"]
    assert paper["notes"] == [f"“{FORMULA}” (page 2)", f"From the file {PAPER.source}"]
    assert notes["year"] == "2023"


def test_documents_of_one_name_have_keys_of_their_own() -> None:
    from dataclasses import replace

    one, other = ANSWERS[0].citations[:1], replace(ANSWERS[0].citations[0], source="other/raid.html")
    answer = replace(ANSWERS[2], citations=(*one, replace(other, number=2)))
    documents = {**DOCUMENTS, "other/raid.html": replace(NEWS, source="other/raid.html")}
    assert [item["id"] for item in json.loads(csl([answer], documents))] == ["raid", "raid-2"]


def test_without_citations_there_is_nothing() -> None:
    assert (csl((), {}), bibtex((), {}), ris((), {})) == ("[]\n", "", "")
