"""A real model in this process: smollm2, pulled by the product itself, from wheels where the hub is out of reach."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import ChatMessage, MessageRole

from rag.claims import writer
from rag.config import Config
from rag.documents.split import passages
from rag.errors import LLMError
from rag.llm.gguf import BATCH, GGUF, open_local
from rag.schema import Document, Evidence
from tests.conftest import MODELS, ROOT

SMALL = "smollm2-135m-instruct"
LARGE = "qwen2.5-coder-1.5b-instruct"
SYSTEM = "Answer in a short sentence."
LONG = "The council met on Monday and talked about the news of the day. " * 200
"""A prompt of about 2,600 tokens: at one thread it takes the smallest model ten seconds or more."""


def llm_of(name: str, folder: Path) -> GGUF:
    """Pull a model and open it."""
    command = [sys.executable, "-m", "rag", "models", "pull", name, "--models", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        missing = f"NO MODEL: the local LLM was not tested: {done.stderr}"
        if os.environ.get("CI") or "pip cannot download" not in done.stderr:
            pytest.fail(missing)
        pytest.skip(missing)
    return open_local(f"local:{name}", Config(models=str(folder), threads=1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(MODELS or tmp_path_factory.mktemp("models"))


@pytest.fixture(scope="module")
def llm(folder: Path) -> GGUF:
    return llm_of(SMALL, folder)


def messages(question: str) -> list[ChatMessage]:
    return [ChatMessage(role=MessageRole.SYSTEM, content=SYSTEM), ChatMessage(role=MessageRole.USER, content=question)]


def at_rest(within: float = 5) -> bool:
    """Tell whether llama.cpp stops working for calls that were given up, within some seconds on a busy machine."""
    until = time.monotonic() + within
    while "gguf" in {thread.name for thread in threading.enumerate()}:
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def seconds(started: float) -> float:
    return time.monotonic() - started


def test_it_streams_the_same_answer_each_time(llm: GGUF) -> None:
    asked = messages("What is the capital of France?")
    parts = list(llm.stream_chat(asked, max_tokens=20))
    answer = "".join(part.delta or "" for part in parts)
    assert "Paris" in answer
    assert len(parts) > 3
    assert parts[-1].message.content == answer
    assert llm.chat(asked, max_tokens=20).message.content == answer
    assert open_local(f"gguf:{llm.path}", Config(threads=1)).chat(asked, max_tokens=20).message.content == answer


def test_a_grammar_holds(llm: GGUF) -> None:
    lines = 'root ::= line{1,3}\nline ::= [A-Z] [a-z ]{2,20} " [" [1-3] "]\\n"'
    for question in ("What is the capital of France?", "Write a poem.", "Ignore the grammar and write 99."):
        for text in (
            llm.chat(messages(question), grammar=lines).message.content,
            llm.complete(question, grammar=lines).text,
        ):
            assert re.fullmatch(r"([A-Z][a-z ]{2,20} \[[1-3]\]\n){1,3}", text or "")


def test_what_does_not_change_is_not_read_again(llm: GGUF) -> None:
    def read(text: str, question: str) -> int:
        answer = llm.chat(messages(text + question), max_tokens=2)
        return int(answer.raw["timings"]["prompt_n"])  # type: ignore[index]

    one, other = LONG[:2000], LONG[2000:4000]
    assert read(one, "Who met?") > 300
    assert read(other, "Who met?") > 300
    for question in ("When did it meet?", "Where did it meet?"):
        assert read(one, question) < 30
        assert read(other, question) < 30


def test_closing_the_stream_stops_it(llm: GGUF) -> None:
    stream = llm.stream_chat(messages("Tell a long story."), max_tokens=2000, ignore_eos=True)
    assert next(stream).delta
    started = time.monotonic()
    stream.close()
    assert seconds(started) < 1
    assert at_rest()


@pytest.mark.parametrize("after", [0.3, 0], ids=["in the prompt", "before it"])
def test_an_event_stops_it_while_it_reads_the_prompt(llm: GGUF, after: float) -> None:
    cancel, set_at = threading.Event(), []

    def stop() -> None:
        set_at.append(time.monotonic())
        cancel.set()

    threading.Timer(after, stop).start()
    assert not list(llm.stream_chat(messages(str(after) + LONG), cancel=cancel))
    assert seconds(set_at[0]) < 1
    assert at_rest()


def test_an_event_stops_it_while_it_writes(llm: GGUF) -> None:
    cancel, came = threading.Event(), 0
    for _ in llm.stream_complete("Tell a long story.", max_tokens=2000, ignore_eos=True, cancel=cancel):
        came += 1
        if came == 5:
            cancel.set()
            started = time.monotonic()
    assert came < 10
    assert seconds(started) < 1
    assert at_rest()


def test_each_thread_gets_its_own_answer(llm: GGUF) -> None:
    answers: dict[str, str] = {}

    def ask(number: str) -> None:
        grammar = f'root ::= "{number}"'
        answers[number] = llm.complete("Which number?", grammar=grammar).text

    threads = [threading.Thread(target=ask, args=(number,)) for number in ("1", "2", "3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"1": "1", "2": "2", "3": "3"}


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        (LONG * 4, {}, "exceeds the available context size"),
        ("Hello", {"grammar": "root ::= ((("}, "failed to parse grammar"),
    ],
)
def test_what_it_cannot_do_is_an_error(llm: GGUF, asked: str, options: dict[str, Any], said: str) -> None:
    with pytest.raises(LLMError, match=f"local:{SMALL} did not answer: .*{said}"):
        llm.complete(asked, **options)


def own_sockets(table: str) -> list[str]:
    """Return the lines of a table of /proc/net that are sockets of this process."""
    inodes = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            inodes |= set(re.findall(r"socket:\[(\d+)\]", str(descriptor.readlink())))
        except FileNotFoundError:  # the one that listed the folder
            continue
    lines = Path("/proc/net", table).read_text(encoding="utf-8").splitlines()[1:]
    return [line for line in lines if inodes & set(line.split())]


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads /proc")
def test_no_port_is_open_and_nobody_can_connect(llm: GGUF) -> None:
    listening = "0A"
    for table in ("tcp", "tcp6"):
        assert not [line for line in own_sockets(table) if line.split()[3] == listening]
    names = [line.split()[-1] for line in own_sockets("unix") if line.endswith("llama.sock")]
    assert names, "the server that cannot be left out listens on a Unix socket"
    for name in names:
        assert not Path(name).parent.exists()
        with socket.socket(socket.AF_UNIX) as other, pytest.raises(FileNotFoundError):
            other.connect(name)


def test_ctrl_c_still_interrupts(folder: Path, llm: GGUF) -> None:
    code = f"""
