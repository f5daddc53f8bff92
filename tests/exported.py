"""Answers over three documents, hostile ones among them, to be exported."""

from dataclasses import replace

from rag.schema import Answer, Citation, Claim, Document, Stated

PAGE = "https://news.example/raid?id=7"
NEWS = Document(
    "news/raid.html",
    "The raid on Monday\n\nIt was a raid. Officials said 32 people, 1-2 of them guards, died & many were hurt. It was "
    "a raid, again.\n\nThe longest sentence of this page goes on and on, so that nobody would want to see all of its "
    "words in an address, and it ends here at last.\n",
    "Raid kills 32: “50% & more”",
    publisher="The Example {Times}",
    published="2026-01-12",
    url=PAGE,
    author="Ann Ek and Bo Li",
    language="en",
)
PAPER = Document(
    "papers/Übersicht 1.pdf",
    'Page one says [2] nothing.\n\n=HYPERLINK("http://evil.example") is *not* a formula.\n\nPage two ends here.',
    "A paper\\ on #things_",
    pages=(0, 28),
)
NOTES = Document("notes.txt", "Plain notes: the price is 45 euros.", "Plain notes", published="2023")
DOCUMENTS = {document.source: document for document in (NEWS, PAPER, NOTES)}


def citation(number: int, document: Document, quote: str, page: int | None = None) -> Citation:
    start = document.text.index(quote)
    known = (document.title, document.published, start, start + len(quote), quote, 0.9, page)
    return Citation(number, document.source, *known, publisher=document.publisher)


DIED = "Officials said 32 people, 1-2 of them guards, died & many were hurt."
FORMULA = '=HYPERLINK("http://evil.example") is *not* a formula.'
PRICE = "Plain notes: the price is 45 euros."
ANSWER = Answer(
    "How many\ndied?",
    "How many people died in the raid?",
    "answered",
    None,
    0.91234,
    claims=(
        Claim("32 died <b>there</b>.", "supported", (1,)),
        Claim(FORMULA, "supported", (2, 1)),
    ),
    citations=(
        citation(1, NEWS, DIED),
        citation(2, PAPER, FORMULA, 2),
        citation(3, NOTES, PRICE),
    ),
    short_answer="32",
    conflict=(
        Stated("50 euros", (1,), "2026-01-12"),
        Stated("45 euros", (3,), "2023-01-01", superseded=True),
    ),
    index="abc",
)
REFUSAL = Answer(
    "=1+1?", "=1+1?", "refused", "not_supported", 0.1, index="abc", missing=("3 of 4 pages of a.pdf have no text",)
)
AGAIN = replace(
    ANSWER, question="And then?", standalone="And then?", claims=ANSWER.claims[:1], citations=ANSWER.citations[:1],
    conflict=(), short_answer=None,
)  # fmt: skip
ANSWERS = (ANSWER, REFUSAL, AGAIN)
