"""The settings that a browser keeps and sends with each question: who words it, how sure it must be, how long.

The browser alone keeps them (``static/shell.js``). What it sends names a choice, which is looked up here among those
that this server has: nothing else gets to the engine.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from rag.engine import AS_SET, Engine, Options
from rag.errors import BusyError, UsageError
from rag.reading.cost import Step, steps
from rag.reading.reader import calibration, network_of
from rag.schema import LENGTHS
from rag.web import access, words
from rag.web.live import Live
from rag.web.llms import NONE, LLMs
from rag.web.template import html

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
    labels = {**words.SET_STEPS, **({"set": words.SET_AS_SERVER} if own else {})}
    costs = {name: _cost(step) for name, step in known.items()}
    return html(
        "settings",
        "form",
        (names, llms.set),
        (labels, "set", costs),
        (words.SET_LENGTHS, length),
        any(step.cost for step in known.values()),
    )


def _cost(step: Step) -> str:
    if not step.cost:
        return ""
    hundred: dict[str, Any] = {"refused": round(100 * step.cost.refused), "answered": round(100 * step.cost.answered)}
    return words.SET_COST.format(**hundred)
