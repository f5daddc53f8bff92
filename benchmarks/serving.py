"""Many programs at once on the API, the index rebuilt and a worker killed meanwhile: is an answer lost, or torn?

    python benchmarks/serving.py --users 50 --rebuilds 20 --workers 2 --out FILE

Starts the real server with several workers over a copy of this project's sources and one more document, which each
rebuild writes anew, longer and with another answer in it. Each user asks a number of questions, some seconds apart
(``--think``), and goes on until the rebuilds are over. Half way through, one worker is killed (SIGKILL). A request
whose connection breaks, or that is told that the server is busy, is sent again, as clients of OpenAI's do; it is lost
when it has no answer after the last try. An answer is torn when the generation that it names has one of its quotes not
where it says. After ``--minutes`` no rebuild begins any more. Prints a table; the exit code is 1 if a request was
lost, an answer torn, a rebuild left out, or the worker not replaced.
"""

import argparse
import asyncio
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from rag.config import Config
from rag.indexing.builder import build

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "When does the Zorblax ferry leave Port Varn?",
    "How many Cubans died in the raid?",
    "Who is the captain of the Zorblax ferry?",
    "Who is Cuba's foreign minister?",
)
CHANGING = "ferry.txt"
TRIES = 100
PAUSE_SECONDS = 0.2
ANSWER_SECONDS = 120
CAPTAINS = ("Ana Ferro", "Ben Costa", "Carla Nunes", "Dov Amar", "Eva Lind")


