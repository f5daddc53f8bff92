"""What is measured of one question: each figure a rule over its gold and its answer.

A figure that does not apply to a question is absent, never zero; a question that was not answered scores zero where an
answer was due. Definitions with their sources stand in ``docs/eval.md``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.evaluation.evidence import Gold, Span, citation_spans, covered, passage_span
from rag.evaluation.gold import Question
from rag.evaluation.text import contains, entails, exact_match, f1
from rag.schema import Answer, Passage
from rag.text.values import only_value, values

QUOTE_CHARS = 80


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure's name and how to read it."""

    name: str
    binary: bool = False
    """Whether each question's value is 0 or 1: a proportion, with a Wilson interval and McNemar's test."""
    better: Literal["higher", "lower"] = "higher"
    gated: bool = False
    """Whether a regression of it fails the gate; Holm's correction is over these."""


FIGURES = {
    figure.name: figure
    for figure in (
        Figure("correct", binary=True, gated=True),
        Figure("truthfulness"),
        Figure("recall@1"),
        Figure("recall@5"),
        Figure("recall@10", gated=True),
        Figure("ndcg@10", gated=True),
        Figure("rr@10"),
        Figure("evidence_recall"),
        Figure("token_recall"),
        Figure("token_precision"),
        Figure("contains_answer", binary=True),
        Figure("answer_recall", gated=True),
        Figure("value_match"),
        Figure("exact_match", binary=True),
        Figure("f1", gated=True),
        Figure("has_answer_exact_match", binary=True),
        Figure("has_answer_f1"),
        Figure("forbidden", binary=True, better="lower"),
        Figure("pointer_validity"),
        Figure("citation_precision", gated=True),
        Figure("citation_recall", gated=True),
        Figure("alce_recall_lexical", gated=True),
        Figure("alce_precision_lexical"),
        Figure("over_refusal", binary=True, better="lower", gated=True),
        Figure("false_answer", binary=True, better="lower", gated=True),
        Figure("no_answer_accuracy", binary=True),
        Figure("flip", binary=True, better="lower"),
    )
}
"""Every figure of a question, by name, in the order in which they are shown."""


def judge(question: Question, gold: Gold, text: str, spans: Sequence[Span], disputed: str = "") -> list[str]:
    """Return why an attempt at an answerable question is not right and cited; nothing if it is.

    Args:
        question: with its gold.
        gold: its evidence, located.
        text: what was said.
        spans: what was cited for it.
        disputed: what was told as one of several things that sources say.
    """
    why = [
        f"answer {n} ({' | '.join(group)}) is not in the answer"
        for n, group in enumerate(question.answers, start=1)
        if not _answered(text, group)
    ]
    for n, (group, met) in enumerate(zip(question.evidence, gold.met(spans), strict=True), start=1):
        if not met:
            quote = group[0].quote or "the whole document" if group else "no member"
            short = quote if len(quote) <= QUOTE_CHARS else f"{quote[:QUOTE_CHARS]}…"
            why.append(f"evidence {n} ({group[0].source if group else '?'}: {short}) is not cited")
    return why + [f"the answer contains {text_!r}" for text_ in _forbidden(question, text, disputed)]


def measure(
    question: Question,
    gold: Gold,
    answer: Answer,
    read: Sequence[Passage],
    text_of: Callable[[str], str],
) -> dict[str, float]:
    """Return the figures of one question, by name, but for those of :mod:`rag.evaluation.ranking` and ``flip``.

    Args:
        question: with its gold.
        gold: its evidence, located.
        answer: what the engine said.
        read: the passages that the reader was given.
        text_of: the canonical text of a source.
    """
    answered = answer.outcome == "answered"
    figures = _retrieval(gold, read, text_of) if question.answerable else {}
    figures |= _short(question, answer)
    if question.answerable:
        figures |= {"over_refusal": float(not answered), **_said(question, answer)}
        figures |= _cited(gold, answer)
    else:
        figures |= {"false_answer": float(answered), "no_answer_accuracy": float(not answered)}
    if question.must_not_contain and answered:
        figures["forbidden"] = float(bool(_forbidden(question, answer.answer, told_as_disputed(answer))))
    if answer.citations:
        sound = [text_of(c.source)[c.start : c.end] == c.quote for c in answer.citations]
        figures["pointer_validity"] = sum(sound) / len(sound)
    return figures | _supported(answer)


