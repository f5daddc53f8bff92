"""The pages: short where they should be, found from the site's menu, and a site that loads nothing from elsewhere."""

import re
import runpy
import tomllib
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.conftest import ROOT

SITE = runpy.run_path(str(ROOT / "docs" / "make_site.py"))
stage: Callable[[Path], None] = SITE["stage"]
build: Callable[[Path], bool] = SITE["build"]
LOADED = {"audio", "embed", "iframe", "img", "input", "link", "object", "script", "source", "track", "video"}
ELSEWHERE = re.compile(r"^\s*(?:[a-z]+:)?//", re.IGNORECASE)


def named(entries: list[object]) -> list[str]:
    """The pages of a menu, in order."""
    pages: list[str] = []
    for entry in entries:
        inner = list(entry.values()) if isinstance(entry, dict) else [entry]
        for item in inner:
            pages += named(item) if isinstance(item, list) else [str(item)]
    return pages


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 130


def test_the_menu_leads_to_every_page_once() -> None:
    menu = named(tomllib.loads((ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"])
    assert len(set(menu)) == len(menu)
    for page in menu:
        assert (ROOT / page).is_file(), f"docs/zensical.toml names {page}, which is not there"
    for path in sorted((ROOT / "docs").glob("*.md")):
        assert f"docs/{path.name}" in menu, f"nav of docs/zensical.toml does not name docs/{path.name}"


class Loads(HTMLParser):
    """What a page tells the browser to load, and the policy that it sets."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "meta" and has.get("http-equiv") == "Content-Security-Policy":
            self.policy = has["content"]
        if tag in LOADED:
            self.addresses += [has[name] for name in ("src", "href", "data", "srcset", "poster") if name in has]
        if "style" in has:
            self.addresses += re.findall(r"url\(['\"]?([^'\")]+)", has["style"])


def test_the_parser_of_this_test_sees_what_is_loaded() -> None:
    page = Loads(
        '<script src="https://a.org/x.js"></script><p style="background: url(//b.org/y)"><a href="https://c.org">'
    )
    assert [bool(ELSEWHERE.match(address)) for address in page.addresses] == [True, True]


def test_the_site_is_built_strictly_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    stage(tmp_path)
    assert build(tmp_path)
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 25
    for path in pages:
        page = Loads(path.read_text(encoding="utf-8"))
        assert page.addresses, path
        assert [address for address in page.addresses if ELSEWHERE.match(address)] == [], path
        assert page.policy.startswith("default-src 'self'"), path
    for path in (tmp_path / "site").rglob("*.css"):
        addresses = re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8"))
        assert [address for address in addresses if ELSEWHERE.match(address)] == [], path
    assert "verbatim" in (tmp_path / "site" / "search.json").read_text(encoding="utf-8")


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path) -> None:
    pytest.importorskip("zensical")
    stage(tmp_path)
    page = tmp_path / "pages" / "docs" / "json.md"
    page.write_text(page.read_text(encoding="utf-8") + "\n[nowhere](eval.md#no-such-part)\n", encoding="utf-8")
    assert not build(tmp_path)