@contextmanager
def started(index: str, data: Path, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start ``rag serve --api-only``, and yield its address and process; it ends by SIGTERM.

    Args:
        index: folder of the index.
        data: folder of its keys.
        options: more of the command line.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAG_DATA": str(data)}
    command = [sys.executable, "-m", "rag", "serve", "--api-only", "--port", "0", "--index", index, *options]
    with subprocess.Popen(command, cwd=data.parent, env=environment, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            found = re.search(r"http://[^/]+", server.stdout.readline())
            assert found, "the server did not start"
            yield found[0], server
        finally:
            server.send_signal(signal.SIGTERM)


def children(server: "subprocess.Popen[str]") -> set[int]:
    """Return the processes that the server has started: its workers, and what watches over their memory."""
    told = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout  # 1 if there is none
    return set(map(int, told.split()))


def kill_worker(server: "subprocess.Popen[str]") -> int:
    """Kill the worker that was started last, as the system does when memory is short, and return its number."""
    killed = max(children(server))
    os.kill(killed, signal.SIGKILL)
    return killed


def comes_true(told: Callable[[], bool]) -> bool:
    """Tell whether something comes true within a minute."""
    ends = time.monotonic() + 60
    while not (true := told()) and time.monotonic() < ends:
        time.sleep(PAUSE_SECONDS)
    return true


@dataclass
class Load:
    """Users of a server, rebuilds of its index, and what came of both."""

    base: str
    config: Config
    """Of the index; its sources folder is written to."""
    think: float = 0.0
    """Seconds between an answer and the next question of the same user, on average."""
    ends: float = float("inf")
    """When no rebuild begins any more, as ``time.monotonic`` has it."""
    seconds: list[float] = field(default_factory=list)
    """That each answer took, with all tries."""
    sent_again: int = 0
    lost: list[str] = field(default_factory=list)
    """Why."""
    answers: list[dict[str, Any]] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    """By generation and source."""
    _over: bool = False

    def rebuild(self, number: int) -> None:
        """Write the document that changes, and index it."""
        more = " ".join(f"Boat {n} waits in the harbour of Port Varn." for n in range(number % 7))
        captain = CAPTAINS[number % len(CAPTAINS)]
        text = f"{more} The Zorblax ferry leaves Port Varn at {number % 23}:40. Its captain is {captain}.".strip()
        folder = Path(self.config.sources)
        (folder / CHANGING).write_text(text, encoding="utf-8")
        generation = build(self.config).generation
        self.texts[generation] = {path.name: path.read_bytes().decode() for path in folder.glob("*.txt")}

    async def run(self, *, users: int, questions: int, rebuilds: int, kill: Callable[[], object]) -> None:
        """Have users ask at least so many questions each, while the index is rebuilt, and a worker is killed."""
        asking = asyncio.gather(*(self._user(number, questions) for number in range(users)))
        for number in range(rebuilds):
            if time.monotonic() > self.ends:
                break
            await asyncio.to_thread(self.rebuild, number + 1)
            if number == rebuilds // 2:
                kill()
        self._over = True
        await asking

    async def _user(self, number: int, questions: int) -> None:
        async with httpx.AsyncClient(base_url=self.base, timeout=ANSWER_SECONDS) as client:
            asked = 0
            while asked < questions or not self._over:
                await asyncio.sleep(random.uniform(0, 2 * self.think))
                await self._ask(client, QUESTIONS[(number + asked) % len(QUESTIONS)])
                asked += 1

    async def _ask(self, client: httpx.AsyncClient, question: str) -> None:
        began, why = time.perf_counter(), ""
        for _ in range(TRIES):
            try:
                response = await client.post("/v1/ask", json={"question": question})
            except httpx.TransportError as error:
                why = type(error).__name__
            else:
                if response.status_code == httpx.codes.OK:
                    self.seconds.append(time.perf_counter() - began)
                    self.answers.append(response.json())
                    return
                why = f"{response.status_code} {response.text[:200]}"
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    break
            self.sent_again += 1
            await asyncio.sleep(PAUSE_SECONDS)
        self.lost.append(why)

    def torn(self) -> list[str]:
        """Return what does not hold of the answers: each wrong quote, and each unknown generation."""
        wrong = []
        for answer in self.answers:
            texts = self.texts.get(answer["index"])
            if texts is None:
                wrong.append(f"no generation {answer['index']}")
                continue
            wrong += [
                f"{answer['index']}: {cited['source']} does not say {cited['quote']!r} there"
                for cited in answer["citations"]
                if texts.get(cited["source"], "")[cited["start"] : cited["end"]] != cited["quote"]
            ]
        return wrong

    def figures(self) -> dict[str, Any]:
        """Return counts, and the times of the answers."""
        took = sorted(self.seconds)
        at = {f"p{p}_s": round(took[min(len(took) - 1, len(took) * p // 100)], 2) for p in (50, 95) if took}
        return {
            "rebuilds": len(self.texts) - 1,
            "answers": len(self.answers),
            "generations_that_answered": len({answer["index"] for answer in self.answers}),
            "sent_again": self.sent_again,
            "lost": len(self.lost),
            "torn": len(self.torn()),
            **at,
            "slowest_s": round(took[-1], 2) if took else None,
        }


def table(done: dict[str, Any]) -> str:
    """Return the figures as a table of Markdown."""
    head = {
        "users": done["users"],
        "workers": done["workers"],
        "cores": done["cores"],
        "rebuilds": done["rebuilds"],
        "worker killed": "and replaced" if done["replaced"] else "not replaced",
        "answers": done["answers"],
        "lost": done["lost"],
        "torn": done["torn"],
        "sent again": done["sent_again"],
        "median": f"{done.get('p50_s', 0):.2f} s",
        "95 of 100": f"{done.get('p95_s', 0):.2f} s",
        "slowest": f"{done['slowest_s'] or 0:.2f} s",
    }
    rows = (head, ["---"] * len(head), map(str, head.values()))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--questions", type=int, default=20, help="of each user, at least")
    parser.add_argument("--rebuilds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--think", type=float, default=5.0, help="seconds between questions of a user, on average")
    parser.add_argument("--minutes", type=float, default=5.0, help="after which no rebuild begins any more")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the figures here, as JSON")
    arguments = parser.parse_args()
    wanted = vars(arguments)
    out = wanted.pop("out")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "seeds", folder / "sources")
        config = replace(Config(), sources=str(folder / "sources"), index=str(folder / "index"))
        load = Load("", config, think=arguments.think)
        load.rebuild(0)
        killed: list[int] = []
        with started(config.index, folder / "data", "--workers", str(arguments.workers)) as (base, server):
            load.base = base
            httpx.get(f"{base}/readyz", timeout=ANSWER_SECONDS).raise_for_status()  # the workers are there
            began = time.monotonic()
            load.ends = began + 60 * arguments.minutes
            before = len(children(server))
            asyncio.run(
                load.run(
                    users=arguments.users,
                    questions=arguments.questions,
                    rebuilds=arguments.rebuilds,
                    kill=lambda: killed.append(kill_worker(server)),
                )
            )
            spent = time.monotonic() - began
            replaced = bool(killed) and comes_true(lambda: len(children(server) - set(killed)) == before)
    done = {**wanted, **load.figures(), "replaced": replaced, "cores": os.cpu_count(), "seconds": round(spent, 1)}
    print(json.dumps(done, indent=1), table(done), *load.lost, *load.torn(), sep="\n")
    if out:
        out.write_text(f"{json.dumps(done, indent=1)}\n", encoding="utf-8")
    whole = done["rebuilds"] == arguments.rebuilds and replaced
    sys.exit(0 if whole and not load.lost and not load.torn() else 1)


if __name__ == "__main__":
    main()
