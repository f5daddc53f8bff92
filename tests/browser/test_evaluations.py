"""The view of evaluations: runs of rag eval over time, and the report of each in a sandbox."""

from pathlib import Path

from playwright.sync_api import Browser, Page, Request, expect

from tests.browser.conftest import VIEW, open_view, visited


def test_runs_are_drawn_chosen_read_and_new_ones_found(browser: Browser, evaluated: str, runs: Path) -> None:
    with visited(browser, evaluated) as tab:
        open_view(tab, "Evaluation")
        tab.locator(".ql-plot").first.wait_for()
        figures_are_drawn_over_time_with_their_numbers_beneath(tab)
        a_report_opens_works_and_asks_for_nothing(tab, evaluated)
        a_new_run_is_there_when_the_tab_is_opened_again(tab, runs)
        on_a_narrow_screen_only_the_table_scrolls_sideways(tab)
        tab.set_viewport_size(VIEW)
        other_figures_and_other_questions_are_chosen(tab)


def figures_are_drawn_over_time_with_their_numbers_beneath(tab: Page) -> None:
    correct = tab.get_by_role("img", name="correct over 4 runs")
    expect(correct.locator(".ql-point")).to_have_count(4)
    expect(correct.locator(".ql-changed")).to_have_count(2)
    title = correct.locator(".ql-point title").last.text_content()
    rows = tab.locator(".ql-runs tbody tr")
    expect(rows.locator("th")).to_have_text(["article", "third", "second", "first"])
    value = rows.first.locator("td").nth(3).inner_text().split()[0]
    assert title is not None
    assert title.startswith(f"correct {value} (")
    expect(tab.locator(".ql-skipped summary")).to_have_text("1 skipped")
    tab.locator(".ql-skipped summary").click()
    expect(tab.locator(".ql-skipped li")).to_contain_text("damaged cannot be read: summary.json: Invalid JSON")


def other_figures_and_other_questions_are_chosen(tab: Page) -> None:
    tab.get_by_role("button", name="Choose figures").click()
    before = tab.locator(".ql-plot").count()
    tab.get_by_role("checkbox", name="recall@1", exact=True).check()
    expect(tab.locator(".ql-plot")).to_have_count(before + 1)
    expect(tab.get_by_role("img", name="recall@1 over 4 runs")).to_be_visible()
    expect(tab.get_by_role("columnheader", name="recall@1", exact=True)).to_be_visible()
    tab.get_by_role("radio", name="squad2 · at most 6").check()
    expect(tab.locator(".ql-runs tbody th")).to_have_text(["suites/squad2"])
    expect(tab.get_by_role("img", name="recall@1 over 1 run")).to_be_visible()


def a_report_opens_works_and_asks_for_nothing(tab: Page, evaluated: str) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.service_worker:  # it keeps the page's own files, and has no part in a report
            return
        if request.is_navigation_request() or request.frame.page != tab:
            asked.append(request.url)

    tab.context.on("request", note)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Report of third, in a new tab").click()
    report = opened.value
    expect(report.get_by_role("heading", level=1)).to_have_text("Evaluation third")
    expect(report.locator("#rows details")).to_have_count(6)
    report.get_by_label("Search").fill("no such words")
    expect(report.locator("#count")).to_have_text("0 of 6")
    assert "q=no+such+words" in report.url
    tab.context.remove_listener("request", note)
    assert asked == [f"{evaluated}/reports/third"]
    assert report.evaluate("origin") == "null", "an origin of its own: it reads nothing of the site's"
    report.close()


def a_new_run_is_there_when_the_tab_is_opened_again(tab: Page, runs: Path) -> None:
    (runs / "damaged").rename(runs / "renamed")
    try:
        open_view(tab, "Ask")
        open_view(tab, "Evaluation")
        tab.locator(".ql-skipped summary").click()
        expect(tab.locator(".ql-skipped li")).to_contain_text("renamed cannot be read")
    finally:
        (runs / "renamed").rename(runs / "damaged")


def test_without_a_run_the_tab_tells_the_command(page: Page) -> None:
    open_view(page, "Evaluation")
    expect(page.locator(".ql-runs pre")).to_have_text("rag eval run eval/article.jsonl --sources seeds")
    expect(page.locator(".ql-runs")).to_contain_text("There is no run yet.")
    expect(page.get_by_role("button", name="Choose figures")).to_be_hidden()


def on_a_narrow_screen_only_the_table_scrolls_sideways(tab: Page) -> None:
    tab.set_viewport_size({"width": 420, "height": 800})
    tab.wait_for_timeout(300)
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    table = tab.get_by_role("region", name="The same figures in numbers")
    table.focus()
    tab.keyboard.press("ArrowRight")
    tab.wait_for_timeout(300)
    assert table.evaluate("table => table.scrollLeft") > 0
