"""The llama-index LLM behind a name: its class, its key, its HTTP client. Nothing is imported before it is named."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.config import Config, key
from rag.errors import UsageError
from rag.llm.request import watched

if TYPE_CHECKING:
    import openai
    from llama_index.core.llms import LLM

FORMS = "none, local:NAME, gguf:PATH, ollama:MODEL, openai:MODEL, anthropic:MODEL or openai-like:URL#MODEL"
CONTEXT = 4096
"""Tokens of prompt and answer, where a server reserves memory for them."""
MOST_TOKENS = 1024
"""Of an answer, where a server must be told."""
_HEADERS = {"host", "accept", "accept-encoding", "connection", "content-length", "content-type", "user-agent"}
"""What a server that only speaks OpenAI's protocol is told beside the question and its own key."""


@dataclass(frozen=True, slots=True)
class Provider:
    """An LLM, and what its class does not tell."""

    llm: "LLM"
    finished: Callable[[Any], object]
    """What an event of its stream, as the server sent it, says of why the answer ends; nothing where it goes on."""
    secret: str = field(default="", repr=False)
    local: bool = False
    """In this process: ``stream_chat`` takes ``grammar``, and ``cancel``, an event that ends it."""


def provider(name: str, config: Config) -> Provider:
    """Return the LLM that ``name`` stands for; no connection is opened yet.

    Raises:
        UsageError: the name is in no known form, or its extra or its key is not here.
        RagError: a model in this process cannot be opened.
    """
    kind, _, rest = name.partition(":")
    if kind not in _OPEN or not rest.strip():
        raise UsageError(f"llm is {name!r}: write {FORMS}")
    return _OPEN[kind](rest, config)


def _local(kind: str) -> Callable[[str, Config], Provider]:
    def opened(rest: str, config: Config) -> Provider:
        from rag.llm.gguf import open_local

        return Provider(open_local(f"{kind}:{rest}", config), _openai_finished, local=True)

    return opened


def _openai(model: str, config: Config) -> Provider:
    with _extra("openai"):
        from llama_index.llms.openai import OpenAI
    client, secret = openai_client(model, config.llm_seconds)
    try:
        llm = OpenAI(model, temperature=0, max_retries=0, api_key="-", openai_client=client)
        _ = llm.metadata  # the class only works with models that it knows
    except ValueError as error:
        url = str(client.base_url)  # of the environment: it may hold a password
        other = f"write openai-like:{url if _plain(url) else 'URL'}#{model} and set OPENAI_LIKE_API_KEY"
        raise UsageError(f"openai:{model} is not a chat model that llama-index knows: {other}") from error
    return Provider(llm, _openai_finished, secret)


def _openai_like(rest: str, config: Config) -> Provider:
    with _extra("openai-like"):
        from llama_index.llms.openai_like import OpenAILike
    client, model, secret = openai_like_client(rest, config.llm_seconds)
    llm = OpenAILike(
        model,
        temperature=0,
        max_retries=0,
        api_key="-",
        api_base=str(client.base_url),
        openai_client=client,
        is_chat_model=True,
        context_window=CONTEXT,
    )
    return Provider(llm, _openai_finished, secret)


def openai_client(model: str, seconds: float) -> "tuple[openai.OpenAI, str]":
    """Return a client of OpenAI, and its key; no connection is opened yet.

    Args:
        model: that the key is needed for.
        seconds: longest silence.

    Raises:
        UsageError: the extra or the key is not here.
    """
    with _extra("openai"):
        import httpx
        import openai
    secret = _key("OPENAI_API_KEY", f"openai:{model}")
    return openai.OpenAI(api_key=secret, max_retries=0, http_client=httpx.Client(**watched(seconds))), secret


