"""Quoteline as components of Haystack (``pip install quoteline[haystack]``).

    from haystack import Pipeline
    from rag.integrations.haystack import QuotelineAnswerer

    pipeline = Pipeline()
    pipeline.add_component("answerer", QuotelineAnswerer("index"))
    pipeline.run({"answerer": {"query": "Who is Cuba's foreign minister?"}})["answerer"]["answers"]

A component is stored by its folder and settings, and opens its index when it warms up.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from haystack import Document, component, default_from_dict, default_to_dict
from haystack.dataclasses import ExtractedAnswer

from rag.config import Config
from rag.engine import Engine
from rag.errors import UsageError
from rag.integrations.common import described, filter_of, name
from rag.output.render import answer_object
from rag.schema import Citation, Filter, Hit


class _Opened:
    """An index by its folder, opened once."""

    def __init__(self, index: str = "index", settings: dict[str, Any] | None = None) -> None:
        self.index = index
        self.settings = settings or {}
        self._engine: Engine | None = None

    def warm_up(self) -> None:
        """Open the index."""
        self._engine = self._engine or Engine.open(self.index, replace(Config(), **self.settings))

    @property
    def engine(self) -> Engine:
        """The engine over the index, opened if it is not."""
        self.warm_up()
        assert self._engine  # noqa: S101 (what warming up does)
        return self._engine

    def to_dict(self) -> dict[str, Any]:
        """Return the component as Haystack stores it."""
        return default_to_dict(self, index=self.index, settings=self.settings)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Any:
        """Return a component that was stored."""
        return default_from_dict(cls, data)


@component
class QuotelineRetriever(_Opened):
    """Passages for a query, best first, with their exact place in ``meta``.

    Args:
        index: the folder of the index.
        settings: of :class:`~rag.config.Config`, by name.
    """

    @component.output_types(documents=list[Document])
    def run(self, query: str, top_k: int | None = None, filters: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``{"documents": [...]}``: at most ``top_k`` (by default the setting ``k``) that pass the filters."""
        found = self.engine.search(query, top_k, _filter(filters))
        return {"documents": [_document(hit, hit.passage.text) for hit in found.hits]}


@component
class QuotelineAnswerer(_Opened):
    """Quotes that answer a query, and the answer's JSON form; a refusal has no quotes.

    Args:
        index: the folder of the index.
        settings: of :class:`~rag.config.Config`, by name.
    """

    @component.output_types(answers=list[ExtractedAnswer], answer=dict[str, Any])
    def run(self, query: str, filters: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return ``{"answers": [...], "answer": {...}}``: an answer a citation, its ``data`` the quote, verbatim."""
        answer = self.engine.ask(query, chosen=_filter(filters))
        answers = [
            ExtractedAnswer(
                query=query,
                score=cited.score,
                data=cited.quote,
                document=_document(cited, cited.quote),
                document_offset=ExtractedAnswer.Span(0, len(cited.quote)),
                meta={"number": cited.number, "short_answer": answer.short_answer, "confidence": answer.confidence},
            )
            for cited in answer.citations
        ]
        return {"answers": answers, "answer": answer_object(answer)}


def _document(found: Hit | Citation, text: str) -> Document:
    return Document(id=name(found), content=text, meta=described(found), score=found.score)


def _filter(filters: dict[str, Any] | None) -> Filter:
    """Return Haystack's filters over ``meta.source`` and ``meta.published`` as ours."""
    return filter_of(_conditions(filters) if filters else ())


def _conditions(filters: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    if "conditions" not in filters:
        yield str(filters["field"]).removeprefix("meta."), filters["operator"], filters["value"]
        return
    if filters["operator"] != "AND":
        raise UsageError(f"filters that are joined by {filters['operator']} cannot be used: join them by AND")
    for one in filters["conditions"]:
        yield from _conditions(one)
