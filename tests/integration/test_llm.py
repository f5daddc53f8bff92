import json
import logging
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from llama_index.core import Settings
from llama_index.core.llms import ChatMessage, ChatResponse, CompletionResponse, CustomLLM, LLMMetadata

import rag.llm.client
import rag.llm.request
from rag.config import Config, load
from rag.errors import LLMError, UsageError
from rag.llm.client import LanguageModel, open_llm
from tests.loopback import (
    Behaviour,
    Handler,
    Loopback,
    drips,
    drops,
    garbles,
    loopback,
    refuses,
    says,
    silent,
    silent_after,
    truncates,
)

CANARY = "sk-canary-3b0d5f0e9a"
NAMES = {
    "openai-like": "openai-like:{url}/v1#m",
    "openai": "openai:gpt-4o",
    "anthropic": "anthropic:claude-sonnet-4-6",
    "ollama": "ollama:m",
}
KEYS = ("OPENAI_LIKE_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "OLLAMA_API_KEY")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A server that every provider's own variables point to, with a key for each."""
    monkeypatch.setattr(rag.llm.client, "JITTER", 0.01)
    with loopback() as server:
        for variable in KEYS:
            monkeypatch.setenv(variable, CANARY)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        yield server


@pytest.fixture(params=NAMES)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


PROMPT = 15
"""Seconds: sooner than by the deadline of 20 s, or the longest wait, whichever machine."""


def opened(server: Loopback, kind: str = "openai-like", seconds: int = 20) -> LanguageModel:
    llm = open_llm(NAMES[kind].format(url=server.url), Config(llm_seconds=seconds))
    assert llm is not None
    return llm


def answered(llm: LanguageModel, **how: Any) -> str:
    return "".join(llm.stream("be brief", "who?", **how))


def failing(llm: LanguageModel) -> tuple[str, str, float]:
    """Return what was said before the error, the error, and the seconds until it."""
    pieces: list[str] = []
    began = time.monotonic()
    with pytest.raises(LLMError) as caught:
        pieces.extend(llm.stream("be brief", "who?"))
    assert str(caught.value).startswith(llm.name)
    return "".join(pieces), str(caught.value), time.monotonic() - began


def test_an_answer_comes_in_pieces(server: Loopback, kind: str) -> None:
    server.does(says("Bruno ", "Rodríguez"))
    llm = opened(server, kind)
    assert list(llm.stream("be brief", "who?", grammar='root ::= "x"')) == ["Bruno ", "Rodríguez"]
    ((path, headers, body),) = server.requests
    assert llm.name == NAMES[kind].format(url=server.url)
    assert body["model"] == llm.name.rpartition(":" if "#" not in llm.name else "#")[2]
    assert path == {"anthropic": "/v1/messages", "ollama": "/api/chat"}.get(kind, "/v1/chat/completions")
    assert CANARY in (headers.get("x-api-key"), headers.get("authorization", "").removeprefix("Bearer "))
    system = body.get("system") or body["messages"][0]["content"]
    assert "be brief" in str(system)
    assert "who?" in str(body["messages"][-1]["content"])
    assert (body.get("temperature", 0), body.get("options", {}).get("temperature", 0)) == (0, 0)
    assert "grammar" not in str(body)


FAULTS: list[tuple[Behaviour, int, str, str]] = [
    # what the server does, how often it is asked, what was said before, the error
    (refuses(400, "model m is unknown"), 1, "", r"status 400 .*model m is unknown"),
    (refuses(401), 1, "", r"does not accept the key \(401\)"),
    (refuses(302, headers={"Location": "http://127.0.0.1:9/"}), 1, "", "status 302"),
    (refuses(429, "slow down"), 3, "", "status 429 .*slow down"),
    (refuses(500), 3, "", "status 500"),
    (refuses(529), 3, "", "status 529"),
    (drops(), 1, "", "connection broke"),
    (drops("Bruno "), 1, "Bruno ", "broke off"),
    (truncates("Bruno "), 1, "Bruno ", "broke off"),
    (truncates(), 1, "", "broke off"),
    (garbles("Bruno "), 1, "Bruno ", "garbled"),
    (garbles("Bruno ", told='{"error": "out of memory"}'), 1, "Bruno ", "broke off"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: re.sub(r"\W+", "-", fault[3]))
def test_a_fault_is_one_error_with_its_cause(
    server: Loopback, kind: str, fault: tuple[Behaviour, int, str, str]
) -> None:
    behaviour, asked, said, cause = fault
    server.does(behaviour)
    before, error, seconds = failing(opened(server, kind))
    assert before == said
    assert re.search(cause, error), error
    assert len(server.requests) == asked
    assert seconds < PROMPT


def test_nobody_is_there(kind: str, server: Loopback) -> None:
    llm = opened(server, kind)
    server.shutdown()
    server.server_close()
    _, error, seconds = failing(llm)
    assert "cannot be reached ([Errno 111] Connection refused): is it running?" in error
    assert seconds < PROMPT


def test_a_second_try_may_help(server: Loopback, kind: str) -> None:
    server.does(refuses(503), refuses(429, headers={"Retry-After": "0"}), says("yes"))
    assert answered(opened(server, kind)) == "yes"
    assert len(server.requests) == 3


def in_seconds(seconds: float) -> str:
    return formatdate(time.time() + seconds, usegmt=True)


@pytest.mark.parametrize("dated", [False, True], ids=["seconds", "date"])
def test_it_waits_as_long_as_it_is_asked_to(server: Loopback, dated: bool) -> None:
    at: list[float] = []
    due = time.time() + 3

    def noting(behaviour: Behaviour) -> Behaviour:
        def behave(handler: Handler) -> None:
            at.append(time.time())
            behaviour(handler)

        return behave

    asks = refuses(429, headers={"Retry-After": formatdate(due, usegmt=True) if dated else "1"})
    server.does(noting(asks), noting(says("yes")))
    assert answered(opened(server)) == "yes"
    assert at[1] > (due - 1 if dated else at[0] + 0.9), "a date has no parts of a second"
    assert at[1] - at[0] < PROMPT


@pytest.mark.parametrize(
    ("after", "seconds"),
    [("3600", 20), (in_seconds(900), 20), ("9", 5), ("inf", 20)],
    ids=["seconds", "date", "deadline", "ever"],
)
def test_it_does_not_wait_for_long(server: Loopback, after: str, seconds: int) -> None:
    server.does(refuses(429, headers={"Retry-After": after}))
    _, error, took = failing(opened(server, seconds=seconds))
    assert "it asks to wait" in error
    assert len(server.requests) == 1
    assert took < PROMPT


def test_a_silent_server_is_asked_twice_and_left(server: Loopback, kind: str) -> None:
    server.does(silent)
    llm = opened(server, kind, seconds=1)
    _, error, seconds = failing(llm)
    assert re.search(r"no word of an answer in \d s", error)
    assert 0.9 < seconds < PROMPT
    assert 1 <= len(server.requests) <= 2  # the second may be too late to be sent
    wait_until(lambda: len(server.left) == len(server.requests))


def test_a_slow_first_word_may_come_at_the_second_try(server: Loopback) -> None:
    server.does(silent, says("yes"))
    assert answered(opened(server, seconds=2)) == "yes"
    assert len(server.requests) == 2


def test_an_answer_without_an_end_is_cut(server: Loopback, kind: str) -> None:
    server.does(drips)
    said, error, seconds = failing(opened(server, kind, seconds=1))
    assert said.startswith("dripdrip")
    assert "not whole after 1 s (llm_seconds)" in error
    assert 0.9 < seconds < PROMPT
    assert len(server.requests) == 1


def test_an_address_that_takes_no_connection(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rag.llm.request, "CONNECT_SECONDS", 0.3)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        with socket.create_connection(deaf.getsockname()):  # the one that waits to be accepted
            url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            llm = open_llm(f"openai-like:{url}/v1#m", Config(llm_seconds=20))
            assert llm
            _, error, seconds = failing(llm)
    assert "cannot be reached" in error
    assert 0.9 < seconds < PROMPT  # three tries


def wait_until(done: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("behaviour", [silent, silent_after("Bruno ")], ids=["before", "within"])
def test_stopped(server: Loopback, kind: str, behaviour: Behaviour) -> None:
    server.does(behaviour)
    stop, stopped = threading.Event(), []
    llm = opened(server, kind)

    def stop_it() -> None:
        wait_until(lambda: server.requests)
        time.sleep(0.2)
        stopped.append(time.monotonic())
        stop.set()

    threading.Thread(target=stop_it).start()
    assert answered(llm, stop=stop) in ("", "Bruno ")
    assert time.monotonic() - stopped[0] < PROMPT
    wait_until(lambda: server.left)
    assert server.left[0] - stopped[0] < PROMPT
    wait_until(lambda: not any(thread.name == "llm" for thread in threading.enumerate()))
    server.does(says("yes"))
    assert answered(llm) == "yes"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and its certificate for this machine, in one file."""
    made = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, made.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(address, critical=False).sign(made, hashes.SHA256())
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.private_bytes(serialization.Encoding.PEM, *form) + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.mark.parametrize("behaviour", [silent, silent_after("Bruno ")], ids=["before", "within"])
def test_stopped_under_tls(
    server: Loopback, behaviour: Behaviour, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    llm = open_llm(f"openai-like:{server.url.replace('http', 'https')}/v1#m", Config())
    assert llm
    server.does(says("yes"), behaviour)
    assert answered(llm) == "yes"
    stop = threading.Event()
    threading.Timer(1, stop.set).start()
    began = time.monotonic()
    assert answered(llm, stop=stop) in ("", "Bruno ")
    assert time.monotonic() - began < PROMPT
    assert len(server.requests) == 2
    wait_until(lambda: not any(thread.name == "llm" for thread in threading.enumerate()))


def test_stopped_while_it_waits_to_ask_again(server: Loopback) -> None:
    server.does(refuses(429, headers={"Retry-After": "8"}), says("never"))
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    assert answered(opened(server), stop=stop) == ""
    assert time.monotonic() - began < PROMPT
    assert len(server.requests) == 1


def test_whoever_reads_no_further_closes_the_connection(server: Loopback, kind: str) -> None:
    server.does(silent_after("Bruno "))
    llm = opened(server, kind)
    stream = llm.stream("be brief", "who?")
    assert next(stream) == "Bruno "
    stream.close()
    wait_until(lambda: server.left)


def test_ending_one_ends_no_other(server: Loopback) -> None:
    server.does(silent_after("one"), drips)
    llm = opened(server)
    first, second = llm.stream("", "a"), llm.stream("", "b")
    assert (next(first), next(second)) == ("one", "drip")
    first.close()
    assert [next(second) for _ in range(5)] == ["drip"] * 5
    second.close()


def test_after_failures_in_a_row_it_is_left_alone_for_a_while(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rag.llm.client, "REST_SECONDS", 1)
    llm = opened(server)
    server.does(truncates("x"), refuses(400), says("yes"), refuses(400))
    failing(llm)
    failing(llm)
    assert answered(llm) == "yes"  # which starts the count anew
    for _ in range(3):
        assert "status 400" in failing(llm)[1]
    assert len(server.requests) == 6
    _, error, _ = failing(llm)
    assert "is not asked: it failed 3 times in a row; again in 1 s" in error
    time.sleep(1)
    assert "status 400" in failing(llm)[1]  # one may try
    assert "is not asked" in failing(llm)[1]
    assert len(server.requests) == 7
    time.sleep(1)
    server.does(says("yes"))
    assert answered(llm) == "yes"
    assert answered(llm) == "yes"


@pytest.mark.parametrize(
    "behaviour",
    [
        refuses(400, "{headers}"),
        refuses(401, "{headers}"),
        refuses(500, "{headers}", {"Retry-After": "3600"}),
        garbles("x", told=json.dumps({"error": {"message": f"bad key {CANARY}", "type": "x"}})),
        garbles("x", told="{headers}"),
        drops("x"),
        silent,
    ],
    ids=["400", "401", "500", "event", "garbage", "drop", "silence"],
)
def test_a_key_is_told_to_nobody(
    server: Loopback, kind: str, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.does(behaviour)
    llm = opened(server, kind, seconds=1 if behaviour is silent else 20)
    with pytest.raises(LLMError) as caught:
        answered(llm)
    told = "".join(traceback.format_exception(caught.value))
    assert CANARY in str(server.requests[0][1])  # it was sent
    assert CANARY not in told
    assert caught.value.__context__ is None
    assert CANARY not in caplog.text
    assert CANARY not in repr(llm) + str(vars(llm))


def test_a_servers_words_are_one_short_printable_line(server: Loopback) -> None:
    server.does(refuses(400, "\x1b]0;owned\x07\n" + "long " * 1000))
    _, error, _ = failing(opened(server))
    assert error.isprintable()
    assert len(error) < 400


def test_a_server_like_openais_is_told_nothing_of_openai(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_LIKE_API_KEY")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-canary")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-canary")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Own: {CANARY}\nCookie: {CANARY}")
    server.does(says("yes"))
    assert answered(opened(server)) == "yes"
    ((_, headers, _),) = server.requests
    assert not re.search("canary", str(headers))
    assert "authorization" not in headers


def test_a_key_in_the_environment_switches_nothing_on() -> None:
    code = (
        "import sys\nfrom rag.config import load\nfrom rag.llm.client import open_llm\nconfig = load()\n"
        "assert config.llm is None\nprint(*sys.modules)"
    )
    lying = dict.fromkeys((*KEYS, "OPENAI_BASE_URL", "OLLAMA_HOST"), CANARY)
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **lying}, capture_output=True, text=True, check=True
    )
    tops = {name.split(".")[0] for name in done.stdout.split()}
    assert not tops & {"llama_index", "openai", "anthropic", "ollama", "httpx", "httpx2"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gpt-4o", "llm is 'gpt-4o': write none, local:NAME, .* or openai-like:URL#MODEL"),
        ("openai:", "llm is 'openai:': write"),
        ("None", "llm is 'None': write"),
        ("openai-like:http://127.0.0.1/v1", "write openai-like:http://127.0.0.1:8080/v1#MODEL"),
        ("openai-like:ftp://127.0.0.1/v1#m", "write openai-like:"),
        ("openai-like:http://127.0.0.1:x/v1#m", "write openai-like:"),
        (f"openai-like:http://me:{CANARY}@127.0.0.1/v1#m", "neither a user nor a query"),
        (f"openai-like:http://127.0.0.1/v1?key={CANARY}#m", "neither a user nor a query"),
        ("openai:gpt-0", "not a chat model that llama-index knows: write openai-like:https://api.openai.com/v1/#gpt-0"),
        ("anthropic:claude-0", "not a model that llama-index knows"),
    ],
)
def test_a_name_that_stands_for_nothing(name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("ANTHROPIC_API_KEY", CANARY)
    with pytest.raises(UsageError, match=re.escape(message) if "*" not in message else message) as caught:
        open_llm(name, Config())
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "module"),
    [
        ("openai", "llama_index.llms.openai"),
        ("openai-like", "llama_index.llms.openai_like"),
        ("anthropic", "llama_index.llms.anthropic"),
        ("ollama", "llama_index.llms.ollama"),
    ],
)
def test_a_missing_extra_is_named(kind: str, module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UsageError, match=rf"^llm {kind}: needs pip install 'quoteline\[{kind}\]'$"):
        open_llm(NAMES[kind].format(url="http://127.0.0.1"), Config())


@pytest.mark.parametrize(("kind", "variable"), [("openai", "OPENAI_API_KEY"), ("anthropic", "ANTHROPIC_API_KEY")])
def test_a_missing_key_is_named(kind: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(UsageError, match=f"needs a key: set {variable} in the environment"):
        open_llm(NAMES[kind], Config())


@pytest.mark.parametrize("variable", KEYS)
def test_a_key_that_no_header_can_hold_is_not_told(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, f"{CANARY}\nX-Other: 1")
    kind = variable.removesuffix("_API_KEY").lower().replace("_", "-")
    with pytest.raises(UsageError, match=f"{variable} holds characters that no key has") as caught:
        open_llm(NAMES[kind].format(url="http://127.0.0.1"), Config())
    assert CANARY not in str(caught.value)


def test_an_address_in_the_environment_may_hold_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://me:{CANARY}@127.0.0.1/v1")
    with pytest.raises(UsageError, match="write openai-like:URL#gpt-0") as caught:
        open_llm("openai:gpt-0", Config())
    assert CANARY not in str(caught.value)


def test_llama_index_settings_are_left_alone(server: Loopback) -> None:
    server.does(says("yes"))
    assert answered(opened(server)) == "yes"
    assert Settings._llm is None
    assert Settings._embed_model is None


class Scripted(CustomLLM):
    """A model in this process, for its faults."""

    given: dict[str, Any] = {}  # noqa: RUF012 (a pydantic field)
    fails: bool = False
    silent: bool = False

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata()

    def stream_chat(self, messages: Any, **given: Any) -> Iterator[ChatResponse]:  # type: ignore[override]
        self.given.update(given, messages=[(m.role.value, m.content) for m in messages])
        if self.fails:
            raise LLMError("gguf:x did not answer: the prompt is too long")
        while self.silent and not given["cancel"].wait(0.01):
            pass
        for text, reason in (("yes", None), ("", "stop")):
            event = {"choices": [{"delta": {"content": text}, "finish_reason": reason}]}
            yield ChatResponse(message=ChatMessage(role="assistant", content=text), delta=text, raw=event)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise NotImplementedError


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> Scripted:
    llm = Scripted()
    module = ModuleType("rag.llm.gguf")
    module.open_local = lambda name, config: llm  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rag.llm.gguf", module)
    return llm


@pytest.mark.parametrize("name", ["local:tiny", "gguf:/models/tiny.gguf"])
def test_a_model_in_this_process_takes_a_grammar(name: str, scripted: Scripted) -> None:
    llm = open_llm(name, Config())
    assert llm
    assert answered(llm, grammar='root ::= "yes"') == "yes"
    assert scripted.given["grammar"] == 'root ::= "yes"'
    assert scripted.given["messages"] == [("system", "be brief"), ("user", "who?")]


def test_a_model_in_this_process_fails_in_its_own_words(scripted: Scripted) -> None:
    scripted.fails = True
    llm = open_llm("gguf:x", Config())
    assert llm
    assert failing(llm)[1] == "gguf:x did not answer: the prompt is too long"


def test_a_model_in_this_process_is_asked_once_and_can_be_stopped(scripted: Scripted) -> None:
    scripted.silent = True
    llm = open_llm("gguf:x", Config(llm_seconds=1))
    assert llm
    _, error, seconds = failing(llm)
    assert "no word of an answer in 1 s" in error
    assert 0.9 < seconds < PROMPT
    assert scripted.given["cancel"].is_set()
    stop = threading.Event()
    threading.Timer(0.1, stop.set).start()
    assert answered(llm, stop=stop) == ""
    wait_until(scripted.given["cancel"].is_set)


def test_the_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text('llm = "ollama:a"\n')
    assert load(directory=tmp_path).llm == "ollama:a"
    monkeypatch.setenv("RAG_LLM", "ollama:b")
    assert load(directory=tmp_path).llm == "ollama:b"
    assert load({"llm": "none"}, directory=tmp_path).llm is None
