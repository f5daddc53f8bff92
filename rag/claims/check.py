"""The claims of any text, each held against an index: supported, contradicted or not found, with the quote.

A text becomes sentences, without marks that cite, links and markup: those are hints of its author where to look
(:mod:`rag.claims.hints`) and no evidence. Each is looked for like a question, in all sources and in those that are
hinted at, and the passages found are judged (:mod:`rag.claims.judging`). A quotation in it must stand in a source word
for word, and whoever is named beside it must be named there.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from rag.claims.hints import Known, explained, hints
from rag.claims.judging import Decide, Judgement, Pair
from rag.claims.objections import quoted_speech
from rag.claims.speaker import speaker
from rag.conversation.rewrite import standalone
from rag.documents.split import sentences
from rag.english import grammar
from rag.english.guards import absent, against
from rag.english.preference import publishers_named, unattributed
from rag.english.question_form import unresolved
from rag.errors import UsageError
from rag.index.store import Store
from rag.reading.citations import cited, closest_of
from rag.schema import CheckedClaim, CheckVerdict, Citation, Evidence, Hit, Passage, Quotation, Sentence, Turn
from rag.text.terms import plain_words, terms
from rag.text.untrusted import uncited

LEAST_TERMS = 2
"""Words that say something, of a line that claims something."""
AROUND = 300
"""Characters before and behind a quotation in which whoever says it is named."""
MOST_QUOTATIONS = 12
"""Of a claim: each is looked for like a question, and then in the text of every source that was found."""
SKIPPED = 400
"""Most characters that an ellipsis in a quotation stands for."""

Find = Callable[[str, Sequence[str]], Sequence[Hit]]
"""Finds passages for a question, in the named sources alone if there are any."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a text that claims something."""

    text: str
    """Without marks that cite and markup."""
    start: int
    end: int
    before: str
    """The statement before it, to which it may point."""
    hints: tuple[str, ...] = ()
    """What it cites."""


def statements(text: str) -> list[Statement]:
    r"""Return the sentences of a text that claim something, in order.

    >>> [one.text for one in statements("# Report\n\nOil rose [1]. Why? It fell **later** (source 2).")]
    ['Oil rose.', 'It fell later.']
    """
    notes = explained(text)
    found: list[Statement] = []
    for place in sentences(text):
        plain = uncited(text[place.start : place.end])
        if _claims(plain) and not any(note.start <= place.start < note.end for note in notes):
            found.append(Statement(plain, place.start, place.end, found[-1].text if found else ""))
    cited_there = hints(text, [(one.start, one.end) for one in found], notes)
    return [replace(one, hints=told) for one, told in zip(found, cited_there, strict=True)]


def claimed(text: str) -> list[Statement]:
    """Return what :func:`statements` does; UsageError if the text claims nothing."""
    if found := statements(text):
        return found
    raise UsageError("the text claims nothing: give one with a statement")


def _claims(plain: str) -> bool:
    """Tell whether a line claims something: a heading, a question and what leads in to a list do not."""
    bare = plain.rstrip("\"”’')")
    if len(set(terms(plain))) < LEAST_TERMS or bare[-1:] in ("?", ":"):
        return False
    own = grammar.tag(plain)
    verb = any(grammar.is_verb(word, own[n - 1] if n else None) for n, word in enumerate(own))
    return bare[-1:] in (".", "!", "…") or verb


