"""Documents become what a store keeps of them: their passages, and which of them tell one story."""

from collections.abc import Iterator, Mapping, Sequence

from rag.documents import split
from rag.index.near_duplicates import stories
from rag.index.store import Ingested
from rag.schema import Document


def ingested(documents: Sequence[Document], digests: Mapping[str, str], passage_chars: int) -> Iterator[Ingested]:
    """Yield each document with its passages, one at a time.

    Args:
        documents: in the order of their numbers.
        digests: of each document, by source.
        passage_chars: most characters in a passage.
    """
    of_one_story = stories([document.text for document in documents])
    for document, story in zip(documents, of_one_story, strict=True):
        yield Ingested(document, digests[document.source], story, split.passages(document, passage_chars))
