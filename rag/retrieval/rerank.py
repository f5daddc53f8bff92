"""Orders the passages found for a question by a cross-encoder, for those who have one.

None is used by default: the package index holds no weights of one, and it takes torch at question time.
"""

from collections.abc import Sequence
from dataclasses import replace

from rag.errors import EncoderError, first_line
from rag.schema import Hit

CANDIDATES = 50
"""Passages that are looked at, or ``k`` if that is more."""


class Reranker:
    """A cross-encoder of sentence-transformers, on the CPU.

    Args:
        name: on the model hub, or a folder.

    Raises:
        EncoderError: there is no such model here.
    """

    def __init__(self, name: str) -> None:
        from sentence_transformers import CrossEncoder
        from torch.nn import Sigmoid

        self.name = name
        try:
            self._model = CrossEncoder(name, device="cpu", num_labels=1, activation_fn=Sigmoid())
        except Exception as error:  # a folder may hold anything, and each library has errors of its own
            raise EncoderError(f"reranker {name!r} cannot be loaded: {first_line(error)}") from error
        architectures = self._model.config.architectures or ()
        if not any(architecture.endswith("ForSequenceClassification") for architecture in architectures):
            raise EncoderError(f"reranker {name!r} is no cross-encoder: its weights end in {', '.join(architectures)}")

    def rerank(self, question: str, hits: Sequence[Hit], k: int) -> list[Hit]:
        """Return the ``k`` hits that the model finds best, best first, its odds as their scores."""
        if not hits:
            return []
        odds = self._model.predict([(question, hit.passage.text) for hit in hits], show_progress_bar=False).tolist()
        order = sorted(range(len(hits)), key=lambda n: -odds[n])[:k]
        return [
            replace(hits[n], score=float(odds[n]), ranks={**hits[n].ranks, "reranker": place})
            for place, n in enumerate(order, start=1)
        ]
