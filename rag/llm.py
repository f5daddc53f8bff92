"""A name becomes a llama-index LLM. None is chosen unless it is named: a key in the environment switches nothing on."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from rag.errors import LLMError, UsageError, first_line

SECONDS = 120
_HELP = "write openai-like:http://127.0.0.1:8080/v1#MODEL"


def completer(name: str) -> Callable[[str], str]:
    """Return a function that gives an LLM's answer to a prompt.

    Args:
        name: ``openai-like:URL#MODEL``, a server that speaks OpenAI's protocol (vLLM, LM Studio, llama.cpp…).

    Raises:
        UsageError: the name is in no known form, or what it needs is not installed.
    """
    match = re.fullmatch(r"openai-like:([^#]+)#(.+)", name)
    if not match or urlsplit(match[1]).scheme not in ("http", "https"):
        raise UsageError(f"--llm {name}: {_HELP}")
    try:
        from llama_index.llms.openai_like import OpenAILike
    except ImportError:
        raise UsageError("--llm openai-like: needs pip install 'quoteline[openai-like]'") from None
    llm = OpenAILike(
        model=match[2],
        api_base=match[1],
        api_key="none",
        is_chat_model=True,
        timeout=SECONDS,
        max_retries=1,
        temperature=0,
    )

    def complete(prompt: str) -> str:
        """Raise LLMError if the server cannot be reached or does not answer."""
        try:
            return str(llm.complete(prompt).text)
        except Exception as error:  # its client's errors have no common base
            raise LLMError(f"the LLM at {match[1]} did not answer ({first_line(error)}): is it running?") from error

    return complete
