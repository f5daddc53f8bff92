"""Answers and passages in the shapes of Anthropic's and Cohere's APIs."""

from collections.abc import Iterator
from typing import Any

from rag.schema import Answer, Citation, Passage, Retrieved
from rag.serving.spans import plain, spans

MODEL = "quoteline"


def anthropic(answer: Answer, ours: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as a message of Anthropic's, a text block a claim.

    Args:
        answer: the answer.
        ours: its JSON form, which stands in a field of its own.
    """
    places = {source: place for place, source in enumerate(dict.fromkeys(one.source for one in answer.citations))}
    by_number = {citation.number: citation for citation in answer.citations}
    blocks = [
        {
            "type": "text",
            "text": claim.text,
            "citations": [_char_location(by_number[number], places) for number in claim.citations],
        }
        for claim in answer.claims
    ]
    return {
        "id": f"msg_{answer.index}",
        "type": "message",
        "role": "assistant",
        "model": MODEL,
        "content": blocks or [{"type": "text", "text": plain(answer), "citations": None}],
        "stop_reason": "end_turn" if blocks or answer.message else "refusal",
        "stop_sequence": None,
        "usage": {"input_tokens": 0, "output_tokens": 0},
        "quoteline": {**ours, "documents": list(places)},
    }


def _char_location(citation: Citation, places: dict[str, int]) -> dict[str, Any]:
    return {
        "type": "char_location",
        "cited_text": citation.quote,
        "document_index": places[citation.source],
        "document_title": citation.title,
        "start_char_index": citation.start,
        "end_char_index": citation.end,
        "file_id": None,
        "quoteline": {"source": citation.source},
    }


def search_results(retrieved: Retrieved) -> dict[str, Any]:
    """Return passages as blocks that a message to Anthropic's models can hold, a text block a sentence."""
    return {
        "content": [
            {
                "type": "search_result",
                "source": f"{hit.passage.source}:{hit.passage.start}-{hit.passage.end}",
                "title": hit.passage.title or hit.passage.source,
                "content": [{"type": "text", "text": text} for text in _sentences(hit.passage)],
                "citations": {"enabled": True},
            }
            for hit in retrieved.hits
        ]
    }


def _sentences(passage: Passage) -> Iterator[str]:
    """Yield a passage's sentences, each up to the next one: together they are its text."""
    starts = [0, *(sentence.start - passage.start for sentence in passage.sentences[1:])]
    for start, end in zip(starts, [*starts[1:], len(passage.text)], strict=True):
        yield passage.text[start:end]


def cohere(answer: Answer, ours: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as Cohere's chat (v2) has it: the claims one text, and a citation a claim.

    Args:
        answer: the answer.
        ours: its JSON form, which stands in a field of its own.
    """
    text = plain(answer)
    cited: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for span in spans(answer.claims, answer.citations):
        cited.setdefault((span.start, span.end), []).append(_document_source(span.citation))
    return {
        "id": f"chat_{answer.index}",
        "finish_reason": "COMPLETE",
        "message": {
            "role": "assistant",
            "content": [{"type": "text", "text": text}],
            "citations": [
                {
                    "start": start,
                    "end": end,
                    "text": text[start:end],
                    "content_index": 0,
                    "type": "TEXT_CONTENT",
                    "sources": sources,
                }
                for (start, end), sources in cited.items()
            ],
        },
        "usage": {"tokens": {"input_tokens": 0, "output_tokens": 0}},
        "quoteline": ours,
    }


def _document_source(citation: Citation) -> dict[str, Any]:
    identity = f"{citation.source}:{citation.start}-{citation.end}"
    return {
        "type": "document",
        "id": identity,
        "document": {"id": identity, "title": citation.title, "text": citation.quote, "source": citation.source},
    }


def documents(retrieved: Retrieved) -> dict[str, Any]:
    """Return passages as the ``documents`` that a request to Cohere's chat (v2) takes."""
    return {
        "documents": [
            {
                "id": f"{hit.passage.source}:{hit.passage.start}-{hit.passage.end}",
                "data": {"title": hit.passage.title or hit.passage.source, "text": hit.passage.text},
            }
            for hit in retrieved.hits
        ]
    }
