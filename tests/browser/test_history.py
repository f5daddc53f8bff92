"""The list of conversations beside the chat."""

import json
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from rag.config import Config
from tests.browser.conftest import picture, served, visitor

DIED = "How many Cubans died in the raid?"
MINISTER = "Who is Cuba's foreign minister?"
SLOW = 60_000
"""Milliseconds: an answer, where much else runs."""


def visit(context: BrowserContext, url: str) -> Page:
    page = context.new_page()
    page.goto(url)
    page.get_by_label("Question", exact=True).wait_for(timeout=SLOW)
    return page


def ask(page: Page, question: str, count: int = 1) -> None:
    page.get_by_label("Question", exact=True).fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(answers(page)).to_have_count(count, timeout=SLOW)


def answers(page: Page) -> Locator:
    return page.locator("#ql-log [data-outcome]")


def listed(page: Page) -> Locator:
    """The conversations in the list, which is opened if it is closed."""
    if not page.locator("#ql-history").is_visible():
        page.get_by_role("button", name="Conversations", exact=True).click()
    return page.locator("#ql-kept .ql-kept-open")


def options(page: Page, title: str) -> Locator:
    row = page.locator("#ql-kept li[data-id]", has_text=title)
    row.get_by_label(f"Options of {title}").click()
    return row


def test_a_conversation_is_there_after_a_reload_and_after_a_restart(
    browser: Browser, config: Config, tmp_path: Path, screenshots: Path
) -> None:
    own = replace(config, data=str(tmp_path / "data"))
    with visitor(browser) as context:
        with served(own) as url:
            page = visit(context, url)
            ask(page, DIED)
            ask(page, MINISTER, 2)
            page.reload()
            expect(answers(page)).to_have_count(2, timeout=SLOW)
            page.get_by_role("button", name="Start over").click()
            expect(answers(page)).to_have_count(0)
            ask(page, MINISTER)
            expect(listed(page)).to_have_count(2)
            picture(page, screenshots / "history.png")
            page.close()
        with served(own) as url:
            page = visit(context, url)
            expect(listed(page)).to_have_count(2, timeout=SLOW)
            expect(answers(page)).to_have_count(0)
            listed(page).filter(has_text="2 questions").click()
            expect(answers(page)).to_have_count(2)
            expect(page.locator("#ql-kept [aria-current]")).to_contain_text(DIED)
            page.get_by_role("button", name="Show quote 1 in its source").first.click()
            expect(page.locator("mark.ql-selected")).to_contain_text("32 Cuban military and intelligence personnel")
            ask(page, "Who is Cuba's president?", 3)
            expect(listed(page).first).to_contain_text("3 questions")
            page.close()


def test_conversations_are_searched_renamed_and_deleted(page: Page) -> None:
    ask(page, DIED)
    expect(listed(page)).to_have_count(1)
    page.get_by_role("button", name="New conversation").click()
    expect(answers(page)).to_have_count(0)
    ask(page, MINISTER)
    expect(listed(page)).to_have_count(2)
    find = page.get_by_label("Search conversations")
    find.fill("personnel")
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_contain_text(DIED)
    find.fill("photosynthesis")
    expect(page.get_by_text("No conversation has these words.")).to_be_visible()
    find.fill("")
    expect(listed(page)).to_have_count(2)
    row = options(page, MINISTER)
    row.get_by_label("Title", exact=True).fill("<b>The</b> minister")
    page.keyboard.press("Enter")
    expect(listed(page).first).to_contain_text("<b>The</b> minister")
    assert page.locator("#ql-kept b").count() == 0
    row = options(page, "<b>The</b> minister")
    row.get_by_text("Delete", exact=True).click()
    expect(listed(page)).to_have_count(2)
    row.get_by_role("button", name="Delete it for good?").click()
    expect(listed(page)).to_have_count(1)
    expect(answers(page), "what was deleted is not shown on").to_have_count(0)
    listed(page).click()
    expect(answers(page)).to_have_count(1)


