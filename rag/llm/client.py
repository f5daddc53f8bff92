"""An LLM by name, asked within deadlines. None is used unless it is named: a key in the environment turns nothing on.

However a request fails, it ends in one :class:`LLMError` with its cause, in no more than ``llm_seconds``.
"""

import threading
import time
from collections.abc import Callable, Generator, Iterator
from typing import Any

import tenacity

from rag.config import Config
from rag.errors import LLMError
from rag.llm.providers import Provider, provider
from rag.llm.request import Call, Failed, Stopped

MOST_TRIES = 3
MOST_WAIT = 10
"""Seconds; a server that asks to wait longer is not asked again."""
JITTER = 0.5
"""Most seconds of chance before the second try, doubled before the third, so that not all clients come back at once."""
MOST_FAILURES = 3
"""In a row; after that nothing is asked for a while."""
REST_SECONDS = 30
_CUT = ("length", "max_tokens", "content_filter", "refusal")
"""Why a server ends an answer that has no end."""


def open_llm(name: str, config: Config) -> "LanguageModel":
    """Return the LLM of a name; no connection is opened yet.

    Args:
        name: ``local:NAME``, ``gguf:PATH``, ``ollama:MODEL``, ``openai:MODEL``, ``anthropic:MODEL`` or
            ``openai-like:URL#MODEL``.
        config: gives ``llm_seconds``, and what a model in this process needs.

    Raises:
        UsageError: the name is in no known form, or its extra or its key is not here.
        RagError: a model in this process cannot be opened.
    """
    return LanguageModel(name, provider(name, config), config.llm_seconds)


class Asked:
    """What is asked within deadlines and gives up cleanly. It may be asked from several threads.

    Args:
        name: as the user wrote it.
        limit: what the most time is called, and the seconds: for a whole answer, retries and waits in it.
        first: seconds for the first word of a try.
        secret: a key that no error may hold.
        local: whether it is in this process.
    """

    def __init__(
        self, name: str, limit: tuple[str, float], first: float, secret: str = "", *, local: bool = False
    ) -> None:
        self.name = name
        self._limit, self._seconds = limit
        self._first = first

        def call(pieces: Callable[[Call], Iterator[str]]) -> Call:
            return Call(pieces, secret, local=local)

        self._call = call  # the key stands nowhere else, so that nothing tells it
        self._circuit = _Circuit()

    def answer(self, pieces: Callable[[Call], Iterator[str]], stop: threading.Event) -> Generator[str]:
        """Yield the text of an answer as it comes. Nothing is asked before the first piece is wanted.

        Tried again, up to twice, after 429, 5xx and timeouts, as long as nothing has come. Closing the iterator closes
        the connection.

        Args:
            pieces: asks, and yields the text of a whole answer.
            stop: once set, the answer ends within a second.

        Raises:
            LLMError: no whole answer, with the cause; what was yielded before is incomplete then.
        """
        until = time.monotonic() + self._seconds
        self._circuit.enter(self.name)
        call, others = None, False
        try:
            call, piece = self._begun(pieces, until, stop)
            while piece is not None:
                yield piece
                piece = call.next(until, stop)
            self._circuit.leave(answered=True)
            return
        except Stopped:
            return
        except TimeoutError:
            cause = f"its answer was not whole after {self._seconds:g} s ({self._limit})"
        except Failed as failed:
            cause, others = str(failed), self._is_about(failed)
        except LLMError:
            self._circuit.leave(answered=False)
            raise
        finally:
            if call:
                call.give_up()
        self._circuit.leave(answered=others)
        raise LLMError(f"{self.name} did not answer: {cause}")  # out here, so that no error with a key hangs on to it

    def _is_about(self, _: Failed) -> bool:
        """Tell whether a failure is of what was asked alone: then others may be answered, and are asked at once."""
        return False

    def _begun(
        self, pieces: Callable[[Call], Iterator[str]], until: float, stop: threading.Event
    ) -> tuple[Call, str | None]:
        """Ask, again if that may help, and return the request that answers with its first piece of text."""

        def attempt() -> tuple[Call, str | None]:
            call = self._call(pieces)
            began = time.monotonic()
            try:
                return call, call.next(min(began + self._first, until), stop)
            except TimeoutError:
                call.give_up()
                raise Failed(f"no word of an answer in {time.monotonic() - began:.0f} s", again=True) from None
            except BaseException:
                call.give_up()
                raise

        def again(error: BaseException) -> bool:
            return isinstance(error, Failed) and error.again and error.after <= MOST_WAIT

        def pause(seconds: float) -> None:
            if stop.wait(seconds):
                raise Stopped

        wait = tenacity.wait_exception(lambda error: error.after if isinstance(error, Failed) else 0.0)
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(again),
            wait=wait + tenacity.wait_random_exponential(multiplier=JITTER, max=MOST_WAIT),
            stop=tenacity.stop_after_attempt(MOST_TRIES) | tenacity.stop_before_delay(until - time.monotonic()),
            sleep=pause,
            reraise=True,
        )(attempt)


