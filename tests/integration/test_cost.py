import re

import pytest

from rag.engine import Engine
from rag.models.careful import READER
from rag.reading.cost import COSTS, Cost, steps
from rag.reading.network import CAREFUL, PACKAGED
from rag.reading.reader import calibration
from tests.conftest import ROOT


def test_the_figures_are_those_that_the_documentation_tells() -> None:
    page = (ROOT / "docs" / "reader.md").read_text(encoding="utf-8").split("## What a threshold costs")[1]
    tables = page.split("## ")[0].split("The careful reader, whose default")
    for reader, table in zip((PACKAGED, CAREFUL), tables, strict=True):
        rows = re.findall(r"^\| \**(0\.\d\d)[^|]*\| \**\.(\d\d), \.(\d\d)", table, re.MULTILINE)
        told = {float(at): (int(refused), 100 - int(right)) for at, refused, right in rows}
        assert told == {at: (round(100 * c.refused), round(100 * c.answered)) for at, c in COSTS[reader].items()}
        assert len(told) > 4


def test_the_shipped_threshold_was_measured_and_so_were_the_steps_beside_it(engine: Engine) -> None:
    found = steps(engine.reader.name, engine.threshold)
    assert list(found) == ["more", "set", "surer"]
    assert found["set"].threshold == engine.threshold, "what is chosen unless told otherwise changes nothing"
    assert [step.cost for step in found.values()] == [COSTS[PACKAGED][at] for at in (0.12, 0.25, 0.4)]
    assert [found[name].threshold for name in ("more", "surer")] == [0.12, 0.4]
    careful = steps(CAREFUL, float(calibration(READER.card)["threshold"]))
    assert [step.cost for step in careful.values()] == [COSTS[CAREFUL][at] for at in (0.16, 0.33, 0.53)]


@pytest.mark.parametrize(("reader", "threshold"), [("another", 0.25), (PACKAGED, 0.9)])
def test_what_was_not_measured_has_no_figures(reader: str, threshold: float) -> None:
    found = steps(reader, threshold)
    assert found["more"].threshold < found["set"].threshold < found["surer"].threshold <= 1
    assert found["set"].cost is None
    assert found["surer"].cost is None or isinstance(found["surer"].cost, Cost)
