import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from rag.index.store import Listing
from rag.web import picture

HOSTILE = "<img src=x onerror=alert(1)>\"'&"


def dated(*dates: str | None) -> list[Listing]:
    return [Listing(f"{n}.txt", f"Title {n}", date, 100, None, 1) for n, date in enumerate(dates)]


def svg(html: str) -> ET.Element:
    """Return the picture; what is not well formed raises."""
    (found,) = re.findall(r"<svg.*</svg>", html, re.DOTALL)
    return ET.fromstring(found)


def vectors(count: int, dimension: int = 12) -> "np.ndarray":
    dice = np.random.default_rng(3)
    spread = np.linspace(3, 0.1, dimension) * dice.standard_normal((count, dimension))
    return (spread / np.linalg.norm(spread, axis=1, keepdims=True)).astype(np.float32)


def test_the_plane_is_that_of_the_first_two_principal_components() -> None:
    found = vectors(300)
    points = picture.Plane.through(found).points(found)
    centred = found - found.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    assert np.allclose(np.linalg.norm(points, axis=0), singular[:2], rtol=1e-3)
    assert abs(points[:, 0] @ points[:, 1]) < 1e-2


def test_the_plane_does_not_depend_on_order_or_on_sign() -> None:
    found = vectors(300)
    plane = picture.Plane.through(found)
    again = picture.Plane.through(found[::-1].copy())
    assert np.allclose(plane.points(found), again.points(found), atol=1e-4)
    for axis in plane.axes:
        assert axis[np.abs(axis).argmax()] > 0


def test_few_passages_and_equal_ones_have_a_plane_too() -> None:
    for found in (vectors(1), vectors(2), np.repeat(vectors(1), 5, axis=0)):
        points = picture.Plane.through(found).points(found)
        assert points.shape == (len(found), 2)
        assert np.isfinite(points).all()


@pytest.mark.parametrize("passages", [0, 1, 4999, 5000, 5001, 123_456])
def test_at_most_so_many_dots_are_drawn_evenly_from_all(passages: int) -> None:
    rows = picture.sampled(passages)
    assert len(rows) == min(max(passages, 0), picture.MOST_DOTS)
    if passages:
        assert (rows[0], rows[-1]) == (0, passages - 1)
        assert np.diff(rows).max(initial=0) <= passages // picture.MOST_DOTS + 1


def test_each_passage_is_a_dot_and_those_of_the_answer_are_ringed() -> None:
    documents = [Listing("a", "First", "2026-01-01", 9, "Post", 3), Listing("b", HOSTILE, None, 9, None, 2)]
    points = {n: (float(n), float(n % 2)) for n in range(5)}
    html = picture.passage_map(points, documents, [1, 4])
    drawn = svg(html)
    groups = drawn.findall("g")
    assert [len(group.findall("circle")) for group in groups] == [3, 2]
    assert [group.findtext("title") for group in groups] == ["First · Post · 2026-01-01", HOSTILE]
    ringed = drawn.findall("circle[@class='ql-used']")
    assert [ring.findtext("title") for ring in ringed] == [
        "First · Post · 2026-01-01: quoted by the last answer",
        f"{HOSTILE}: quoted by the last answer",
    ]
    dots = [circle for group in groups for circle in group.findall("circle")]
    assert (ringed[1].get("cx"), ringed[1].get("cy")) == (dots[4].get("cx"), dots[4].get("cy"))
    assert all(0 <= float(dot.get("cx", "")) <= 720 and 0 <= float(dot.get("cy", "")) <= 400 for dot in dots)
    assert [dot.get("data-passage") for dot in dots] == list("01234"), "each opens its passage"
    assert "quoted by the last answer</li>" in html
    label = drawn.get("aria-label", "")
    assert label.startswith("Passages: 5 of 5, a dot each. Documents: 2.")
    assert f"First (1); {HOSTILE} (1)" in label
    assert "<img" not in html
    assert "Once a question is answered" in picture.passage_map(points, documents, [])


def test_one_passage_lies_in_the_middle() -> None:
    html = picture.passage_map({0: (0.0, 0.0)}, dated(None), [])
    assert 'cx="360.0" cy="200.0"' in html


