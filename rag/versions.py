"""What several documents say to one question, where they do not say the same: versions of one thing, or a conflict.

A document is a later version of another if both have a date and they are of one publisher, title or name. What only an
older one says then is superseded. Between others neither is: both are told. A question may name a time itself: "now",
"in 2023", "before 2025"; then what was said by then counts.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.agree import Value, agree, stands_in, value
from rag.schema import Evidence
from rag.terms import root, terms

CONTENDING = 0.4
"""What another document says counts if its score is at least this part of the best one's."""
SAME_MATTER = 0.75
"""And if it has at least this part of the question's words that the best one's passage has."""
MOST = 4
"""Values of one answer."""


@dataclass(frozen=True, slots=True)
class Version:
    """One value, and who says so."""

    value: str
    evidence: tuple[Evidence, ...]
    """A sentence of each document, the best first."""
    superseded: bool = False


def contenders(question: str, evidence: Sequence[Evidence]) -> tuple[Version, ...]:
    """Return the values that documents give, if they give more than one, the likeliest first.

    Args:
        question: standalone.
        evidence: best first.
    """
    groups: list[tuple[Value, list[Evidence]]] = []
    sources: set[str] = set()
    wanted = {root(term) for term in terms(question)}
    least = 0.0
    for item in evidence:
        if item.score < CONTENDING * evidence[0].score:
            break
        if item.passage.source in sources:
            continue
        found = value(question, item.short_answer, item.quote, item.passage.published)
        if not found:
            continue
        has = len(wanted & {root(term) for term in terms(f"{item.passage.title} {item.passage.text}")})
        least = least or SAME_MATTER * has
        if has < least:
            continue
        sources.add(item.passage.source)
        verdicts = [agree(found, other) for other, _ in groups]
        if True in verdicts:
            groups[verdicts.index(True)][1].append(item)
        elif None not in verdicts and not any(_shared(found, item, *group) for group in groups):
            groups.append((found, [item]))
    return tuple(Version(found.text, tuple(items)) for found, items in groups[:MOST]) if len(groups) > 1 else ()


def _shared(found: Value, item: Evidence, other: Value, items: Sequence[Evidence]) -> bool:
    """Tell whether one of two sentences has both values: then they are no alternatives."""
    return stands_in(other, item.quote) or any(stands_in(found, one.quote) for one in items)
