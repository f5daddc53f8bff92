import re
from urllib.parse import unquote

import pytest

from rag.web import icons
from rag.web.template import html


def test_an_icon_is_drawn_by_the_style_sheet_and_says_nothing() -> None:
    assert html("icon", "icon", "copy") == '<span class="ql-i ql-i-copy" aria-hidden="true"></span>'
    rule = re.search(r'\.ql-i-copy \{ --ql-i: url\("data:image/svg\+xml,(.*)"\); \}', icons.style())
    assert rule
    svg = unquote(rule[1])
    assert svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"')
    assert svg.count("xmlns") == 1
    assert "<rect" in svg


def test_there_is_no_icon_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        html("icon", "icon", "no-such-icon")
    with pytest.raises(KeyError):
        icons.classed("no-such-icon")


def test_no_icon_asks_for_anything() -> None:
    assert not re.search(r"url\(\"(?!data:)", icons.style())
    assert not re.search(r"href|script|http(?!://www\.w3\.org/2000/svg)", unquote(icons.style()))
