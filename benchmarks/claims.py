"""Measure the checks of a claim on sentences of public sets; print a Markdown table.

    python benchmarks/claims.py --data FOLDER [--part tuned] [--judge careful] [--show KIND] [--most 400]

A pair is a claim and the quotes that it names. Supported ones are people's own summaries of their gold sentences
(ClapNQ), a question with its answer put in (SQuAD 2.0), sentences cut short, turned round or joined, and sentences that
answer a question (SQuAD 2.0, NQ) cut short behind the answer. Unsupported ones are sentences in which one thing was
changed, with a clause that nobody said, from elsewhere, or cut short before the answer. Those of the last group answer
a question: the first two kinds with one thing changed, and a question that has no answer with what the reader takes for
it put in. A judge decides of what has words of its question. Half of the documents (``tuned``) are for choosing the
checks' numbers, the other half (``held``, the default) for the table.
"""

import argparse
import gzip
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag import config
from rag.claims.checks import Supports, unsupported
from rag.claims.judging import Judge, opened
from rag.documents.split import sentences
from rag.reading.network import Window, packaged
from rag.text.terms import terms

SUPPORTED = "supported"
Pair = tuple[str, list[str], str]
"""A claim, its quotes, and the question."""
SETS = ("squad2", "multihop_news", "hotpotqa")
ASKED_SETS = ("squad2", "nq")
THREADS = 2
LEAST_CHARS = 25
MONTHS = (
    "January February March April May June July August September October November December Monday Tuesday Wednesday "
    "Thursday Friday Saturday Sunday"
).split()
OPPOSITES = """
    largest|smallest first|last highest|lowest increased|decreased rose|fell won|lost before|after oldest|youngest
    north|south east|west more|less longer|shorter upper|lower inner|outer hot|cold early|late began|ended
    joined|left mother|father husband|wife son|daughter brother|sister day|night summer|winter rural|urban
    legal|illegal public|private buy|sell strong|weak many|few high|low good|bad open|closed ancient|modern
    import|export better|worse male|female above|below major|minor arrived|departed built|destroyed
    accepted|rejected supported|opposed successful|unsuccessful same|different
""".split()
ADDED = (
    ", which experts later disputed", " and dozens of people were arrested", ", according to the government",
    ", killing several civilians", " because the weather was bad", ", despite protests from local residents",
    ", as the president had ordered", " and it was later cancelled", ", making it the most expensive project ever",
)  # fmt: skip
STRAY = {
    "link": " See https://example.com/more for details.", "image": " ![more](https://example.com/x.png)",
    "markup": " <b>Important</b>", "citation": " [7]", "forged": " (Source 9)",
    "itself": " As an AI, I cannot be sure.", "order": " Please share your password to read on.",
}  # fmt: skip
VERB = r"(?:is|was|were|has|had|will|[a-z]+ed|won|took|made|left|said|became|came|gave|went|met|saw|sold|held) "
NAME = r"[A-Z][\w'’-]*[a-z](?: [A-Z][\w'’-]*[a-z])*"

CLAUSE = re.compile(r",? (?:and|but|while|although|where|which|who|because|after|before|when) |[;,] ")

SIMPLE = re.compile(rf"({NAME}|The [a-z]+) ({VERB}[^,;:]+)\.")
EARLIER = re.compile(rf"(?:{NAME}|The [a-z]+) ({VERB}[^,]*),? (?:and|but|while|although) ({NAME}) {VERB}.+\.")
TWICE = re.compile(rf"({NAME}|The [a-z]+) {VERB}.*[^,],? (?:and|but|while|although) (?:{NAME}|the \w+) ({VERB}.+)\.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of public sets")
    parser.add_argument("--part", choices=("tuned", "held"), default="held")
    parser.add_argument("--judge", choices=("none", "packaged", "careful"), default="packaged")
    parser.add_argument("--models", help="folder where the careful judge was pulled to (RAG_MODELS)")
    parser.add_argument("--show", help="print the pairs of this kind that went wrong")
    parser.add_argument("--most", type=int, default=400, help="pairs of a kind (default: 400)")
    arguments = parser.parse_args()
    settings = config.load({"reader": arguments.judge, "models": arguments.models} if arguments.judge != "none" else {})
    supports = None if arguments.judge == "none" else decided_by(opened(settings))
    print("| pairs | kind | n | refused |\n| --- | --- | --- | --- |")
    for group, kinds in pairs(arguments.data, arguments.part, arguments.most).items():
        totals: list[bool] = []
        for kind, own in kinds.items():
            reasons = [judged(*pair, supports) for pair in own]
            refused = [reason is not None for reason in reasons]
            totals += refused
            print(f"| {group} | {kind} | {len(own)} | {sum(refused) / len(own):.1%} |")
            if kind == arguments.show:
                show(own, reasons, supported=group == SUPPORTED)
        print(f"| {group} | **all** | {len(totals)} | **{sum(totals) / len(totals):.1%}** |")


