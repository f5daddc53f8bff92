"""The view of evaluations: the runs of ``rag eval``, their figures over time, and the report of each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from rag.web import access, runs, trend, words
from rag.web.events import QUIET
from rag.web.template import html


def view(folder: Path, opened: gr.HTML) -> None:
    """Lay out the evaluations inside the Gradio app that is being built.

    Args:
        folder: where the runs lie; it is looked through whenever the view is opened.
        opened: tells that the view is opened.
    """

    def look(series: str | None, names: Sequence[str]) -> tuple[Any, Any, Any, str]:
        """Return (series to choose from, what folds the figures, figures to choose from, what is shown)."""
        # A run quotes every collection: who reads some alone has none.
        found = runs.Found([], []) if access.person().collections else runs.found(folder)
        asked = trend.series(found.runs)
        chosen = series if series in asked else next(iter(asked), None)
        offered = trend.figures([run for run in found.runs if run.series == chosen])
        shown = [name for name in offered if name in names]
        return (
            gr.update(choices=asked, value=chosen, visible=len(asked) > 1),
            gr.update(visible=bool(offered)),
            gr.update(choices=[(trend.named(name), name) for name in offered], value=shown),
            trend.page(found, chosen, shown, folder),
        )

    gr.HTML(html("parts", "head", words.RUNS_HEAD), apply_default_css=False)
    series = gr.Radio(label=words.RUNS_ASKED, choices=[], visible=False)
    with gr.Accordion(words.RUNS_CHOOSE, open=False, visible=False) as fold:
        names = gr.CheckboxGroup(
            label=words.RUNS_FIGURES, show_label=False, choices=list(trend.FIRST_SHOWN), value=list(trend.FIRST_SHOWN)
        )
    shown = gr.HTML()
    gr.on(
        [opened.select, series.input, names.input],
        look,
        [series, names],
        [series, fold, names, shown],
        **QUIET,
    )
