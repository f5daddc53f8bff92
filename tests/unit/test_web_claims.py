import re
from html import unescape

import pytest

from rag.claims.check import statements
from rag.schema import ALL, Check, CheckedClaim, Citation, Closest, Quotation
from rag.web.checks import Checking, State
from rag.web.claims import answered, checked

TEXT = "The <b>raid</b> was short. It killed “32 men”. Ana Gómez left in May."
CITED = tuple(
    Citation(number, "a<.txt", "A <raid>", "2026-01-12", 0, 5, f"quote {number} &", 0.9) for number in (1, 2, 3)
)


def claim(place: int, verdict: str, **fields: object) -> CheckedClaim:
    statement = statements(TEXT)[place]
    return CheckedClaim(statement.text, statement.start, statement.end, verdict, 0.9, **fields)  # type: ignore[arg-type]


CLAIMS = (
    claim(0, "supported", citations=(1,), against=(2,), read="The <i>raid</i> was short.", cites=("b<.txt",),
          elsewhere=True),
    claim(1, "contradicted", citations=(3,), reason='no source says "32 men"',
          quotations=(Quotation("32 men", verbatim=False, attributed=None),)),
    claim(2, "not_found", closest=Closest("a<.txt", "A <raid>", 0, 4, "near", 0.2)),
)  # fmt: skip


def one(claims: tuple[CheckedClaim, ...] = CLAIMS, state: State = "done") -> Checking:
    return Checking("ana", TEXT, ALL, statements(TEXT), found=Check(claims, CITED), state=state)


def test_each_claim_has_its_status_and_quotes() -> None:
    html = checked(one())
    assert "3 claims: 1 supported, 1 contradicted, 1 not found" in html
    items = re.findall(r'<li class="ql-checked".*?</li>', html)
    assert [re.search(r'data-verdict="(\w+)"', item)[1] for item in items] == ["supported", "contradicted", "not_found"]  # type: ignore[index]
    assert re.findall(r'data-quote="(\d)"', items[0]) == ["1", "2"]
    assert "But this contradicts it:" in items[0]
    assert "Read as: The &lt;i&gt;raid" in items[0]
    assert "The text cites b&lt;.txt for it, where it was not found." in items[0]
    assert "No source says it word for word: “32 men”" in items[1]
    assert 'data-good="no"' in items[1]
    assert 'data-claim="3"' in items[2]


def test_the_text_stands_whole_with_its_claims_marked() -> None:
    html = checked(one(CLAIMS[:1], "goes on"))
    (text,) = re.findall(r'<div class="ql-check-text".*?>(.*?)</div>', html)
    bare = re.sub(r"<button.*?</button>", "", text)
    assert unescape(re.sub("<[^>]+>", "", bare)) == TEXT
    assert re.findall(r'<mark data-verdict="(\w+)"', text) == ["supported", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("waits", "Waits for another text"), ("goes on", "Checked 1 of 3 claims"), ("stopped", "2 claims were not"),
        ("failed", "role=\"alert\""), ("done", "1 claim: 1 supported"),
    ],
)  # fmt: skip
def test_how_far_it_is(state: State, told: str) -> None:
    html = checked(one(CLAIMS[:1], state))
    assert told in html
    assert ("/checks/" in html) == (state in ("done", "stopped", "failed"))


def test_nothing_in_it_is_markup_of_a_text() -> None:
    assert not re.findall(r"<(?:b|i|raid)>", checked(one()))


def test_a_quote_is_pinned_as_what_answers_its_claim() -> None:
    assert answered(CLAIMS, CITED, 2).question == CLAIMS[0].text
    assert answered(CLAIMS, CITED, 3).question == CLAIMS[1].text
    for number in (0, 4):
        with pytest.raises(LookupError):
            answered(CLAIMS, CITED, number)