class LanguageModel(Asked):
    """An LLM.

    Args:
        name: as the user wrote it.
        provider: the LLM.
        seconds: most for a whole answer. A server gets half of it for the first word of a try, a model in this process,
            which reads the prompt as fast as it can, all of it.
    """

    def __init__(self, name: str, provider: Provider, seconds: float) -> None:
        first = seconds if provider.local else seconds / 2
        super().__init__(name, ("llm_seconds", seconds), first, provider.secret, local=provider.local)
        self._provider = provider

    @property
    def sees(self) -> bool:
        """Whether it can be sent pictures; the model behind it may refuse them all the same."""
        return not self._provider.local

    def stream(
        self,
        system: str,
        user: str,
        *,
        grammar: str | None = None,
        picture: bytes | None = None,
        stop: threading.Event | None = None,
    ) -> Generator[str]:
        """Yield the answer's text as :meth:`answer` does.

        Args:
            system: what to do; comes first, so that a server can keep what it has read of it.
            user: what to do it with.
            grammar: GBNF that the answer must match, of a model in this process; servers refuse or ignore it, and are
                not sent it.
            picture: a JPEG that is sent before ``user``; not to a model in this process.
            stop: once set, the stream ends within a second.

        Raises:
            LLMError: no whole answer, with the cause; what was yielded before is incomplete then.
        """
        return self.answer(self._asking(system, user, grammar, picture), stop or threading.Event())

    def _asking(
        self, system: str, user: str, grammar: str | None, picture: bytes | None
    ) -> Callable[[Call], Iterator[str]]:
        """Return what a call does: ask, and yield the text of a whole answer."""
        from llama_index.core.llms import ChatMessage, ImageBlock, TextBlock

        messages = [ChatMessage(role="system", content=system), ChatMessage(role="user", content=user)]
        if picture:
            messages[1].blocks = [ImageBlock(image=picture, image_mimetype="image/jpeg"), TextBlock(text=user)]

        def pieces(call: Call) -> Iterator[str]:
            given: dict[str, Any] = {"cancel": call.over, "grammar": grammar} if self._provider.local else {}
            whole: object = False
            for part in self._provider.llm.stream_chat(messages, **given):
                whole = whole or self._provider.finished(part.raw)
                if part.delta:
                    yield part.delta
            if not whole and not call.over.is_set():
                raise Failed("its answer broke off")
            if picture and whole in _CUT:  # an answer to a question is checked line by line, and its end dropped
                raise Failed(f"its answer is cut short ({whole})")

        return pieces


class _Circuit:
    """Lets nothing through for a while after some failures in a row; then one request, to see."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._until = 0.0

    def enter(self, name: str) -> None:
        """Raise LLMError while it is open."""
        with self._lock:
            if self._failures < MOST_FAILURES:
                return
            rest = self._until - time.monotonic()
            if rest > 0:
                raise LLMError(f"{name} is not asked: it failed {self._failures} times in a row; again in {rest:.0f} s")
            self._until = time.monotonic() + REST_SECONDS  # the others wait for what this one finds

    def leave(self, *, answered: bool) -> None:
        with self._lock:
            self._failures = 0 if answered else self._failures + 1
            self._until = time.monotonic() + REST_SECONDS
