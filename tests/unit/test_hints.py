import pytest

from rag.claims.check import statements
from rag.claims.hints import Known, explained, hints

KNOWN = [
    ("harbour.md", "Harbour opens", "https://www.news.example/harbour/?id=2#top"),
    ("reports/ferry.md", "No ferry", None),
    ("reports/oil.txt", "Oil", None),
]


def meant(*cited: str) -> tuple[str, ...]:
    return Known(iter(KNOWN)).meant(cited)


def cites(text: str) -> list[tuple[str, ...]]:
    return [Known(KNOWN).meant(one.hints) for one in statements(text)]


@pytest.mark.parametrize(
    ("cited", "source"),
    [
        ("http://news.example/harbour?id=2", "harbour.md"),
        ("see https://NEWS.example/harbour/?id=2, p. 3", "harbour.md"),
        ("harbour.md", "harbour.md"),
        ("The Gazette, “HARBOUR opens”, 4 March 2021", "harbour.md"),
        ("ferry.md", "reports/ferry.md"),
        ("Reports/ferry.md, page 2.", "reports/ferry.md"),
        ("[oil.txt]", "reports/oil.txt"),
    ],
)
def test_a_hint_means_a_document_by_address_name_or_title(cited: str, source: str) -> None:
    assert meant(cited) == (source,)


@pytest.mark.parametrize("cited", ["", "Oil", "https://news.example/harbour", "https://[bad", "harbour", "ferry"])
def test_what_names_no_document_means_none(cited: str) -> None:
    assert meant(cited) == ()


def test_a_name_that_many_documents_have_means_none() -> None:
    assert Known([(f"{n}/minutes.md", "Minutes of a meeting", None) for n in range(9)]).meant(["minutes.md"]) == ()


def test_the_documents_are_read_only_for_a_text_that_cites() -> None:
    unread = iter(KNOWN)
    assert Known(unread).meant(()) == ()
    assert next(unread) == KNOWN[0]


def test_marks_lead_to_the_lines_that_explain_them() -> None:
    text = (
        "Ana opened the harbour.[1] The ferry did not run [2, 3]. Oil rose in spring.[^o]\n\n"
        "[1]: https://www.news.example/harbour/?id=2\n[2] Somebody, https://else.example/x\n[^o]: oil.txt\n\n"
        "## Sources\n\n3. No ferry\n"
    )
    assert cites(text) == [("harbour.md",), ("reports/ferry.md",), ("reports/oil.txt",)]


@pytest.mark.parametrize(
    "text",
    [
        "The [harbour](https://news.example/harbour?id=2 'x') was opened by Ana.",
        "The harbour was opened by Ana, https://news.example/harbour?id=2.",
        "The harbour was opened by Ana (Harbour opens, The Gazette).",
        "The harbour was opened by Ana [1-2].\n\nReferences\n- somebody.md\n- harbour.md",
        "The harbour was opened by Ana.¹\n\n**Sources:**\n[1] harbour.md",
        "The harbour was opened by Ana 【1†source】.\n\nSources\n1) harbour.md",
    ],
)
def test_forms_of_citing(text: str) -> None:
    assert cites(text) == [("harbour.md",)]


def test_a_mark_behind_the_full_stop_is_of_the_claim_before_it() -> None:
    text = "Ana opened the harbour. [1] Ben bought two ships.\n\n[1]: harbour.md"
    assert cites(text) == [("harbour.md",), ()]


def test_what_explains_a_mark_claims_nothing_and_all_else_does() -> None:
    text = "Oil rose in spring [1].\n\nSources\n\n1. Oil rose in spring, says Ana.\n\nBen bought two ships in Porto.\n"
    assert [one.text for one in statements(text)] == ["Oil rose in spring.", "Ben bought two ships in Porto."]
    numbered = "1. Oil rose in spring.\n2. Ben bought two ships in Porto."
    assert len(statements(numbered)) == 2
    assert explained(numbered) == []


def test_a_list_of_sources_ends_at_the_next_heading() -> None:
    text = "# Sources\n- oil.txt\n# Findings\n- Oil rose in spring."
    assert [one.text for one in explained(text)] == ["oil.txt"]
    assert len(statements(text)) == 1


def test_marks_before_the_first_claim_are_its_own() -> None:
    claim = "[1] Ana opened the harbour."
    text = f"{claim}\n[1]: harbour.md"
    assert hints(text, [(0, len(claim))], explained(text)) == [("harbour.md",)]


@pytest.mark.parametrize(
    ("claim", "bare"),
    [
        ("Ana opened it (harbour.md).", "Ana opened it."),
        ("Ana opened it (see “Harbour opens”, The Gazette, 4 March 2021, p. 3).", "Ana opened it."),
        ("Ana opened it (ferry.md; harbour.md).", "Ana opened it."),
        ("Ana opened it (harbour.md says on Monday).", "Ana opened it (harbour.md says on Monday)."),
        ("Ana opened it (Harbour opens, for the rich).", "Ana opened it (Harbour opens, for the rich)."),
        ("Ana opened it (The Gazette, 2021).", "Ana opened it (The Gazette, 2021)."),
        ("Ana opened it (again).", "Ana opened it (again)."),
    ],
)
def test_brackets_that_only_cite_are_no_part_of_a_claim(claim: str, bare: str) -> None:
    assert Known(KNOWN).bare(claim, ["The Gazette"]) == bare
