"""Evidence becomes an answer: each claim is a quoted sentence, and the program alone numbers the citations.

Nothing in a source or a question can become a citation: numbers are counted here, and offsets come from the index.
"""

from dataclasses import dataclass

from rag.schema import Citation, Claim, Closest, Evidence, Reading

MOST_CLAIMS = 3
NEAR_BEST = 0.65
"""A further sentence is quoted if its score is at least this part of the best one's (training/LOG.md says why)."""
MOST_CLOSEST = MOST_CLAIMS


@dataclass(frozen=True, slots=True)
class Composed:
    """The claims of an answer with their citations, or the closest passages of a refusal: one of the two is empty."""

    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    closest: tuple[Closest, ...] = ()


def compose(reading: Reading, threshold: float) -> Composed:
    """Quote the sentences that answer, or what came closest when the reader's confidence is below ``threshold``.

    Args:
        reading: what the reader made of the hits; its evidence may be empty.
        threshold: least confidence for an answer, 0 to 1.
    """
    evidence = reading.evidence
    if not evidence or reading.confidence < threshold:
        return Composed(closest=tuple(_closest(item) for item in evidence[:MOST_CLOSEST]))
    least = NEAR_BEST * evidence[0].score
    chosen = [item for item in evidence[:MOST_CLAIMS] if item.score >= least]
    chosen[1:] = sorted(chosen[1:], key=lambda item: (item.passage.source, item.sentence.start))
    claims = tuple(Claim(" ".join(item.quote.split()), "supported", (n,)) for n, item in enumerate(chosen, start=1))
    return Composed(claims, tuple(_citation(n, item) for n, item in enumerate(chosen, start=1)))


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