def _retrieval(gold: Gold, read: Sequence[Passage], text_of: Callable[[str], str]) -> dict[str, float]:
    """Return what of the evidence the passages that were read hold."""
    if not gold.groups:
        return {}
    spans = [passage_span(passage) for passage in read]
    met = gold.met(spans)
    figures = {"evidence_recall": sum(met) / len(met)}
    if gold.whole:  # the gold names documents, not words
        return figures
    parts = []
    for group in gold.groups:
        shares = [_share(covered(text_of(place.source), place, spans)) for place in group]
        parts.append(max(shares, default=0.0))
    figures["token_recall"] = sum(parts) / len(parts)
    counts = [covered(text_of(span.source), span, gold.spans) for span in spans]
    in_gold, retrieved = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    if retrieved:
        figures["token_precision"] = in_gold / retrieved
    return figures


def _share(counts: tuple[int, int]) -> float:
    return counts[0] / counts[1] if counts[1] else 0.0


def _said(question: Question, answer: Answer) -> dict[str, float]:
    """Return what of the gold answers the answer's text holds."""
    if not question.answers:
        return {}
    text = said(answer)
    held = [any(contains(text, member) for member in group) for group in question.answers]
    figures = {"contains_answer": float(all(held)), "answer_recall": sum(held) / len(held)}
    wanted = [found for group in question.answers if (found := _values_of(group))]
    if wanted:
        figures["value_match"] = sum(bool(found & values(text)) for found in wanted) / len(wanted)
    return figures


def _short(question: Question, answer: Answer) -> dict[str, float]:
    """Return SQuAD 2.0's figures of the short answer: a refusal is the empty string, which is right if none is due."""
    if len(question.answers) > 1 or (question.answerable and not question.answers):
        return {}
    wanted = question.answers[0] if question.answers else ()
    prediction = (answer.short_answer or "") if question.answerable else answer.answer
    figures = {"exact_match": exact_match(prediction, wanted), "f1": f1(prediction, wanted)}
    return figures | ({f"has_answer_{name}": found for name, found in figures.items()} if question.answerable else {})


def _cited(gold: Gold, answer: Answer) -> dict[str, float]:
    """Return how the citations and the gold evidence meet."""
    if not gold.groups:
        return {}
    cited = [citation_spans(citation) for citation in answer.citations]
    met = gold.met([span for spans in cited for span in spans])
    figures = {"citation_recall": sum(met) / len(met)}
    if cited:
        right = [any(span.meets(place) for span in spans for place in gold.spans) for spans in cited]
        figures["citation_precision"] = sum(right) / len(right)
    return figures


def _supported(answer: Answer) -> dict[str, float]:
    """Return ALCE's citation recall and precision, with lexical entailment in the place of a model's.

    A claim is recalled if its quotes together entail it. A citation is precise if its claim is recalled and it either
    entails the claim alone or the others do not entail it without it.
    """
    if not answer.claims:
        return {}
    quotes = {citation.number: citation.quote for citation in answer.citations}
    recalled, precise = [], []
    for claim in answer.claims:
        own = [quotes.get(number, "") for number in claim.citations]
        whole = entails(" ".join(own), claim.text)
        recalled.append(whole)
        for n, quote in enumerate(own):
            rest = " ".join(own[:n] + own[n + 1 :])
            precise.append(whole and (entails(quote, claim.text) or not entails(rest, claim.text)))
    figures = {"alce_recall_lexical": sum(recalled) / len(recalled)}
    return figures | ({"alce_precision_lexical": sum(precise) / len(precise)} if precise else {})


def said(answer: Answer) -> str:
    """Return everything that an answer says: its claims and its short answer."""
    return "\n".join(filter(None, (answer.answer, answer.short_answer)))


def _answered(text: str, group: Sequence[str]) -> bool:
    return any(contains(text, member) for member in group) or bool(_values_of(group) & values(text))


def _values_of(group: Sequence[str]) -> set[str]:
    """Return the values of the members that are a number or a date."""
    return {found for member in group if (found := only_value(member))}


def told_as_disputed(answer: Answer) -> str:
    """Return the quotes of an answer that it shows as one side of a conflict."""
    sides = {number for stated in answer.conflict for number in stated.citations} if len(answer.conflict) > 1 else ()
    return "\n".join(citation.quote for citation in answer.citations if citation.number in sides)


def _forbidden(question: Question, text: str, disputed: str) -> list[str]:
    """Return what must not be said and is, as if nothing else were."""
    return [wrong for wrong in question.must_not_contain if contains(text, wrong) and not contains(disputed, wrong)]
