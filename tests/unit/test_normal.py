import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.normal import canonical, canonical_offset, original_offset
from tests.growth import in_proportion

TRICKY = (
    "ae \u0301\u0300\u0327\u200b\u200c\u200d\u202e\u2066\ufeff\u00ad\u00e9\u1100\u1161\u11a8\u6f22\u09c7\u09be"
    "\u0958\u212b\U000e0041😀"
)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("pay\u202e0001\u202c dollars", "pay0001 dollars"),
        ("Ha\u200bva\u200dna", "Havana"),
        ("co\u00adoperation", "cooperation"),
        ("no\U000e0041\U000e0042thing", "nothing"),
        ("\ufeffcafe\u0301", "café"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("می\u200c\u200c\u200dخواهم", "می\u200cخواهم"),
        ("“A”\u200c\u200d don’\u200ct", "“A” don’t"),
        ("A\U000e0105\U000e0120b\u3164", "Ab"),
        ("plain text, “as it is” – naïve 短い文です。", "plain text, “as it is” – naïve 短い文です。"),
    ],
)
def test_what_nobody_sees_goes_and_what_shapes_letters_stays(written: str, seen: str) -> None:
    assert canonical(written)[0] == seen


def test_many_marks_on_one_letter_take_no_time() -> None:
    text, runs = canonical("a" + "\u0301" * 50_000)
    assert in_proportion(lambda size: canonical("a" + "\u0301" * size), 10_000)
    assert original_offset(runs, len(text)) == 50_001


def test_what_is_removed_at_the_start_belongs_to_the_original() -> None:
    text, runs = canonical("\u202ename")
    assert (text, original_offset(runs, 0), original_offset(runs, 4)) == ("name", 0, 5)


@example("\u1100\u1161\u200c")
@given(st.text(st.sampled_from(TRICKY), max_size=12))
def test_canonical_text_is_composed_and_stays_as_it_is(written: str) -> None:
    text, _ = canonical(written)
    assert unicodedata.is_normalized("NFC", text)
    assert canonical(text)[0] == text


@given(st.text(st.sampled_from(TRICKY), max_size=12), st.text(st.sampled_from(TRICKY), max_size=12))
def test_the_map_leads_back_and_never_backwards(before: str, after: str) -> None:
    written = f"{before}|Havana|{after}"
    text, runs = canonical(written)
    places = [original_offset(runs, offset) for offset in range(len(text) + 1)]
    assert places == sorted(places)
    assert places[-1] == len(written)
    start = text.index("Havana")
    assert written[places[start] : places[start + 6]] == "Havana"
    assert canonical_offset(runs, written.index("Havana")) == start