def openai_like_client(rest: str, seconds: float) -> "tuple[openai.OpenAI, str, str]":
    """Return a client of a server that speaks OpenAI's protocol, the model and the key; no connection is opened yet.

    Args:
        rest: its address, and behind a # the model.
        seconds: longest silence.

    Raises:
        UsageError: it is no such address, or the extra is not here.
    """
    match = re.fullmatch(r"([^#]+)#(.+)", rest)
    if not match or not _plain(match[1]):
        # the address is not repeated: it may hold a password
        raise UsageError(
            "openai-like: write openai-like:http://127.0.0.1:8080/v1#MODEL, with neither a user nor a query in the "
            "address; a key goes into OPENAI_LIKE_API_KEY"
        )
    with _extra("openai-like"):
        import httpx
        import openai
    secret = _key("OPENAI_LIKE_API_KEY")

    def own_headers(request: Any) -> None:
        """Send nothing that the environment holds for OpenAI itself: organisation, project, headers of its own."""
        for header in set(request.headers) - _HEADERS:
            del request.headers[header]
        if secret:
            request.headers["authorization"] = f"Bearer {secret}"

    client = openai.OpenAI(
        api_key="-",
        base_url=match[1],
        max_retries=0,
        http_client=httpx.Client(**watched(seconds, own_headers)),
    )
    return client, match[2], secret


def _anthropic(model: str, config: Config) -> Provider:
    with _extra("anthropic"):
        import anthropic
        import httpx
        from llama_index.llms.anthropic import Anthropic
    secret = _key("ANTHROPIC_API_KEY", f"anthropic:{model}")
    try:
        llm = Anthropic(model, temperature=0, max_tokens=MOST_TOKENS, max_retries=0, api_key=secret)
        _ = llm.metadata  # the class only works with models that it knows
    except ValueError as error:
        newer = "a newer llama-index-llms-anthropic may"
        raise UsageError(f"anthropic:{model} is not a model that llama-index knows: {newer}") from error

    def key_alone(request: Any) -> None:
        """Send no ANTHROPIC_AUTH_TOKEN beside the key."""
        request.headers.pop("authorization", None)

    llm._client = anthropic.Anthropic(  # noqa: SLF001 (the class takes no client)
        api_key=secret, max_retries=0, http_client=httpx.Client(**watched(config.llm_seconds, key_alone))
    )
    return Provider(llm, lambda event: getattr(event.get("delta"), "stop_reason", None), secret)


def _ollama(model: str, config: Config) -> Provider:
    with _extra("ollama"):
        import ollama
        from llama_index.llms.ollama import Ollama
    secret = _key("OLLAMA_API_KEY")  # which the client takes by itself
    client = ollama.Client(**watched(config.llm_seconds))  # at OLLAMA_HOST, or on this machine
    llm = Ollama(model, temperature=0, context_window=CONTEXT, thinking=False, client=client)
    return Provider(llm, lambda event: event.get("done"), secret)


_OPEN: dict[str, Callable[[str, Config], Provider]] = {
    "local": _local("local"),
    "gguf": _local("gguf"),
    "ollama": _ollama,
    "openai": _openai,
    "anthropic": _anthropic,
    "openai-like": _openai_like,
}


@contextmanager
def _extra(name: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError:
        raise UsageError(f"llm {name}: needs pip install 'quoteline[{name}]'") from None


def _key(variable: str, needed_by: str = "") -> str:
    """Return a key, or nothing where none is needed."""
    found = key(variable)
    if needed_by and not found:
        raise UsageError(f"{needed_by} needs a key: set {variable} in the environment")
    if not re.fullmatch(r"[!-~]*", found):  # a client would name it, as a bad header
        raise UsageError(f"{variable} holds characters that no key has: set it anew")
    return found


def _plain(url: str) -> bool:
    """Tell whether an address is of the web and holds no user, password or query."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc and not parts.query


def _openai_finished(event: Any) -> object:
    """Return why the answer ends, if an event says so; llama.cpp's are dictionaries."""
    if isinstance(event, dict):
        return next(filter(None, (choice.get("finish_reason") for choice in event["choices"])), None)
    return next(filter(None, (choice.finish_reason for choice in event.choices)), None)
