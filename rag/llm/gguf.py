"""A GGUF model in this process, as a llama-index LLM: llama.cpp, through xllamacpp.

llama.cpp is asked by function calls. xllamacpp nonetheless starts llama.cpp's HTTP server beside each model, and its
API cannot leave that out: as it comes, an unauthenticated TCP port on the loopback address. Here the server gets a Unix
socket instead, in a folder that only this user may enter, and once the model is loaded the folder is removed: no port
is open, and no name is left by which anyone could connect.

Importing this module takes the second or two of llama-index, so only those who open a model do.
"""

import queue
import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.generic_utils import (
    chat_to_completion_decorator,
    stream_chat_to_completion_decorator,
)
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import CustomLLM

from rag.config import Config
from rag.errors import LLMError, ModelError, UsageError, first_line
from rag.models.catalogue import located

CONTEXT = 4096
"""Tokens of prompt and answer; a model trained for fewer takes fewer. One takes 28 kB with a model of 1.5B."""
PROMPTS = 2
"""Prompts whose reading is kept, each with a context of its own: a follow-up asks in turn what it means and for its
answer, and each of the two begins as it did the last time. As many calls are answered at a time."""
MAX_TOKENS = 512
SEED = 1
BATCH = 32
"""Tokens of a prompt that are read at a time. Between two batches a call can be stopped: at the 45 tokens a second of a
model of 1.5B on two cores, 0.7 s. In a trial batches of 512 were no faster."""
POLL_SECONDS = 0.05
STOP_SECONDS = 0.5
"""Longest wait for llama.cpp to stop when a call is given up; it does so by itself after the batch that it is in."""


def open_local(name: str, config: Config) -> "GGUF":
    """Open the model of a name.

    Args:
        name: ``local:NAME``, one that ``rag models pull NAME`` fetched, or ``gguf:PATH``, any GGUF file.
        config: names the folder of the models and the number of threads.

    Raises:
        UsageError: the name is in neither form, or unknown, or xllamacpp is not installed.
        ModelError: the file is not here, or not a GGUF model.
        LLMError: llama.cpp cannot load it.
    """
    kind, _, rest = name.partition(":")
    if kind == "local" and rest:
        path = located(rest, config)
    elif kind == "gguf" and rest:
        path = Path(rest).expanduser()
    else:
        raise UsageError(f"{name}: write local:NAME (rag models list) or gguf:PATH")
    return GGUF(path=str(path), name=name, threads=config.threads)


class GGUF(CustomLLM):
    """A GGUF model: the same answer to the same messages, asked alone, at temperature 0, streamed.

    ``chat``, ``stream_chat``, ``complete`` and ``stream_complete`` take, beside what llama-index hands them,

    - ``grammar``: a GBNF grammar that the answer will match, whole or, cut off at ``max_tokens``, in its beginning;
    - ``max_tokens``: most tokens of the answer;
    - ``cancel``: a :class:`threading.Event`; once it is set the stream ends. Closing the generator does the same;
    - any other option of llama.cpp's chat completions.

    What the messages share with those of one of the last calls, from their first token on, is not read again: put first
    what stays the same. Of calls from several threads two are answered at a time, and the others wait.

    Args:
        path: the GGUF file.
        name: what errors call it.
        threads: of llama.cpp.
    """

    path: str
    name: str
    threads: int
    context: int = CONTEXT

    _server: Any = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        super().model_post_init(context)
        self._server = _server(self.path, self.name, self.threads, self.context)

    @classmethod
    def class_name(cls) -> str:
        return "GGUF"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=self.context, num_output=MAX_TOKENS, is_chat_model=True, model_name=self.name)

    def stream_chat(
        self,
        messages: Sequence[ChatMessage],
        grammar: str | None = None,
        max_tokens: int = MAX_TOKENS,
        cancel: threading.Event | None = None,
        **kwargs: Any,
    ) -> Generator[ChatResponse]:
        """Yield the answer as it grows, each time with what is new as ``delta``; ``raw`` is llama.cpp's own event.

        Raises:
            LLMError: the prompt is longer than the context, the grammar is none, or llama.cpp failed.
        """
        request: dict[str, Any] = {
            "messages": [{"role": message.role.value, "content": message.content or ""} for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": SEED,
            "cache_prompt": True,
            **kwargs,
            "stream": True,
            "return_progress": True,  # an event after each batch of the prompt, at which it can be stopped
        }
        if grammar is not None:
            request["grammar"] = grammar
        text = ""
        for event in self._events(request, cancel or threading.Event()):
            if "error" in event:
                raise LLMError(f"{self.name} did not answer: {event['error'].get('message', event['error'])}")
            choice = event["choices"][0]
            delta = choice["delta"].get("content") or ""
            if delta or choice["finish_reason"]:
                text += delta
                message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
                yield ChatResponse(message=message, delta=delta, raw=event)

    def _events(self, request: dict[str, Any], cancel: threading.Event) -> Generator[dict[str, Any]]:
        """Yield llama.cpp's events as they come, from a thread of their own, until the last one or until cancelled."""
        events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        given_up = threading.Event()

        def take(event: dict[str, Any]) -> bool:
            events.put(event)
            return given_up.is_set() or cancel.is_set()  # True stops llama.cpp

        def call() -> None:
            try:
                self._server.handle_chat_completions(request, take)
            except Exception as error:  # its errors have no common base
                events.put({"error": {"message": first_line(error)}})
            finally:
                events.put(None)

        thread = threading.Thread(target=call, name="gguf")
        thread.start()
        try:
            while not cancel.is_set():
                try:
                    event = events.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    continue
                if event is None:
                    break
                yield event
        finally:
            given_up.set()
            thread.join(STOP_SECONDS)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        last = ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=""))
        for last in self.stream_chat(messages, **kwargs):  # noqa: B007 (the last holds the whole text)
            pass
        return ChatResponse(message=last.message, raw=last.raw)

    # The prompt of a completion is a user's message; `formatted`, which the base class hands over, changes nothing.

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:  # noqa: ARG002, FBT001, FBT002
        return chat_to_completion_decorator(self.chat)(prompt, **kwargs)

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:  # noqa: ARG002, FBT001, FBT002
        return stream_chat_to_completion_decorator(self.stream_chat)(prompt, **kwargs)


def _server(path: str, name: str, threads: int, context: int) -> Any:
    """Load a model; no port is bound, and no name of a socket stays."""
    try:
        with Path(path).open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    if magic != b"GGUF":
        raise ModelError(f"{path} is not a GGUF model: it does not begin with GGUF")
    try:
        import xllamacpp
    except ModuleNotFoundError:
        raise UsageError(f"{name} needs pip install 'quoteline[local]'") from None
    params = xllamacpp.CommonParams()
    params.model.path = path
    params.n_ctx = PROMPTS * context
    params.n_batch = params.n_ubatch = BATCH
    params.n_parallel = PROMPTS
    params.n_threads_http = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.cache_ram_mib = 0  # the last prompts' states are enough; more would take up to 8 GB
    params.offline = True
    params.ui = params.fit_params = params.warmup = False
    params.verbosity = -1
    with tempfile.TemporaryDirectory() as folder:
        # Its last letters make it a Unix socket. An empty list, which would say what is meant, crashes.
        params.hostnames = [f"{folder}/llama.sock"]
        try:
            return xllamacpp.Server(params)
        except RuntimeError as error:
            raise LLMError(f"{name} cannot be loaded by llama.cpp from {path}: is it whole?") from error
