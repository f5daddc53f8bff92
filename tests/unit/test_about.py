"""What a page says of itself, and above all when it was published."""

import json

import pytest

from rag.documents.html.page import html

REPORT = """<h1>Yearly report of Rivo Water</h1><p>For the fiscal year ended December 31, 2021.</p>
<p>As of June 30, 2021, the value was 90 million. By the end of the year, December 31, 2021, it was less.</p>"""


def published(body: str = REPORT, head: str = "", language: str = "en") -> str | None:
    text = f"<html lang='{language}'><head><title>rivo-20211231</title>{head}</head><body>{body}</body></html>"
    return html(text.encode()).meta["published"]


def node(**told: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(told)}</script>'


@pytest.mark.parametrize(
    "body",
    [
        REPORT,
        f"{REPORT}<footer>© 2021 Rivo. All rights reserved.</footer>",
        f"<main><header><p>For the year ended <time datetime='2021-12-31'>then</time></p></header>{REPORT}</main>",
        f"<p><b>December 31, 2021</b></p>{REPORT}",
        f"{REPORT}<div class='comments'><p>Bo, <time pubdate datetime='2021-12-31'>then</time></p></div>",
        "<p>LONDON, Feb 3 (Reuters) - The council met.</p>",
    ],
)
def test_a_date_that_a_report_is_about_is_not_its_own(body: str) -> None:
    assert published(body) is None


def test_a_file_s_name_or_an_event_is_no_date_of_publication() -> None:
    head = '<link rel="canonical" href="https://example.org/reports/rivo-20211231.html">'
    assert published(head=head + node(**{"@type": "Event", "startDate": "2021-12-31"})) is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2022-02-25T10:00:00+01:00">',
        '<meta name="DC.date.issued" content="2022-02-25">',
        '<meta name="citation_publication_date" content="2022/02/25">',
        '<meta name="pubdate" content="20220225">',
        '<meta itemprop="datePublished" content="Fri, 25 Feb 2022 10:00:00 +0000">',
        node(**{"@type": "NewsArticle", "datePublished": "2022-02-25T08:00:00Z"}),
        node(**{"@graph": [{"@type": "WebPage", "datePublished": "2022-02-25"}]}),
        node(**{"@type": "Article", "datePublished": None, "dateModified": "2022-02-25"}),
        '<meta property="article:modified_time" content="2022-02-25">',
    ],
)
def test_dates_stated_for_machines(head: str) -> None:
    assert (published(head=head) or "")[:10] == "2022-02-25"


def test_publication_comes_before_change_and_an_article_before_its_site() -> None:
    told = [
        {"@type": "WebSite", "datePublished": "2001-01-01"},
        {"@type": "Report", "datePublished": "2022-02-25", "dateModified": "2023-03-03"},
    ]
    assert published(head=node(**{"@graph": told})) == "2022-02-25"


@pytest.mark.parametrize(
    "line",
    [
        "<p>Published: 25 February 2022</p>",
        "<p>Posted on Friday, February 25th, 2022 in News</p>",
        "<p>By Ann Lee, Feb. 25, 2022</p>",
        "<p>By Ann Lee and Bo Sand | 25 February 2022</p>",
        "<div class='byline'>Ann Lee · 2022-02-25</div>",
        "<div class='post-date'>February 25, 2022</div>",
        "<div class='date'>February 25, 2022</div>",
        "<div>Ann Lee February 25, 2022, 6:37 PM EDT</div>",
        "<p>Last updated: 25 February 2022</p>",
        "<p><time pubdate datetime='2022-02-25'>Friday</time></p>",
        "<p><time class='entry-date' datetime='2022-02-25'>Friday</time></p>",
        "<p itemprop='datePublished'>February 25, 2022</p>",
        "<p>LONDON, February 25, 2022 (Reuters) - The council met.</p>",
    ],
)
def test_dates_that_a_reader_sees(line: str) -> None:
    body = f"<article><h1>Report</h1>{line}{REPORT}</article>"
    assert published(body) == "2022-02-25"
    assert published(f"<article><header><h1>Report</h1>{line}</header>{REPORT}</article>") == "2022-02-25"


def test_figures_go_by_the_language_and_country_of_the_page() -> None:
    line = "<p>Published 03/02/2022</p>"
    assert published(line, language="en") is None
    assert published(line, language="en-GB") == "2022-02-03"
    assert published(line, '<meta property="og:locale" content="en_US">') == "2022-03-02"
    assert published("<p>Publié le 03/02/2022</p>", language="fr") == "2022-02-03"
    assert published("<p>Veröffentlicht am 3. Februar 2022</p>", language="de") == "2022-02-03"