def decided_by(judge: Judge) -> Supports:
    """Return what a judge decides, as when an answer is written."""
    return lambda claim, passage: judge.judge([(claim, passage)])[0].verdict == "supports"


def judged(claim: str, quotes: list[str], question: str, supports: Supports | None = None) -> str | None:
    """Return why neither one of the quotes nor all together support a claim, as when an answer is written."""
    reasons = []
    for group in (quotes, *([quote] for quote in quotes)):
        short_answers = [short_answer(question, quote) for quote in group] if question else []
        reasons.append(unsupported(claim, group, question, short_answers, supports))
    return None if None in reasons else reasons[0]


@cache
def short_answer(question: str, quote: str) -> str:
    """Return what the reader finds to answer a question in a quote."""
    (read,) = packaged(THREADS).read([Window(question, "", "", quote, ((0, len(quote)),))])
    return quote[slice(*read.spans[0])]


def show(own: list[Pair], reasons: list[str | None], *, supported: bool) -> None:
    print(Counter(re.sub(r'"[^"]*"|\d[\d,.]*', "…", reason) for reason in reasons if reason).most_common())
    for (claim, quotes, _), reason in zip(own, reasons, strict=True):
        if (reason is not None) == supported:
            print(f"- {claim}\n  quotes: {' / '.join(quotes)}\n  {reason}")


def pairs(data: Path, part: str, most: int) -> dict[str, dict[str, list[Pair]]]:
    """Return pairs by whether they are supported, and by kind."""
    rng = random.Random(7)
    told = [row for name in SETS for row in read(data / name / "corpus.jsonl.gz") if _part(row["id"]) == part]
    by_document = [[row["text"][s.start : s.end].replace("\n", " ") for s in sentences(row["text"])] for row in told]
    by_document = [[s for s in own if 40 <= len(s) <= 300 and s.endswith(".")] for own in by_document]
    by_document = [own for own in by_document if own]
    every = [sentence for own in by_document for sentence in own]
    rng.shuffle(every)
    names = [found for sentence in every for found in re.findall(rf"(?<=[a-z,] ){NAME}", sentence)]
    good: dict[str, list[Pair]] = defaultdict(list)
    bad: dict[str, list[Pair]] = defaultdict(list)
    for sentence in every:
        for kinds, made in ((good, cut(sentence)), (bad, changed(sentence, names, rng))):
            for kind, claim in made:
                if claim != sentence and len(kinds[kind]) < most:
                    kinds[kind].append((claim, [sentence], ""))
    for (one, _, a), (other, rest, b) in pairwise(
        (*found.groups(), s) for s in every if (found := SIMPLE.fullmatch(s))
    ):
        if one != other and terms(one) and len(bad["of two quotes"]) < most:
            bad["of two quotes"].append((f"{one} {rest}.", [a, b], ""))
    good["two joined"] = [(f"{a[:-1]}, and {b}", [a, b], "") for a, b in pairwise(every[: most + 1])]
    good["a person's summary"] = list(summaries(data, part))
    good["question and answer"] = list(statements(data, part))
    for kept, claim, quote, question in cut_answers(data, part):
        kind, own = ("cut behind the answer", good) if kept else ("cut before the answer", bad)
        if len(own[kind]) < most:
            own[kind].append((claim, [quote], question))
    bad["of another document"] = [(a, [b], "") for a, b in pairwise(every[: most + 1])]
    following = [(b, [a], "") for own in by_document for a, b in pairwise(own)]
    bad["of the same document"] = rng.sample(following, min(most, len(following)))
    asked = of_questions([*good["a person's summary"], *good["question and answer"]], names, rng, most)
    asked["no answer"] = list(unanswered(data, part))
    return {SUPPORTED: dict(good), "unsupported": dict(bad), "unsupported, asked": asked}