@dataclass(slots=True)
class Checker:
    """Checks statements one after the other, and numbers what it cites from 1 in the order of use."""

    store: Store
    find: Find
    decide: Decide
    known: Known
    """What the hints of the text may mean."""
    citations: dict[tuple[str, Sentence], Citation] = field(default_factory=dict)

    def check(self, statement: Statement) -> CheckedClaim:
        """Return what the sources say to a statement."""
        cites = self.known.meant(statement.hints)
        plain = self.known.bare(statement.text, self.store.publishers) if cites else statement.text
        read, about = plain, plain
        if statement.before and unresolved(plain):
            read = standalone(plain, [Turn(statement.before, "")])
            about = f"{statement.before} {read}"
        publishers = self.store.publishers
        bare = unattributed(read, publishers)
        said_by = publishers_named(read, publishers) if bare != read else set()
        hits = list(self.find(about, ()))
        if cites:
            hits += _new(self.find(about, cites), hits)
        quotations = quoted_speech(plain)
        marks = [self._mark(plain, said, hits) for said in quotations[:MOST_QUOTATIONS]]
        judged = self._judged(bare, hits)
        supports = [one for one in judged if one[0].verdict == "supports"]
        by_them = [one for one in supports if not said_by or one[1].publisher in said_by]
        contradicts = [one for one in judged if one[0].verdict == "contradicts" and _meets(bare, *one)]
        contradicts.sort(key=lambda one: -one[0].contradiction)
        reason = next(filter(None, map(_fault, marks)), None)
        if len(quotations) > MOST_QUOTATIONS:
            reason = reason or f"it has more than {MOST_QUOTATIONS} quotations: cut it in two"
        if supports and not by_them:
            reason = reason or f"{' or '.join(sorted(said_by))} is not who says so: {supports[0][1].source} does"
        verdict: CheckVerdict = "not_found"
        shown: list[int] = []
        opposed: list[int] = []
        best = max(judged, key=lambda one: one[0].score, default=None)
        if by_them and not reason:
            # Where what the text cites supports it, that is what its reader wants to see.
            verdict, best = "supported", max(by_them, key=lambda one: (one[1].source in cites, one[0].score))
            shown, opposed = [self._cite(*best)], [self._cite(*one) for one in contradicts[:1]]
        elif contradicts and not by_them:
            verdict, shown = "contradicted", [self._cite(*contradicts[0])]
        if not reason and verdict != "supported":
            reason = next((one.reason for one, _ in judged if one.reason), None)
        near = closest_of(_evidence(*best)) if best and verdict == "not_found" else None
        return CheckedClaim(
            text=statement.text,
            start=statement.start,
            end=statement.end,
            verdict=verdict,
            score=best[0].score if best else 0.0,
            citations=tuple(shown),
            against=tuple(opposed),
            reason=reason,
            read=read if read != plain else None,
            quotations=tuple(map(self._quotation, marks)),
            closest=near,
            cites=cites,
            elsewhere=bool(verdict == "supported" and cites and best and best[1].source not in cites),
        )

    def _judged(self, claim: str, hits: Sequence[Hit]) -> list[tuple[Judgement, Passage]]:
        """Return what each passage says to a claim, in the order of the hits."""
        found = [hit.passage for hit in hits]
        pairs = [
            Pair(
                claim,
                passage.text,
                passage.title,
                passage.published or "",
                tuple((s.start - passage.start, s.end - passage.start) for s in passage.sentences),
            )
            for passage in found
        ]
        return list(zip(self.decide(pairs), found, strict=True))

    def _mark(self, claim: str, said: str, hits: list[Hit]) -> "_Mark":
        """Look for a quotation of a claim in the sources of its hits; the passages found for itself join them."""
        hits += _new(self.find(said, ()), hits)
        place = _found(self.store, said, list(dict.fromkeys(hit.passage.source for hit in hits)))
        if place is None:
            return _Mark(said)
        beside, at = claim.replace(said, " "), claim.find(said)
        text = self.store.document(place.passage.source).text
        around = text[max(0, place.sentence.start - AROUND) : place.sentence.end + AROUND]
        ours = speaker(claim, at, at + len(said))
        if not ours and not absent(beside, ""):
            return _Mark(said, place)
        there = f"{_about(place.passage)} {around}"
        # Where the source does not tell right beside it who says it, who is named here must be named near.
        theirs = speaker(text, place.sentence.start, place.sentence.end) or plain_words(there)
        return _Mark(said, place, not (ours and ours.isdisjoint(theirs)) and not absent(beside, there))

    def _quotation(self, mark: "_Mark") -> Quotation:
        """Return a quotation with its citation: that of a sentence that has it, or its own."""
        if mark.place is None:
            return Quotation(mark.said, verbatim=False, attributed=None)
        source, own = mark.place.passage.source, mark.place.sentence
        for citation in self.citations.values():
            if citation.source == source and citation.start <= own.start and own.end <= citation.end:
                return Quotation(mark.said, verbatim=True, attributed=mark.attributed, citations=(citation.number,))
        number = self._number(mark.place)
        return Quotation(mark.said, verbatim=True, attributed=mark.attributed, citations=(number,))

    def _cite(self, judgement: Judgement, passage: Passage) -> int:
        return self._number(_evidence(judgement, passage))

    def _number(self, item: Evidence) -> int:
        place = (item.passage.source, item.sentence)
        return self.citations.setdefault(place, cited(len(self.citations) + 1, item)).number


