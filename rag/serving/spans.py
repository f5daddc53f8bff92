"""Where each claim of an answer stands in its plain text, with what it cites; and a refusal in words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.output.render import NOT_READ, unshown
from rag.schema import REASONS, Answer, Citation, Claim


@dataclass(frozen=True, slots=True)
class Span:
    """``answer[start:end]`` is a claim, and this one of its citations."""

    start: int
    end: int
    citation: Citation


def spans(claims: Sequence[Claim], citations: Sequence[Citation], start: int = 0) -> Iterator[Span]:
    """Yield the spans of claims that stand one a line, the first of them at an offset."""
    by_number = {citation.number: citation for citation in citations}
    for claim in claims:
        end = start + len(claim.text)
        yield from (Span(start, end, by_number[number]) for number in claim.citations)
        start = end + 1


def refusal(answer: Answer) -> str:
    """Return why an answer was refused, in words; empty for one that was not, and for a reply to a greeting."""
    if answer.outcome == "answered" or answer.message:
        return ""
    told = f"{unshown(answer)} ({REASONS[answer.reason or '']})"
    return "\n".join([told, *(f"{NOT_READ}: {item}" for item in answer.missing)])


def plain(answer: Answer) -> str:
    """Return what is said: the claims, a reply to a greeting, or a refusal."""
    return answer.answer or answer.message or refusal(answer)