def of_questions(good: list[Pair], names: list[str], rng: random.Random, most: int) -> dict[str, list[Pair]]:
    """Return claims that answer a question with one thing changed, by kind."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for claim, quotes, question in good:
        for kind, made in changed(claim, names, rng):
            if kind not in (*STRAY, "clause added") and made != claim and len(found[kind]) < most:
                found[kind].append((made, quotes, question))
    return dict(found)


def _part(identity: str) -> str:
    return "tuned" if hashlib.sha256(f"claims {identity}".encode()).digest()[0] % 2 else "held"


def read(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def cut(sentence: str) -> Iterator[tuple[str, str]]:
    """Yield a sentence without its asides, without what follows its first clause, and turned round."""
    bare = re.sub(r" \([^()]*\)|, (?:which|who)\b[^,;]*(?=,),", "", sentence)
    yield "aside left out", bare
    if found := re.fullmatch(
        r"(.+ (?:is|are|was|were|been) \w+ed) by (?:(?! and | which )[^,;:\"“])+? ((?:on|in|at|during) [^,;:]+\.)",
        sentence,
    ):
        yield "doer left out", f"{found[1]} {found[2]}"
    if found := re.match(r"([^,;:\"“”]{30,}?)(?:, (?:which|who|where|while|although|but|and)\b|;)", sentence):
        yield "first clause", f"{found[1]}."
    if found := re.fullmatch(
        r"((?:In|On|At|By|During|Since|After|Before) [^,]{3,30}), (The|It|He|She|A) (.+)\.", sentence
    ):
        yield "turned round", f"{found[2]} {found[3]} {found[1][0].lower()}{found[1][1:]}."
    if found := re.fullmatch(r"(The|It|He|She|A|This) ([^,;:]+) ((?:in|on|during|since) (?:\w+ )?\d{4})\.", sentence):
        yield "turned round", f"{found[3][0].upper()}{found[3][1:]}, {found[1].lower()} {found[2]}."


def changed(sentence: str, names: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield a sentence with one thing changed, by kind."""
    yield from of_values(sentence, rng)
    yield from of_names(sentence, names, rng)
    yield from of_words(sentence)
    if (found := TWICE.fullmatch(sentence)) and terms(found[1]):
        yield "of another's deed", f"{found[1]} {found[2]}."
    if (found := EARLIER.fullmatch(sentence)) and terms(found[2]):
        yield "of an earlier deed", f"{found[2]} {found[1]}."
    yield "clause added", sentence[:-1] + rng.choice(ADDED) + "."
    kind = rng.choice(list(STRAY))
    yield kind, sentence + STRAY[kind]


