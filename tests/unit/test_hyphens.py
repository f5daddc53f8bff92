import pytest

from rag.documents.pdf.hyphens import Hyphens


def joined(*lines: str) -> str:
    between = Hyphens(lines).between
    text = lines[0]
    for line in lines[1:]:
        gap = between(text, line)
        text = (text[:-1] if gap == "-" else text + gap) + line
    return text


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["nine mil-", "lion euros"], "nine million euros"),
        (["the Franco-", "German firm"], "the Franco-German firm"),
        (["a well-", "known firm"], "a well-known firm"),
        (["between 2019-", "2021"], "between 2019-2021"),
        (["a 24-", "hour watch"], "a 24-hour watch"),
        (["COVID-", "19 came"], "COVID-19 came"),
        (["the sup\u00ad", "port"], "the support"),
        (["forty centi-", "metres and a mil-", "lion"], "forty centimetres and a million"),
        (["the zorblax spoke", "to the zorb-", "lax again"], "the zorblax spoke to the zorblax again"),
        (["a cross-border", "and a cross-", "border deal"], "a cross-border and a cross-border deal"),
        (["he said -", "and left"], "he said - and left"),
        (["the UN-", "led talks"], "the UN-led talks"),
        (["A plain line", "goes on"], "A plain line goes on"),
        (["港の壁は", "低すぎた"], "港の壁は低すぎた"),
    ],
)
def test_which_hyphens_go(lines: list[str], text: str) -> None:
    assert joined(*lines) == text


def test_where_no_word_is_broken_every_hyphen_is_written() -> None:
    assert joined("a pre-", "Raphaelite and a half-", "timbered house") == "a pre-Raphaelite and a half-timbered house"
