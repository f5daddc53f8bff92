"""Measure yes and no, and questions that take something false for granted; print Markdown tables by kind.

    python -m benchmarks.yes_no [--part tuned] [--alone] [--show] [--reader careful] [--work FOLDER]

The questions are those of ``yes_no.txt``, about made-up news: half of the documents (``tuned``) are for choosing rules,
the other half (``held``, the default) for the table. Each question is asked of its own document. With ``--alone`` no
model reads: every sentence of the document may decide, which no threshold holds back.
"""

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rag.config import Config
from rag.documents.split import sentences
from rag.reading.selection import verdict_of
from rag.schema import Evidence, Filter, Passage, Sentence

FILE = Path(__file__).with_name("yes_no.txt")
RIGHT = {"yes": ("yes",), "no": ("no",), "not": ("-", "no"), "open": ("-",)}
"""What is right to say, ``-`` for neither."""
WRONG = {"yes": ("no",), "no": ("yes",), "not": ("yes",), "open": ("yes", "no")}
PREMISES = {"false": "refused", "true": "right"}


@dataclass(frozen=True, slots=True)
class Case:
    """A question about a document."""

    part: str
    document: str
    right: str
    kind: str
    question: str
    words: str
    """Of the sentence that answers, of a question that yes or no does not."""

    @property
    def polar(self) -> bool:
        """Whether yes or no is asked for."""
        return self.right in RIGHT


def read(file: Path = FILE) -> tuple[dict[str, str], list[Case]]:
    """Return the text of each document, by name, and the questions about all."""
    texts: dict[str, str] = {}
    cases = []
    part = name = ""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith("== "):
            _, part, name = line.split()
        elif name and name not in texts and line:
            texts[name] = line
        elif name and line:
            head, question, *words = line.split(" | ")
            right, kind = head.split()
            cases.append(Case(part, name, right, kind, question, "".join(words)))
    return texts, cases


Said = Callable[[Case], str]
"""Says ``yes``, ``no`` or ``-``; of a question that yes or no does not answer ``right``, ``other`` or ``refused``."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=("tuned", "held"), default="held")
    parser.add_argument("--alone", action="store_true", help="no reader: every sentence may decide")
    parser.add_argument("--show", action="store_true", help="print what went wrong, and what was left open")
    parser.add_argument("--reader", choices=("packaged", "careful"), default="packaged")
    parser.add_argument("--work", type=Path, help="keep the index here between runs")
    arguments = parser.parse_args()
    texts, cases = read()
    asked = [case for case in cases if case.part == arguments.part]
    if arguments.alone:
        asked = [case for case in asked if case.polar]
        report([(case, by_sentences(texts[case.document], case.question)) for case in asked], show=arguments.show)
        return
    with tempfile.TemporaryDirectory() as folder:
        found = list(by_engine(texts, asked, arguments.work or Path(folder), arguments.reader))
    report(found, show=arguments.show)


def by_sentences(text: str, question: str) -> str:
    """Return what all sentences of a text together decide."""
    spans = [Sentence(one.start, one.end) for one in sentences(text)]
    passage = Passage("a.md", 0, len(text), text, tuple(spans))
    found = {verdict_of(question, Evidence(passage, span, 1.0)) for span in spans} - {None}
    return str(found.pop()) if len(found) == 1 else "-"


def by_engine(texts: dict[str, str], cases: Sequence[Case], work: Path, reader: str) -> Iterator[tuple[Case, str]]:
    """Yield what an engine answers to each question, asked of its own document."""
    from rag.engine import Engine
    from rag.indexing.builder import build

    sources = work / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (sources / f"{name}.txt").write_text(f"{text}\n", encoding="utf-8")
    config = replace(Config(), sources=str(sources), index=str(work / "index"), reader=reader)
    build(config)
    with Engine.open(config=config) as engine:
        for case in cases:
            answer = engine.ask(case.question, chosen=Filter(sources=(f"{case.document}.txt",)))
            if case.polar:
                yield case, answer.short_answer if answer.short_answer in ("yes", "no") else "-"
            elif not answer.citations:
                yield case, "refused"
            else:
                yield case, "right" if any(case.words in one.quote for one in answer.citations) else "other"


def report(found: Sequence[tuple[Case, str]], *, show: bool) -> None:
    """Print how often each kind of question got what."""
    kinds: dict[str, list[tuple[Case, str]]] = defaultdict(list)
    for case, said in found:
        kinds[case.kind if case.polar and case.right != "yes" else ""].append((case, said))
        kinds[f"**{_group(case)}**"].append((case, said))
    print("| polar questions | n | right | left open | wrong |\n| --- | --- | --- | --- | --- |")
    for kind, own in sorted(kinds.items()):
        if kind and own[0][0].polar:
            wrong = sum(said in WRONG[case.right] for case, said in own)
            decided = sum(said in RIGHT[case.right] and (said != "-" or case.right == "open") for case, said in own)
            print(f"| {kind} | {len(own)} | {decided} | {len(own) - decided - wrong} | {wrong} |")
    print(
        "\n| questions that take something for granted | n | right | refused | other |\n| --- | --- | --- | --- | --- |"
    )
    for kind, own in sorted(kinds.items()):
        if kind and not own[0][0].polar:
            counts = [sum(said == one for _, said in own) for one in ("right", "refused", "other")]
            print(f"| {kind} | {len(own)} | {' | '.join(map(str, counts))} |")
    for case, said in found if show else ():
        right = RIGHT[case.right] if case.polar else (PREMISES[case.right],)
        if said not in right:
            mark = "WRONG" if case.polar and said in WRONG[case.right] else ""
            print(f"{mark:6}{said:8}{case.right:6}{case.kind:12}{case.document:10}{case.question}")


def _group(case: Case) -> str:
    if not case.polar:
        return f"what it takes for granted is {'so' if case.right == 'true' else 'not so'}"
    return {"yes": "yes is right", "no": "no is right"}.get(case.right, "yes is wrong")


if __name__ == "__main__":
    main()
