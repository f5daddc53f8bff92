"""The report of an eval run in a real browser, opened from a file."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from rag.evaluation import html

HOSTILE = "</script><img src=x onerror=throw(1)><!--<script>\u2028__DATA__"
TYPES = ("number", "what", "when", "who", "why")
BEFORE, AFTER = "🗞️ Havana, Monday. Officials confirmed the figures. ", " Two days of mourning were declared."
QUOTE = "The raid killed 32 Cuban military and intelligence personnel, said Foreign Minister Bruno Rodríguez."
Scheme = Literal["light", "dark"]
Show = Callable[..., Page]


def passage(number: int | None) -> dict[str, Any]:
    start = len(BEFORE) + QUOTE.index("32")
    return ({} if number is None else {"number": number}) | {
        "source": f"articles/havana-{number}.txt", "title": "Cuba mourns", "published": "2026-01-05", "score": 0.8,
        "start": 1200, "end": 1200 + len(QUOTE), "quote": QUOTE, "before": BEFORE, "after": AFTER,
        "gold": [[start, len(BEFORE) + len(QUOTE) + 9]],
    }  # fmt: skip


def result(n: int, passed: bool) -> dict[str, Any]:
    answerable = n % 5 != 4
    outcome = "error" if n == 7 else "answered" if answerable == passed else "refused"
    answered, refused = outcome == "answered", outcome == "refused"
    history = [{"question": "What happened?", "answer": "There was a raid."}] if n % 6 == 0 else []
    return {
        "id": f"a{n:03}", "file": "article" if n < 45 else "archive", "type": TYPES[n % 5],
        "split": ["dev", "test"][n % 2], "question": f"Question {n}: how many Cubans died, and who says so?",
        "history": history, "standalone": "How many Cubans died in the raid?" if history else f"Question {n}",
        "answerable": answerable, "gold": {"answers": [["32", "thirty-two"]], "evidence": [], "must_not_contain": []},
        "outcome": outcome, "reason": "not_supported" if refused else None, "confidence": 0.5,
        "answer": "The raid killed 32." if answered else "", "short_answer": "32" if answered else None,
        "claims": [{"text": "The raid killed 32.", "verdict": "supported", "citations": [1, 2]}] if answered else [],
        "citations": [passage(1), passage(2)] if answered else [],
        "closest": [passage(None)] if refused else [], "figures": {"correct": float(passed)},
        "passed": passed and outcome != "error", "why": [] if passed else ["answer 1 (32) is not in the answer"],
        "error": "WorkerError: gone" if outcome == "error" else None,
    }  # fmt: skip


def figure(value: float, better: str) -> dict[str, Any]:
    whole = {"value": value, "low": value - 0.1, "high": value + 0.1, "n": 48, "absent": 12, "better": better}
    return {"all": {**whole, "interval": "wilson"}, "types": {"who": {**whole, "interval": "bootstrap"}}}


def run(name: str, right: float, seed: int = 1) -> dict[str, Any]:
    rng = random.Random(seed)
    answered = ("answered_answerable", "refused_answerable", "answered_unanswerable", "refused_unanswerable")
    summary = {
        "files": [{"path": "eval/article.jsonl", "sha256": "9f" * 32, "questions": 60}],
        "commit": "abc123def4567890", "dirty": True, "index": "bb0d8c31ef2b4207", "notes": [], "questions": 60,
        "models": {"encoder": {"name": "all-MiniLM-L6-v2", "sha256": "1.0"}, "llm": None},
        "configuration": {"top_k": 12, "threshold": right}, "versions": {"python": "3.11.9"},
        "figures": {"correct": figure(right, "higher"), "over_refusal": figure(0.2, "lower")},
        "abstention": dict(zip(answered, (40, 8, 4, 8), strict=True)),
        "risk_coverage": {
            "curve": [[k / 60, 0.4 * (k / 60) ** 2] for k in range(1, 61)],
            "aurc": 0.21, "coverage_at_5": 0.32, "operating": [0.73, 0.2],
        },
        "operational": {"p50_ms": 120.1, "p95_ms": 160.0, "cold_start_s": 0.9, "peak_memory_mb": 420.5},
        "gate": {"passed": False, "checked": "floors", "failures": ["correct is 0.66, below 0.70"]},
    }  # fmt: skip
    return {"name": name, "summary": summary, "results": [result(n, rng.random() < right) for n in range(60)]}


def compared() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    a, b = run("2026-11-24T17-30-00", 0.7), run("2026-11-25T09-00-00", 0.9, seed=2)
    del a["results"][-1]
    flips = [
        {"id": now["id"], "file": now["file"], "was": was["passed"], "now": now["passed"]}
        for was, now in zip(a["results"], b["results"], strict=False)
        if was["passed"] != now["passed"]
    ]
    figures = [
        {"figure": name, "a": 0.7, "b": 0.7 + by, "difference": by, "p": p, "p_holm": min(1, 2 * p),
         "test": "mcnemar", "n": 59, "better": better, "gated": True}
        for name, by, p, better in (("correct", 0.04, 2e-4, "higher"), ("over_refusal", 0.05, 0.001, "lower"))
    ]  # fmt: skip
    return [a, b], {"figures": figures, "flips": flips, "only_a": [], "only_b": ["article/a059"]}


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Opens a report from a file; the test fails if it asked for anything else or logged an error."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    wrong: list[str] = []

    def opened(runs: list[Any], changes: Any = None, fragment: str = "", scheme: Scheme = "light") -> Page:
        path = tmp_path / "report.html"
        path.write_text(html.page(runs, changes), encoding="utf-8")
        page = context.new_page()
        page.on("request", lambda asked: wrong.append(asked.url) if asked.url.split("#")[0] != path.as_uri() else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.append(message.text) if message.type in ("error", "warning") else None)
        page.emulate_media(color_scheme=scheme)
        page.goto(path.as_uri() + fragment)
        return page

    yield opened
    context.close()
    assert wrong == []


def visible(page: Page) -> Locator:
    return page.locator(".row:visible")


def ids(page: Page) -> set[str]:
    return set(visible(page).locator("summary > strong").all_inner_texts())


def expected(shown: dict[str, Any], **wanted: Any) -> set[str]:
    return {item["id"] for item in shown["results"] if all(item[field] == value for field, value in wanted.items())}


def test_filters_narrow_the_questions_and_the_address_holds_them(show: Show) -> None:
    shown = run("one", 0.7)
    page = show([shown])
    expect(page.locator("#count")).to_have_text("60 of 60")
    page.get_by_label("Type", exact=True).select_option("who")
    assert ids(page) == expected(shown, type="who")
    page.get_by_label("Result").select_option("failed")
    assert ids(page) == expected(shown, type="who", passed=False)
    assert page.url.endswith("#type=who&result=failed")
    page.reload()
    assert ids(page) == expected(shown, type="who", passed=False)
    page.get_by_role("button", name="Clear filters").click()
    for field, value in (("file", "archive"), ("split", "dev"), ("outcome", "error")):
        page.get_by_label(field.capitalize(), exact=True).select_option(value)
        assert ids(page) == expected(shown, **{field: value})
        page.get_by_role("button", name="Clear filters").click()
    page.get_by_label("Search").fill("QUESTION 12")
    assert ids(page) == {"a012"}


def test_what_is_hostile_is_shown_as_text(show: Show) -> None:
    shown = run(HOSTILE, 0.99)
    shown["summary"]["index"] = shown["summary"]["configuration"][HOSTILE] = HOSTILE
    shown["summary"]["gate"]["failures"] = [HOSTILE]
    item = shown["results"][0]
    item.update(dict.fromkeys(("id", "file", "type", "split", "question", "answer", "short_answer"), HOSTILE))
    item["gold"] = {
        "answers": [[HOSTILE]],
        "evidence": [[{"source": HOSTILE, "quote": HOSTILE}]],
        "must_not_contain": [],
    }
    item["claims"][0]["text"] = HOSTILE
    item["citations"][0].update(dict.fromkeys(("source", "title", "published", "quote", "before", "after"), HOSTILE))
    page = show([shown])
    page.get_by_role("button", name="Open all shown").click()
    assert page.locator("img, iframe, object, main script, main a").count() == 0
    assert (page.locator(".row").first.text_content() or "").count(HOSTILE) >= 12
    expect(page.locator(".gate")).to_contain_text("</script><img src=x onerror=throw(1)>")


def test_a_question_opens_with_its_quotes_marked_and_its_evidence_underlined(show: Show, screenshots: Path) -> None:
    page = show([run("one", 0.99)], fragment="#q=a000")
    row = visible(page)
    row.locator("summary").click()
    first = row.locator(".passage").first
    expect(first.locator("mark")).to_have_text(QUOTE)
    expect(first.locator("p")).to_have_text(BEFORE + QUOTE + AFTER)
    # counted in characters, so the emoji before it moves nothing
    assert "".join(first.locator("u").all_text_contents()) == QUOTE[QUOTE.index("32") :] + AFTER[:9]
    for told in ("There was a raid.", "Asked as: How many Cubans died in the raid?", "32 or thirty-two"):
        expect(row).to_contain_text(told)
    row.get_by_role("button", name="Show citation 2").click()
    expect(row.locator(".passage").nth(1)).to_be_focused()
    page.screenshot(path=screenshots / "report-question.png")
    page.get_by_label("Search").fill("a004")  # refused
    visible(page).locator("summary").click()
    expect(visible(page)).to_contain_text("Closest passages")


def test_the_keyboard_alone_reaches_filters_and_questions(show: Show) -> None:
    page = show([run("one", 0.7)])
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the questions")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("a005\n")  # sends no form
    expect(visible(page)).to_have_count(1)
    for _ in range(9):  # past the five other filters and three buttons
        page.keyboard.press("Tab")
    expect(visible(page).locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(visible(page).get_by_role("heading").first).to_be_visible()


def test_a_comparison_lists_flips_first_and_both_answers(show: Show, screenshots: Path) -> None:
    runs, changes = compared()
    page = show(runs, changes)
    flips = {flip["id"]: flip["now"] for flip in changes["flips"]}
    assert ids(page) == set(flips)
    page.get_by_label("Result").select_option("to-fail")
    assert ids(page) == {name for name, now in flips.items() if not now}
    visible(page).first.locator("summary").click()
    expect(visible(page).first.locator(".run")).to_have_count(2)
    changed = page.get_by_role("region", name="Changes; a verdict").locator("tbody tr")
    expect(changed.nth(0)).to_contain_text("▲ better")
    expect(changed.nth(1)).to_contain_text("▼ worse")  # a higher share of wrong refusals
    expect(page.get_by_role("img", name="Risk against coverage. A: AURC 0.210")).to_be_visible()
    page.screenshot(path=screenshots / "report-comparison.png", full_page=True)


def test_a_run_with_little_in_it_is_shown(show: Show) -> None:
    shown = run("empty", 0.7)
    shown["results"] = []
    shown["summary"].update(gate=None, files=[], figures={}, models={}, configuration={}, versions={}, operational={})
    shown["summary"]["risk_coverage"] = {"curve": [], "aurc": None, "coverage_at_5": None, "operating": None}
    expect(show([shown]).locator("#count")).to_have_text("0 of 0")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen_and_paper(show: Show, screenshots: Path, scheme: Scheme) -> None:
    page = show(*compared(), fragment="#q=a00", scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 900})
    page.get_by_role("button", name="Open all shown").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.screenshot(path=screenshots / f"report-{scheme}.png", full_page=True)
    page.emulate_media(media="print", color_scheme=scheme)
    expect(page.locator("form")).to_be_hidden()