def _evidence(judgement: Judgement, passage: Passage) -> Evidence:
    """Return the sentence of a passage that decides."""
    start, end = judgement.sentence
    return Evidence(passage, Sentence(passage.start + start, passage.start + end), judgement.score)


def _meets(claim: str, judgement: Judgement, passage: Passage) -> bool:
    """Tell whether a passage that a network says contradicts a claim is about the same, and does not say it."""
    sentence = passage.text[slice(*judgement.sentence)]
    return against(claim, sentence, "no", f"{_about(passage)} {passage.text}") is None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A quotation of a claim, and where it stands."""

    said: str
    place: Evidence | None = None
    attributed: bool | None = None


def _fault(mark: _Mark) -> str | None:
    """Return what is wrong with a quotation."""
    if mark.place is None:
        return f'no source says "{mark.said}" word for word'
    where = mark.place.passage.source
    return f'"{mark.said}" stands in {where}, but not beside who is named here' if mark.attributed is False else None


def _about(passage: Passage) -> str:
    return " ".join(filter(None, (passage.title, passage.publisher, passage.published)))


def _found(store: Store, said: str, sources: Sequence[str]) -> Evidence | None:
    """Return where a source says a quotation, word for word; None if none does."""
    pieces = [words_of for part in re.split(r"…|\.{3}|\[[^\]]*\]", said) if (words_of := re.findall(r"\w+", part))]
    for source in sources:
        document = store.document(source)
        if span := _stands(document.text, pieces):
            start, end = span
            near = max(store.of(source), key=lambda passage: min(end, passage.end) - max(start, passage.start))
            place = Sentence(start, end)
            text = document.text[start:end]
            return Evidence(replace(near, start=start, end=end, text=text, sentences=(place,)), place, 1.0)
    return None


def _new(found: Sequence[Hit], known: Sequence[Hit]) -> list[Hit]:
    """Return those hits whose passages are not known already."""
    return [hit for hit in found if all(hit.passage != other.passage for other in known)]


def _stands(text: str, pieces: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """Return where the pieces of a quotation stand one after the other, at most ``SKIPPED`` characters apart.

    Piece by piece, and not as one pattern: that would try every way to skip, which a text with many ellipses and hardly
    any words would make last forever.
    """
    gap = r"[\W_]{1,4}"
    chains: list[tuple[int, int]] = []  # where each begins and ends, in the order of both
    for number, piece in enumerate(pieces):
        first, last = r"(?<!\w)" if number == 0 else "", r"(?!\w)" if number == len(pieces) - 1 else ""
        pattern = re.compile(f"{first}{gap.join(map(re.escape, piece))}{last}", re.IGNORECASE)
        spans = [match.span() for match in pattern.finditer(text)]
        if number == 0:
            chains = spans
            continue
        ends = [end for _, end in chains]
        longer = []
        for start, end in spans:
            before = bisect_right(ends, start) - 1
            if before >= 0 and start - ends[before] <= SKIPPED:
                longer.append((chains[before][0], end))
        chains = longer
    return chains[0] if chains else None