def exported(page: Page, title: str, form: str, folder: Path) -> Path:
    row = page.locator("#ql-kept li[data-id]", has_text=title)
    with page.expect_download() as download:
        row.get_by_role("link", name=form).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_share_file_opens_elsewhere_and_can_only_be_read(
    browser: Browser, url: str, config: Config, tmp_path: Path
) -> None:
    with visitor(browser) as context:
        page = visit(context, url)
        ask(page, MINISTER)
        expect(listed(page)).to_have_count(1)
        options(page, MINISTER)
        markdown, html, file = (exported(page, MINISTER, form, tmp_path) for form in ("Markdown", "HTML", "Share file"))
        assert (markdown.suffix, html.suffix, file.suffix) == (".md", ".html", ".json")
        alone = context.new_page()
        asked: list[str] = []
        alone.on("request", lambda request: asked.append(request.url))
        alone.goto(html.as_uri())
        alone.get_by_role("link", name="in its source").first.click()
        expect(alone.locator("mark:target")).to_contain_text("Bruno Rodríguez")
        assert asked == [html.as_uri()], "the page asks for nothing but itself"
    form = json.loads(file.read_text(encoding="utf-8"))
    form["documents"][0]["title"] = "The title that came with it"
    file.write_text(json.dumps(form), encoding="utf-8")
    false = tmp_path / "false.json"
    form["documents"][0]["text"] = form["documents"][0]["text"].replace("Rodríguez", "Somebody")
    false.write_text(json.dumps(form), encoding="utf-8")
    with visitor(browser) as context, served(replace(config, data=str(tmp_path / "other"))) as other:
        page = visit(context, other)
        expect(listed(page)).to_have_count(0)
        page.locator("#ql-history input[type=file]").set_input_files(false)
        expect(page.get_by_text("the share file is refused: answer 1: a quote is not at")).to_be_visible(timeout=SLOW)
        expect(listed(page)).to_have_count(0)
        page.locator("#ql-history input[type=file]").set_input_files(file)
        expect(answers(page)).to_have_count(1, timeout=SLOW)
        expect(page.locator(".ql-banner")).to_contain_text("Shared, read-only.")
        expect(listed(page)).to_contain_text("shared, read-only")
        page.get_by_role("button", name="Show quote 1 in its source").click()
        expect(page.locator(".ql-document h2")).to_have_text("The title that came with it")
        expect(page.locator("mark.ql-selected")).to_contain_text("Bruno Rodríguez")
        expect(page.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
        page.get_by_label("Question", exact=True).fill(DIED)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator(".ql-notice")).to_contain_text("only to be read")
        expect(answers(page)).to_have_count(1)
        page.reload()
        expect(page.locator(".ql-banner")).to_be_visible(timeout=SLOW)


def test_two_people_do_not_see_each_others_conversations(browser: Browser, url: str) -> None:
    with visitor(browser) as one, visitor(browser) as two:
        ana, ben = visit(one, url), visit(two, url)
        ask(ana, DIED)
        ask(ben, MINISTER)
        expect(listed(ana)).to_have_count(1)
        expect(listed(ben)).to_have_count(1)
        expect(listed(ana)).to_contain_text(DIED)
        expect(listed(ben)).to_contain_text(MINISTER)
        options(ana, DIED)
        link = ana.get_by_role("link", name="Markdown").get_attribute("href")
        assert one.request.get(f"{url}{link}").status == 200
        assert two.request.get(f"{url}{link}").status == 404
        identity = (link or "").split("/")[2]
        ben.evaluate(
            """identity => {
              const row = document.querySelector("#ql-kept li[data-id]");
              row.dataset.id = identity;
              row.querySelector(".ql-kept-open").click();
            }""",
            identity,
        )
        expect(ben.get_by_text("This conversation is not there any more.")).to_be_visible()
        expect(answers(ben)).to_contain_text("Bruno Rodríguez")
