"""One person at the page, in a real browser: how long it is from the key press to the first words of an answer?

    python benchmarks/page.py --questions 100 --out FILE
    python benchmarks/page.py --questions 10 --index index

Starts the real page over the sources of this project, opens it in Chromium and types questions of
``eval/article.jsonl``, spread over its types, as a person would: key by key, then Enter. After each answer it waits
(``--think``), as people read; meanwhile the page looks for what may be asked next. Every five questions (``--turns``)
begin a conversation anew. The browser itself tells the time, from the press of Enter:

- shown: the question stands in the conversation;
- words: the first words of the answer, or of the refusal, have been drawn. Where a language model writes, these are its
  first claim; otherwise an answer comes whole;
- whole: the last of the answer has been drawn, and beside it the source at the first quote;
- engine: what the engine says it took of that, for finding and reading.

Each question is printed as it is answered. It takes some half a minute to start, and then four seconds a question.
Where the careful reader was pulled (``rag models pull reader-base``) it reads, otherwise the packaged one; the last
line tells which. The machine should have nothing else to do: the times are those of a clock.

Chromium is what ``make browser`` installs. The exit code is 1 if a question has no answer within a minute, or with
``--below`` if the 95th percentile of the first words is not below it.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from playwright.sync_api import TimeoutError as Late

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "eval" / "article.jsonl"
LONGEST_MS = 60_000
WATCH = """() => {
  const drawn = (then) => requestAnimationFrame((time) => setTimeout(() => then(performance.now())));
  const look = () => {
    const now = window.qlTimes;
    if (!now || now.whole !== undefined) return;
    const tell = (name, is) => {
      if (now[name] !== undefined || now.waits[name] || !is) return;
      now.waits[name] = true;
      drawn((time) => { now[name] = time - now.began; });
    };
    const answers = [...document.querySelectorAll("#ql-log [data-outcome]")];
    const last = answers.length > now.before ? answers.at(-1) : null;
    const questions = [...document.querySelectorAll(".ql-question")];
    tell("shown", questions.length > now.questions);
    tell("words", last || document.querySelector("#ql-writing .ql-claim"));
    const cited = last?.querySelector(".ql-cite");
    const beside = document.querySelector("#ql-panel .ql-document");
    const turn = last?.closest(".ql-turn")?.id.split("-").at(-1);
    tell("whole", last && (!cited || beside?.dataset.answer === turn));
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  window.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    const count = (selector) => document.querySelectorAll(selector).length;
    const [before, questions] = [count("#ql-log [data-outcome]"), count(".ql-question")];
    window.qlTimes = { began: performance.now(), before, questions, waits: {} };
  }, { capture: true });
}"""
"""Notes when Enter is pressed, before the page hears of it, and what has been drawn by when."""


@dataclass(frozen=True, slots=True)
class Timed:
    """A question and its times in milliseconds, counted from the press of Enter."""

    id: str
    outcome: str
    shown: float
    words: float
    whole: float
    engine: float
    """NaN where the page does not tell, as for a greeting."""
    reader: str
    """Which one read; empty where none did."""

    def __str__(self) -> str:
        times = (self.shown, self.words, self.whole, self.engine)
        return f"{self.id:6} {self.outcome:9}" + "".join(f"{time:7.0f}" for time in times)


def questions(gold: Path, count: int) -> list[tuple[str, str]]:
    """Return (id, question) of a gold file, without those that need a history: of each type in turn."""
    rows = [json.loads(line) for line in gold.read_text(encoding="utf-8").splitlines() if line.strip()]
    types: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if not row["history"]:
            types.setdefault(row["type"], []).append((row["id"], row["question"]))
    return [each for turn in zip_longest(*types.values()) for each in turn if each][:count]


@contextmanager
def page_over(index: str, folder: str) -> Iterator[str]:
    """Start the page over an index, and yield its address."""
    command = [sys.executable, "-m", "rag", "ui", "--index", index, "--port", "0"]
    own = {**os.environ, "RAG_DATA": f"{folder}/data", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=own) as server:
        try:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found, "the page did not start"
            yield found[0]
        finally:
            server.terminate()


def timed(page: Page, identity: str, question: str) -> Timed:
    """Type a question and return its times; Late if it has no answer within a minute."""
    box = page.get_by_label("Question", exact=True)
    box.focus()
    page.keyboard.type(question, delay=10)
    page.keyboard.press("Enter")
    # Asked a few times a second: to look at each frame costs the browser as much as to draw it.
    page.wait_for_function("() => window.qlTimes?.whole !== undefined", timeout=LONGEST_MS, polling=200)
    times = page.evaluate("window.qlTimes")
    last = page.locator("#ql-log .ql-turn").last
    text = last.text_content() or ""
    told, read = re.search(r"total (\d+) ms", text), re.search(r"reader ([\w-]+?)(?:, |Index:|$)", text)
    outcome = last.locator("[data-outcome]").get_attribute("data-outcome") or ""
    engine = float(told[1]) if told else float("nan")
    return Timed(identity, outcome, times["shown"], times["words"], times["whole"], engine, read[1] if read else "")


def asked(page: Page, wanted: list[tuple[str, str]], think: float, turns: int) -> tuple[list[Timed], list[str]]:
    """Return the times of questions, and the ids of those without an answer."""
    found: list[Timed] = []
    lost: list[str] = []
    for place, (identity, question) in enumerate(wanted):
        if place and place % turns == 0:
            page.get_by_role("button", name="Start over").click()
            page.locator("#ql-log .ql-turn").first.wait_for(state="detached")
        try:
            found.append(timed(page, identity, question))
            print(found[-1], flush=True)
        except Late:
            lost.append(identity)
            print(f"{identity:6} no answer within a minute", flush=True)
        page.wait_for_timeout(think * 1000)
    return found, lost


def percentile(values: list[float], percent: float) -> float:
    """Return the value below which so many per cent of some values lie, of those that there are; NaN of none."""
    known = sorted(value for value in values if value == value)
    return known[min(len(known) - 1, int(len(known) * percent / 100))] if known else float("nan")


def table(found: list[Timed], lost: list[str]) -> str:
    """Return the table of the docs."""
    lines = [f"| {len(found)} answers, ms | p50 | p95 | slowest |", "| --- | --- | --- | --- |"]
    for name, label in (
        ("shown", "the question is shown"),
        ("words", "first words"),
        ("whole", "whole answer, its source open"),
        ("engine", "of these the engine"),
    ):
        values = [getattr(each, name) for each in found]
        figures = " | ".join(f"{percentile(values, at):.0f}" for at in (50, 95, 100))
        lines.append(f"| {label} | {figures} |")
    lines.append(f"Read by: {', '.join(sorted({each.reader for each in found} - {''})) or 'nobody'}")
    return "\n".join([*lines, *([f"Without an answer within a minute: {', '.join(lost)}"] if lost else [])])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=100, metavar="N")
    parser.add_argument("--think", type=float, default=3.0, metavar="SECONDS", help="between two questions")
    parser.add_argument("--turns", type=int, default=5, metavar="N", help="questions of a conversation")
    parser.add_argument("--index", help="an index that is there; otherwise one is built for this run")
    parser.add_argument("--below", type=float, metavar="MS", help="what p95 of the first words has to be below")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write every question's times here, as JSON")
    arguments = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        parser.error("no Chromium: install one with make browser")
    wanted = questions(GOLD, arguments.questions)
    with tempfile.TemporaryDirectory() as folder:
        index = arguments.index or f"{folder}/index"
        if not arguments.index:
            print("The article is being indexed.", flush=True)
            build = [sys.executable, "-m", "rag", "index", "--sources", "seeds", "--index", index, "--quiet"]
            subprocess.run(build, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
        print("The page starts.", flush=True)
        with page_over(index, folder) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(url, timeout=LONGEST_MS)
            page.locator("#ql-examples .ql-suggestion").first.wait_for(timeout=LONGEST_MS)  # the page has come to rest
            page.evaluate(WATCH)
            timed(page, "", "Who is Cuba's president?")  # what is loaded once is not counted
            page.get_by_role("button", name="Start over").click()
            page.wait_for_timeout(arguments.think * 1000)
            print(f"{'':6} {'':9}  shown  words  whole engine (ms)", flush=True)
            found, lost = asked(page, wanted, arguments.think, arguments.turns)
            browser.close()
    print(table(found, lost))
    if arguments.out:
        done: dict[str, Any] = {"cores": os.cpu_count(), "lost": lost, "questions": [asdict(each) for each in found]}
        arguments.out.write_text(json.dumps(done, indent=1) + "\n", encoding="utf-8")
    slow = arguments.below is not None and not percentile([each.words for each in found], 95) < arguments.below
    return 1 if lost or slow else 0


if __name__ == "__main__":
    sys.exit(main())
