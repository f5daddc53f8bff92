"""Retrieval measured by rank, with ir-measures: what stands where among the ten best."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
from ir_measures import RR, Measure, R, nDCG

from rag.evaluation.evidence import Gold, passage_span
from rag.schema import Hit, Passage

DEPTH = 10
_MISSING = "no place of group"
MEASURES = {"recall@1": R @ 1, "recall@5": R @ 5, "recall@10": R @ DEPTH, "ndcg@10": nDCG @ DEPTH, "rr@10": RR @ DEPTH}


@dataclass(frozen=True, slots=True)
class Ranked:
    """What is relevant to a question and what was retrieved for it, best first, by the same names."""

    relevant: tuple[str, ...]
    retrieved: tuple[str, ...]


def ranked(gold: Gold, hits: Sequence[Hit], passages_of: Callable[[str], Sequence[Passage]]) -> Ranked:
    """Return a question's hits and its relevant units.

    A unit is a passage, relevant if it meets a place of the evidence; where the gold names documents without a quote, a
    unit is a document, which stands where its best passage does. A group of which nothing is in the index is a unit
    that cannot be retrieved.

    Args:
        gold: the question's evidence, located.
        hits: best first.
        passages_of: all passages of a source.
    """
    missing = tuple(f"{_MISSING} {n}" for n, group in enumerate(gold.groups) if not group)
    sources = dict.fromkeys(span.source for span in gold.spans)
    if gold.whole:
        return Ranked((*sources, *missing), tuple(dict.fromkeys(hit.passage.source for hit in hits)))
    candidates = [passage for source in sources for passage in passages_of(source)]
    relevant = [p for p in candidates if any(passage_span(p).meets(place) for place in gold.spans)]
    return Ranked((*map(_name, relevant), *missing), tuple(_name(hit.passage) for hit in hits))


def _name(passage: Passage) -> str:
    return f"{passage.start}:{passage.source}"


def measure(questions: Mapping[str, Ranked], measures: Mapping[str, Measure] = MEASURES) -> dict[str, dict[str, float]]:
    """Return each measure of each question, by the measure's name.

    One for which nothing was retrieved scores 0, one without anything relevant is absent.
    """
    asked = {id_: question for id_, question in questions.items() if question.relevant}
    qrels = [ir_measures.Qrel(id_, unit, 1) for id_, question in asked.items() for unit in question.relevant]
    run = [
        ir_measures.ScoredDoc(id_, unit, 1 / rank)  # no ties: the order is the one retrieved
        for id_, question in asked.items()
        for rank, unit in enumerate(question.retrieved, start=1)
    ]
    figures = {id_: dict.fromkeys(measures, 0.0) for id_ in asked}
    names = {measure: name for name, measure in measures.items()}
    for found in ir_measures.iter_calc(list(names), qrels, run) if asked else ():
        figures[found.query_id][names[found.measure]] = found.value
    return figures
