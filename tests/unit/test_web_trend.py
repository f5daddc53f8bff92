"""Plots and tables of runs, read as XML."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

from rag.web import trend
from rag.web.runs import Found, PassedOver, RunSummary, Value

HOSTILE = "<img src=x onerror=alert(1)>\"'&"
RUN = RunSummary(
    name="article",
    folder=Path("runs/article"),
    started=datetime(2026, 1, 1, tzinfo=UTC),
    questions=42,
    series="article",
    gold=("9f",),
    figures={"correct": Value(0.5, 0.4, 0.6, 40, "higher")},
    passed=True,
    failures=0,
    p50_ms=41.5,
    llm=None,
    commit="263466d11e47ce0c",
    dirty=True,
)


def run(day: int, value: float, **others: object) -> RunSummary:
    figure = Value(value, value - 0.1, min(1.0, value + 0.1), 40, "higher")
    own = replace(RUN, name=f"run-{day}", started=RUN.started + timedelta(days=day), figures={"correct": figure})
    return replace(own, **others)  # type: ignore[arg-type]


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def test_a_plot_has_a_point_and_an_interval_for_each_run() -> None:
    svg = drawn(trend.plot([run(1, 0.5), run(2, 0.6), run(3, 0.7)], "correct"))
    points = svg.findall("g[@class='ql-point']")
    middles = [(float(p.find("circle").get("cx")), float(p.find("circle").get("cy"))) for p in points]  # type: ignore[union-attr, arg-type]
    assert [x for x, _ in middles] == sorted(x for x, _ in middles)
    assert [y for _, y in middles] == sorted((y for _, y in middles), reverse=True), "more is higher"
    for point, (x, y) in zip(points, middles, strict=True):
        at, low, high = map(float, re.findall(r"[\d.]+", point.find("path").get("d")))  # type: ignore[union-attr, arg-type]
        assert at == x
        assert low - y == y - high > 0
    title = points[0].find("title")
    assert title is not None
    assert title.text == "correct 0.500 (0.400 to 0.600)\n40 questions\nrun-1, 2026-01-02 00:00"
    assert (svg.get("aria-label") or "").startswith("correct over 3 runs; the last: 0.700 (0.600 to 0.800).")
    assert not svg.findall("g[@class='ql-changed']")


def test_a_plot_shows_where_the_gold_changed_and_a_run_without_the_figure() -> None:
    svg = drawn(trend.plot([run(1, 0.5), run(2, 0.6, figures={}), run(3, 0.7, gold=("aa",))], "correct"))
    assert len(svg.findall("g[@class='ql-point']")) == 2
    assert len(svg.findall("g[@class='ql-changed']")) == 1


def test_the_scale_holds_every_interval_and_never_shows_a_hair_as_a_cliff() -> None:
    for low, value, high in [(0.5, 0.501, 0.502), (0, 0, 0), (1, 1, 1), (-1, 0.2, 1), (0.03, 0.5, 0.97)]:
        step, least, most = trend._scale([Value(value, low, high, 9, "higher")])
        assert least - 1e-9 <= low <= high <= most + 1e-9
        assert most - least >= 0.2 - 1e-9
        assert 2 <= round((most - least) / step) <= 5


def test_the_page_has_the_plots_numbers_in_a_table_and_opens_each_report() -> None:
    found = Found([run(2, 0.6, passed=False, failures=3), run(1, 0.5), run(0, 0.1, series="other")], [])
    page = trend.page(found, "article", ["correct"], Path("runs"))
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)
    assert len(rows) == 2
    assert 'href="reports/run-2"' in rows[0]
    assert "0.600" in rows[0]
    assert "0.500–0.700" in rows[0]
    assert "✗ failed (3)" in rows[0]
    assert "263466d11e and changes" in rows[0]
    assert page.count("<svg") == 1


def test_only_the_newest_runs_are_shown() -> None:
    found = Found([run(day, 0.5) for day in range(100, 0, -1)], [])
    page = trend.page(found, "article", ["correct"], Path("runs"))
    assert page.count('class="ql-point"') == trend.MOST
    assert "The newest 60 of 100 are shown." in page
    assert "run-100<" in page
    assert "run-1<" not in page


def test_without_a_run_the_page_tells_the_command() -> None:
    page = trend.page(Found([], [PassedOver("bad", "is empty")]), None, [], Path("my runs"))
    assert "rag eval run eval/article.jsonl --sources seeds" in page
    assert "<code>my runs</code>" in page
    assert "<code>bad</code> is empty" in page


def test_what_a_run_says_is_shown_as_text() -> None:
    figure = {HOSTILE: Value(0.5, 0.4, 0.6, 40, "higher")}
    hostile = replace(RUN, name=HOSTILE, series=HOSTILE, llm=HOSTILE, commit=HOSTILE, figures=figure)
    found = Found([hostile], [PassedOver(HOSTILE, HOSTILE)])
    page = trend.page(found, HOSTILE, [HOSTILE], Path(HOSTILE))
    empty = trend.page(Found([], found.skipped), None, [], Path(HOSTILE))
    for shown in (page, empty):
        assert "<img" not in shown
        assert HOSTILE not in shown
        ET.fromstring(shown)
