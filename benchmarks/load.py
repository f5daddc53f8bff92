"""Many people at once on the chat page: how long answers take, who is told "busy", and what memory does.

    python benchmarks/load.py --users 50 --out FILE
    python benchmarks/load.py --users 200 --burst-only

Starts the real page over the sources of this project and speaks the page's own protocol with it: each user has a
session, a heartbeat and a stream, joins the queue with one of the questions of ``eval/article.jsonl``, and reads until
the answer has come. Two shapes of load:

- burst: everybody asks at the same instant;
- steady: everybody asks a question every 10 s, give or take a third (``--think``), for a minute (``--seconds``).

Then half of those who ask leave at once, and the next question shows that their places are free; and at last SIGTERM
comes while questions are under way. Memory is the server's resident set, before and after each shape.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from rag.evaluation import gold

GOLD = Path(__file__).parent.parent / "eval" / "article.jsonl"
ASKED = cycle(question.question for question in gold.load(GOLD) if not question.history)
"""Each asked once before any comes again: what was read for one is kept for a while."""
HANGS_AFTER = 60
"""Seconds after which a question counts as one that hangs."""


class User:
    """One page: its session, and what its questions came to."""

    def __init__(self, client: httpx.AsyncClient, ask: dict[str, Any]) -> None:
        self.client = client
        self.fn = ask["id"]
        self.states = [None] * len(ask["inputs"])  # which the server has
        self.session = f"{random.getrandbits(60):x}"

    async def ask(self, question: str, *, leave: bool = False) -> tuple[str, float]:
        """Return what a question came to (answered, busy, stopped, left, failed, hangs), and the seconds it took."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(HANGS_AFTER):
                outcome = await self._asked(question, leave=leave)
        except TimeoutError:
            outcome = "hangs"
        except httpx.HTTPError as error:
            outcome = f"failed: {type(error).__name__}"
        return outcome, time.perf_counter() - began

    async def _asked(self, question: str, *, leave: bool) -> str:
        sent = {"question": question, "typed": True}
        body = {"data": self.states, "fn_index": self.fn, "session_hash": self.session, "event_data": sent}
        joined = await self.client.post("/gradio_api/queue/join", json=body)
        if joined.status_code == 503:
            return "busy"
        joined.raise_for_status()
        event = joined.json()["event_id"]
        params = {"session_hash": self.session}
        outcome, shown = "failed: the stream ended", False
        async with self.client.stream("GET", "/gradio_api/queue/data", params=params) as stream:
            async for line in stream.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                told = json.loads(line.removeprefix("data: "))
                shown |= "data-outcome" in line
                if told["msg"] == "unexpected_error":
                    return "stopped"
                if told["msg"] == "close_stream":
                    return outcome
                if told.get("event_id") != event:
                    continue
                if leave and told["msg"] in ("process_starts", "process_generating"):
                    return "left"
                if told["msg"] == "process_completed":
                    outcome = "answered" if told["success"] and shown else "failed: no answer"
        return outcome


def figures(results: list[tuple[str, float]], seconds: float) -> dict[str, Any]:
    """Return counts of what questions came to, and the times of those answered."""
    took = sorted(taken for outcome, taken in results if outcome == "answered")
    counts = Counter(outcome for outcome, _ in results)
    found: dict[str, Any] = {"questions": len(results), **dict(sorted(counts.items())), "hangs": counts["hangs"]}
    if took:
        at = {f"p{p}_s": round(took[min(len(took) - 1, int(len(took) * p / 100))], 2) for p in (50, 95)}
        found |= {**at, "slowest_s": round(took[-1], 2), "answers_per_s": round(len(took) / seconds, 1)}
    return found