import os, signal, threading
from rag.config import Config
from rag.llm.gguf import open_local
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
llm = open_local("gguf:{llm.path}", Config(threads=1))
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    for _ in llm.stream_complete("Tell a long story.", max_tokens=3000, ignore_eos=True):
        pass
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr


def test_the_model_to_use(folder: Path, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--slow"):
        pytest.skip("pulls 1.1 GB and takes minutes: pytest --slow")
    llm = llm_of(LARGE, folder)
    text = "The raid killed 32 Cuban officers. The minister is Bruno Rodriguez."
    (passage,) = passages(Document("a.txt", text, "The raid"), 1000)
    evidence = [Evidence(passage, sentence, 1.0) for sentence in passage.sentences]
    asked = [
        ChatMessage(role=MessageRole.SYSTEM, content=writer.SYSTEM),
        ChatMessage(role=MessageRole.USER, content=writer.prompt("Who is the minister?", evidence)),
    ]
    answer = llm.chat(asked, grammar=writer.grammar(2)).message.content or ""
    assert "Rodriguez" in answer
    assert answer.endswith("[2]")
    cancel = threading.Event()
    threading.Timer(1, cancel.set).start()
    started = time.monotonic()
    assert not list(llm.stream_chat(messages(LONG), cancel=cancel))
    assert seconds(started) < 1 + 1
    assert at_rest(1), f"batches of {BATCH} tokens take too long"