def test_a_legend_names_few_sources_or_the_publishers_of_many() -> None:
    def legend(*publishers: str | None) -> list[str]:
        documents = [Listing(f"{n}", f"T{n}", None, 9, who, 1) for n, who in enumerate(publishers)]
        html = picture.passage_map({n: (n, 0.0) for n in range(len(documents))}, documents, [])
        found = re.findall(r"<li>(?:<span class=\"([^\"]*)\"></span>)?([^<]*)</li>", html)
        return [f"{drawn.removeprefix('ql-swatch ql-colour-')} {what}" for drawn, what in found]

    assert legend("Post", None) == ["0 T0 · Post", "1 T1"]
    many = ["A"] * 5 + ["B"] * 4 + [f"P{n}" for n in range(9)]
    told = legend(*many)
    assert told[:2] == ["0 A (5)", "1 B (4)"]
    assert told[-1] == "7 Others (4)"
    assert len(told) == picture.COLOURS
    assert "eight colours" in legend(*[None] * 20)[0]


def test_only_documents_with_a_dot_are_drawn() -> None:
    html = picture.passage_map({0: (0.0, 0.0), 2: (1.0, 1.0)}, dated(None, None, None), [])
    assert len(svg(html).findall("g")) == 2
    assert "Passages: 2 of 3, a dot each. Documents: 3." in html


def test_a_bar_lists_the_days_that_it_stands_for_and_one_is_reached_by_tab() -> None:
    for dates, spans in (
        (("2026-01-12", "2026-01-14"), [("2026-01-12", "2026-01-12"), ("2026-01-14", "2026-01-14")]),
        (("2023-10-05", "2024-02-01"), [("2023-10-01", "2023-10-31"), ("2024-02-01", "2024-02-29")]),
        (("1963-11-22", "2001-01-01"), [("1963-01-01", "1963-12-31"), ("2001-01-01", "2001-12-31")]),
        (("1801-01-01", "2001-01-01"), [("1800-01-01", "1809-12-31"), ("2000-01-01", "2009-12-31")]),
        (("0900-01-01", "2001-01-01"), [("0900-01-01", "0999-12-31"), ("2000-01-01", "2099-12-31")]),
    ):
        bars = svg(picture.timeline(dated(*dates))).findall("rect")
        assert [(bar.get("data-after"), bar.get("data-before")) for bar in bars] == spans
        assert [bar.get("tabindex") for bar in bars] == ["0", "-1"]
        assert all(bar.get("role") == "button" and bar.get("aria-label") for bar in bars)
        assert "press it to list" in picture.timeline(dated(*dates))


@pytest.mark.parametrize(
    ("dates", "bars"),
    [
        (("2026-01-12", "2026-01-12", "2026-01-14", None), {"2026-01-12: 2": 2, "2026-01-14: 1": 1}),
        (("2023-10-01", "2023-12-31", "2024-12-01"), {"2023-10: 1": 1, "2023-12: 1": 1, "2024-12: 1": 1}),
        (("1963-11-22", "2001-01-01", "2001-12-31"), {"1963: 1": 1, "2001: 2": 2}),
        (("1801-01-01", "2001-01-01"), {"1800s: 1": 1, "2000s: 1": 1}),
        (("0900-01-01", "2001-01-01"), {"0900s: 1": 1, "2000s: 1": 1}),
        (("2026-01-12",), {"2026-01-12: 1": 1}),
    ],
)
def test_a_bar_stands_for_what_was_published_then(dates: tuple[str, ...], bars: dict[str, int]) -> None:
    drawn = svg(picture.timeline(dated(*dates)))
    found = {(bar.findtext("title") or "").split("\n")[0]: bar for bar in drawn.findall("rect")}
    assert list(found) == list(bars)
    most = max(bars.values())
    for label, bar in found.items():
        assert float(bar.get("height", "")) == pytest.approx(120 * bars[label] / most, abs=0.1)
    assert len(drawn.findall("text")) <= 6


def test_the_timeline_is_told_in_words_too() -> None:
    html = picture.timeline(dated("2026-01-12", "2026-01-12", "2026-01-14", None))
    told = "Documents with a date: 3, from 2026-01-12 to 2026-01-14. Most at once: 2, in 2026-01-12. Without a date: 1."
    assert svg(html).get("aria-label") == told
    assert told in html
    assert "No document says when" in picture.timeline(dated(None, None))
    assert "<svg" not in picture.timeline([])


def test_titles_of_a_bar_are_escaped_and_few() -> None:
    documents = [Listing("a", HOSTILE, "2026-01-12", 9)] * 10
    html = picture.timeline(documents)
    assert "<img" not in html
    assert (svg(html).findtext("rect/title") or "").split("\n") == ["2026-01-12: 10", *[HOSTILE] * 6, "and 4 more"]
