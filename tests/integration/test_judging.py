import json

import pytest

from rag.claims.judging import Fitted, judge
from rag.reading.network import JUDGE, WEIGHTS


@pytest.mark.skipif(not (WEIGHTS / JUDGE).is_file(), reason="the judge is being trained")
def test_the_packaged_judge() -> None:
    numbers = Fitted(**json.loads((WEIGHTS / "judge.json").read_text()))
    assert 0 < numbers.refused <= numbers.threshold < 1
    passage = "The harbour was opened by Ana Silva. In May, oil prices rose by a third. The ferry did not run."
    cases = {
        "Ana Silva opened the harbour.": ("supports", 0),
        "Oil prices rose by a third.": ("supports", 1),
        "Oil prices fell in May.": ("contradicts", 1),
        "The ferry ran.": ("contradicts", 2),
        "Ben Costa moved to Lisbon.": ("undecided", None),
        "Did oil prices rise in May?": ("supports", 1),
    }
    for claim, (verdict, place) in cases.items():
        found = judge(claim, passage)
        assert found.verdict == verdict, claim
        if place is not None:
            assert passage[slice(*found.sentence)] == passage.split(". ")[place].rstrip(".") + "."
