"""The settings that a browser keeps and sends with each question: who words it, how sure it must be, how long.

The browser alone keeps them (``static/shell.js``). What it sends names a choice, which is looked up here among those
that this server has: nothing else gets to the engine.
"""

from collections.abc import Mapping
from html import escape
from typing import Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from rag.engine import AS_SET, Engine, Options
from rag.errors import BusyError, UsageError
from rag.reading.cost import Step, steps
from rag.reading.reader import calibration, network_of
from rag.schema import LENGTHS
from rag.web import access, words
from rag.web.icons import icon
from rag.web.live import Live
from rag.web.llms import NONE, LLMs

MOST_NAME = 300
"""Characters of the name of an LLM."""


def options(told: object, llms: LLMs, engine: Engine) -> Options:
    """Return what a question wants, as its browser's settings say.

    Args:
        told: ``{"llm", "threshold", "length"}`` as the browser sent it, each a name or not there.
        llms: that there are.
        engine: that answers.

    Returns:
        What was chosen; who only reads asks as the server is set.

    Raises:
        UsageError: a name is none of those that this server has.
        RagError: an LLM cannot be opened.
    """
    if not isinstance(told, Mapping) or not access.person().writes:
        return AS_SET
    llm, threshold, length = (told.get(name) for name in ("llm", "threshold", "length"))
    known = steps(engine.reader.name, engine.threshold)
    for what, names in ((threshold, known), (length, LENGTHS)):
        if what is not None and what not in names:
            raise UsageError(words.SET_UNKNOWN.format(what=str(what)[:MOST_NAME]))
    return Options(
        # As it is set the engine knows itself, also where another reader stands in.
        threshold=None if threshold in (None, "set") else known[threshold].threshold,
        length=length,
        llm="settings" if llm is None else llms.chosen(str(llm)[:MOST_NAME]),
    )


class Named(BaseModel):
    """Which LLM is to be tested."""

    llm: str = Field(max_length=MOST_NAME)


def router(llms: LLMs) -> APIRouter:
    """Return the route that tests an LLM."""
    routes = APIRouter()

    @routes.post("/settings/llm")
    def test(named: Named) -> JSONResponse:
        try:
            found = llms.test(named.llm)
        except (UsageError, BusyError) as error:
            return JSONResponse({"works": False, "told": str(error)}, 400 if isinstance(error, UsageError) else 503)
        return JSONResponse({"works": found.works, "told": found.told})

    return routes


def form(live: Live, llms: LLMs) -> str:
    """Return the settings as HTML; what this server does unless told otherwise is chosen. Who only reads has none."""
    if not access.person().writes:
        return ""
    config = live.config
    if live.unbuilt:
        network = network_of(config)
        name, calibrated = network.name, float(calibration(network.card)["threshold"])
    else:
        with live.engine() as engine:
            name, calibrated = engine.reader.name, engine.reader.threshold
    threshold = calibrated if config.threshold is None else config.threshold
    known, own, length = steps(name, threshold), threshold != calibrated, config.length
    names = {name: name for name in llms.names} | {NONE: words.SET_LLM_NONE}
    test = (
        f'<p class="ql-note">{words.SET_LLM_ABOUT}</p><p class="ql-test"><button type="button" class="ql-act" '
        f'data-shell="test" title="{words.SET_TEST_ABOUT}" data-asking="{words.SET_TESTING}" '
        f'data-lost="{words.SET_TEST_LOST}">{icon("circle-help")}{words.SET_TEST}</button> '
        f'<output id="ql-tested" aria-live="polite"></output></p>'
    )
    labels = {**words.SET_STEPS, **({"set": words.SET_AS_SERVER} if own else {})}
    measured = any(step.cost for step in known.values())
    return (
        _choice("llm", words.SET_LLM, names, llms.set, {}, test if llms.names else _note(words.SET_LLM_NO))
        + _choice(
            "threshold",
            words.SET_THRESHOLD,
            labels,
            "set",
            {name: _cost(step) for name, step in known.items()},
            _note(words.SET_COST_ABOUT if measured else words.SET_NO_COST),
        )
        + _choice("length", words.SET_LENGTH, words.SET_LENGTHS, length, {}, _note(words.SET_LENGTH_ABOUT))
        + _note(words.SET_ABOUT)
    )


def _choice(
    name: Literal["llm", "threshold", "length"],
    legend: str,
    labels: Mapping[str, str],
    chosen: str,
    about: Mapping[str, str],
    below: str,
) -> str:
    """Return a group of which one is chosen."""
    rows = "".join(
        f'<label><input type="radio" name="ql-{name}" value="{escape(value)}"{" checked" if value == chosen else ""}>'
        f"<span>{escape(label)}{_about(about.get(value))}</span></label>"
        for value, label in labels.items()
    )
    return f'<fieldset class="ql-choice"><legend>{legend}</legend>{rows}{below}</fieldset>'


def _about(text: str | None) -> str:
    return f'<span class="ql-meta">{text}</span>' if text else ""


def _cost(step: Step) -> str:
    if not step.cost:
        return ""
    hundred: dict[str, Any] = {"refused": round(100 * step.cost.refused), "answered": round(100 * step.cost.answered)}
    return words.SET_COST.format(**hundred)


def _note(text: str) -> str:
    return f'<p class="ql-note">{text}</p>'