def memory_mb(pid: int) -> int:
    """Return a process's resident set."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


async def burst(users: list[User]) -> dict[str, Any]:
    began = time.perf_counter()
    asked = await asyncio.gather(*(user.ask(next(ASKED)) for user in users))
    return figures(list(asked), time.perf_counter() - began)


async def steady(users: list[User], think: float, seconds: float) -> dict[str, Any]:
    ends = time.perf_counter() + seconds
    results: list[tuple[str, float]] = []

    async def one(user: User, chance: random.Random) -> None:
        await asyncio.sleep(chance.uniform(0, think))
        while time.perf_counter() < ends:
            next_at = time.perf_counter() + think * chance.uniform(2 / 3, 4 / 3)
            results.append(await user.ask(next(ASKED)))
            await asyncio.sleep(max(0.0, next_at - time.perf_counter()))

    await asyncio.gather(*(one(user, random.Random(n)) for n, user in enumerate(users)))
    return figures(results, seconds)


async def leaving(users: list[User], another: User) -> dict[str, Any]:
    left = await asyncio.gather(*(user.ask(next(ASKED), leave=n % 2 == 0) for n, user in enumerate(users)))
    after, took = await another.ask(next(ASKED))
    return {**figures(list(left), 1), "the next question": after, "which took_s": round(took, 2)}


async def stopped(users: list[User], server: subprocess.Popen[str]) -> dict[str, Any]:
    asking = asyncio.gather(*(user.ask(next(ASKED)) for user in users))
    await asyncio.sleep(0.2)
    began = time.perf_counter()
    server.send_signal(signal.SIGTERM)
    asked = await asking
    await asyncio.to_thread(server.wait)
    counts = dict(Counter(outcome for outcome, _ in asked))
    return {**counts, "exit": server.returncode, "after_s": round(time.perf_counter() - began, 2)}


async def heart(client: httpx.AsyncClient, session: str) -> None:
    """Keep a page's heartbeat open, as a page does."""
    try:
        async with client.stream("GET", f"/gradio_api/heartbeat/{session}") as stream:
            async for _ in stream.aiter_lines():
                pass
    except httpx.HTTPError:
        pass


async def run(arguments: argparse.Namespace, url: str, server: subprocess.Popen[str]) -> dict[str, Any]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=20)
    async with httpx.AsyncClient(base_url=url, timeout=HANGS_AFTER + 10, limits=limits) as client:
        config = (await client.get("/config")).json()
        ask = next(dep for dep in config["dependencies"] if any(event == "submit" for _, event in dep["targets"]))
        done: dict[str, Any] = {"users": arguments.users, "cores": os.cpu_count(), "memory_mb": {}}

        def resident(when: str) -> None:
            done["memory_mb"][when] = memory_mb(server.pid)

        resident("at start")
        await User(client, ask).ask(next(ASKED))
        resident("after one question")
        users = [User(client, ask) for _ in range(arguments.users)]
        hearts = [asyncio.create_task(heart(client, user.session)) for user in users]
        for n in range(arguments.bursts):
            done[f"burst {n + 1}"] = await burst(users)
            await asyncio.sleep(2)
            resident(f"after burst {n + 1}")
        if not arguments.burst_only:
            done["steady"] = {
                "think_s": arguments.think,
                **await steady(users, arguments.think, arguments.seconds),
            }
            resident("after steady")
        done["half leave"] = await leaving([User(client, ask) for _ in range(20)], User(client, ask))
        done["SIGTERM"] = await stopped([User(client, ask) for _ in range(10)], server)
        for task in hearts:
            task.cancel()
        return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--think", type=float, default=10.0, metavar="SECONDS", help="between a user's questions")
    parser.add_argument("--seconds", type=float, default=60.0, help="of steady load")
    parser.add_argument("--bursts", type=int, default=3)
    parser.add_argument("--burst-only", action="store_true")
    parser.add_argument("--index", help="an index that is there; otherwise one is built for this run")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the figures here, as JSON")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = arguments.index or f"{folder}/index"
        if not arguments.index:
            subprocess.run([sys.executable, "-m", "rag", "index", "--index", index, "--quiet"], check=True)
        command = [sys.executable, "-m", "rag", "ui", "--index", index, "--port", "0"]
        own = {**os.environ, "RAG_DATA": f"{folder}/data"}
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=own) as server:
            assert server.stdout is not None
            found = re.search(r"http://\S+", server.stdout.readline())
            assert found, "the page did not start"
            try:
                done = asyncio.run(run(arguments, found[0], server))
            finally:
                server.kill()
    text = json.dumps(done, indent=1)
    print(text)
    if arguments.out:
        arguments.out.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
