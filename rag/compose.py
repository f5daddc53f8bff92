"""Evidence becomes an answer: each claim is a quoted sentence, and the program alone numbers the citations.

Nothing in a source or a question can become a citation: numbers are counted here, and offsets come from the index.
"""

from dataclasses import dataclass, replace

from rag.choose import Chosen
from rag.schema import Citation, Claim, Closest, Evidence, Sentence
from rag.shape import unresolved

MOST_CHARS = 1000
"""Of a quote with the sentence before it."""


@dataclass(frozen=True, slots=True)
class Composed:
    """The claims of an answer with their citations, or the closest passages of a refusal: one of the two is empty."""

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Closest, ...] = ()


def compose(chosen: Chosen) -> Composed:
    """Quote what was chosen, or show what came closest."""
    quotes = [with_context(item, chosen.quotes) for item in chosen.quotes]
    numbers = range(1, len(quotes) + 1)
    claims = [Claim(" ".join(item.quote.split()), "supported", (n,)) for n, item in zip(numbers, quotes, strict=True)]
    citations = (_citation(n, item) for n, item in zip(numbers, quotes, strict=True))
    return Composed(tuple(claims), tuple(citations), tuple(_closest(item) for item in chosen.closest))


def with_context(item: Evidence, quotes: tuple[Evidence, ...]) -> Evidence:
    """Return evidence that starts a sentence earlier if its own starts with a word that points there ("He said").

    Not if that sentence is quoted already, is in another passage, or makes the quote too long.
    """
    passage, sentence = item.passage, item.sentence
    place = passage.sentences.index(sentence)
    if not place or not unresolved(item.quote):
        return item
    before = passage.sentences[place - 1]
    quoted = any(other.passage.source == passage.source and other.sentence == before for other in quotes)
    if quoted or sentence.end - before.start > MOST_CHARS:
        return item
    return replace(item, sentence=Sentence(before.start, sentence.end))


def _citation(number: int, item: Evidence) -> Citation:
    passage, sentence = item.passage, item.sentence
    return Citation(
        number=number,
        source=passage.source,
        title=passage.title,
        published=passage.published,
        start=sentence.start,
        end=sentence.end,
        quote=item.quote,
        score=item.score,
        page=passage.page(sentence),
        publisher=passage.publisher,
        also=item.also,
    )


def _closest(item: Evidence) -> Closest:
    passage, sentence = item.passage, item.sentence
    return Closest(
        source=passage.source,
        title=passage.title,
        start=sentence.start,
        end=sentence.end,
        quote=item.quote,
        score=item.score,
    )