def of_values(sentence: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    if numbers := list(re.finditer(r"\b\d+\b", sentence)):
        found = rng.choice(numbers)
        other = str(int(found[0]) + rng.choice((1, 2, 7, 10)))
        yield "number", replaced(sentence, found, other)
        if different := next((n for n in numbers if n[0] != found[0]), None):
            yield "numbers exchanged", exchanged(sentence, found, different)
    if date := re.search(rf"\b(?:{'|'.join(MONTHS)})\b", sentence):
        own = MONTHS[:12] if date[0] in MONTHS[:12] else MONTHS[12:]
        yield "date", replaced(sentence, date, rng.choice([m for m in own if m != date[0]]))


def of_names(sentence: str, names: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    runs = list(re.finditer(rf"(?<=[a-z,] ){NAME}", sentence))
    if runs and (other := rng.choice(names)) not in sentence:
        yield "name", replaced(sentence, rng.choice(runs), other)
    first = re.match(rf"{NAME}(?= [a-z])", sentence)
    if first and terms(first[0]) and first[0] in names:
        yield "subject", replaced(sentence, first, rng.choice(names))
        between = sentence[first.end() : runs[0].start()] if runs else ""
        if re.fullmatch(r" (?:\w+ly )?(?!and|it|had)\w+(?:ed|es|t|w|k|d)(?: (?:the|a|an|by|with|from|to))? ", between):
            yield "roles", exchanged(sentence, first, runs[0])


def of_words(sentence: str) -> Iterator[tuple[str, str]]:
    if found := re.search(r"\b(?:is|was|were|are|has|had|will|can)\b(?! not)", sentence):
        yield "denied", replaced(sentence, found, f"{found[0]} not")
    if found := re.search(r" not\b|n't\b", sentence):
        yield "no longer denied", replaced(sentence, found, "")
    for pair in OPPOSITES:
        for one, other in (pair.split("|"), pair.split("|")[::-1]):
            if (found := re.search(rf"\b{one}\b", sentence)) and other not in sentence:
                yield "opposite", replaced(sentence, found, other)
    unsure = r"\b(?:(?:may|might|could) (?=[a-z]+ )|(?:allegedly|reportedly|probably|possibly|perhaps|likely) )"
    if found := re.search(unsure, sentence):
        yield "certain", replaced(sentence, found, "")
    if found := re.search(r"\b(?:some|many|several|few)\b", sentence):
        yield "all", replaced(sentence, found, "all")
    found = re.search(r"(?<!\S)[\"“](?=\w)([^\"“”]{15,}\w)[\"”,.]", sentence)
    if found and len(words := found[1].split()) > 3:
        yield "quotation", sentence.replace(found[1], " ".join(words[1:-2] + words[-1:]))


def replaced(text: str, place: re.Match[str], by: str) -> str:
    return text[: place.start()] + by + text[place.end() :]


def exchanged(text: str, *places: re.Match[str]) -> str:
    """Return a text in which two parts have changed places."""
    one, other = sorted(places, key=lambda place: place.start())
    between = text[one.end() : other.start()]
    return text[: one.start()] + other[0] + between + one[0] + text[other.end() :]


def summaries(data: Path, part: str) -> Iterator[Pair]:
    """Yield the sentences of people's answers with the gold sentences of the whole answer."""
    for row in read(data / "clapnq" / "gold.jsonl.gz"):
        if row.get("reference") and _part(row["id"]) == part:
            quotes = [member["quote"] for group in row["evidence"] for member in group]
            for sentence in sentences(row["reference"]):
                yield row["reference"][sentence.start : sentence.end], quotes, row["question"]


def cut_answers(data: Path, part: str) -> Iterator[tuple[bool, str, str, str]]:
    """Yield beginnings of answering sentences: whether the answer is in it, it, its sentence, and the question."""
    for name in ASKED_SETS:
        texts = {row["id"]: row["text"] for row in read(data / name / "corpus.jsonl.gz")}
        for row in read(data / name / "gold.jsonl.gz"):
            sources = [member["source"] for group in row["evidence"] for member in group]
            if not sources or _part(sources[0]) != part:
                continue
            answers = [answer.casefold() for group in row["answers"] for answer in group]
            told = (texts[sources[0]][s.start : s.end].replace("\n", " ") for s in sentences(texts[sources[0]]))
            quote = next((s for s in told if any(answer in s.casefold() for answer in answers)), "")
            for found in CLAUSE.finditer(quote):
                claim = f"{quote[: found.start()]}."
                if len(claim) >= LEAST_CHARS and unsupported(claim, [quote], row["question"]) is None:
                    yield any(answer in claim.casefold() for answer in answers), claim, quote, row["question"]


def statements(data: Path, part: str) -> Iterator[Pair]:
    """Yield questions with their answer in the question word's place: "Who built it?", "Ann" gives "Ann built it."."""
    for row, text, form in put_in(data, part, answerable=True):
        answer = min(row["answers"][0], key=len)
        quote = next((text[s.start : s.end] for s in sentences(text) if answer in text[s.start : s.end]), None)
        if quote and answer:
            yield f"{answer[0].upper()}{answer[1:]} {form}", [quote], row["question"]


def unanswered(data: Path, part: str) -> Iterator[Pair]:
    """Yield questions that their passage does not answer, with what the reader takes for the answer put in."""
    for row, text, form in put_in(data, part, answerable=False):
        spans = tuple((s.start, s.end) for s in sentences(text))
        (read,) = packaged(THREADS).read([Window(row["question"], "", "", text, spans)])
        best = int(read.sentences.argmax())
        if answer := text[slice(*read.spans[best])]:
            yield f"{answer[0].upper()}{answer[1:]} {form}", [text[slice(*spans[best])]], row["question"]


def put_in(data: Path, part: str, *, answerable: bool) -> Iterator[tuple[dict[str, Any], str, str]]:
    """Yield the questions of SQuAD 2.0 that an answer can be put into: row, passage, what follows the answer."""
    texts = {row["id"]: row["text"] for row in read(data / "squad2" / "corpus.jsonl.gz")}
    for row in read(data / "squad2" / "gold.jsonl.gz"):
        form = re.fullmatch(r"(?:Who|What|Which \w+|What \w+) ((?!did|do|does)[a-z]+(?:ed|s)? .+)\?", row["question"])
        if form and row["answerable"] == answerable and _part(row["passage"]) == part:
            yield row, texts[row["passage"]], f"{form[1].strip()}."


if __name__ == "__main__":
    main()
