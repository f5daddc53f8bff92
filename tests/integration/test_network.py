import pytest

from rag.reading.network import Network
from tests.unit.test_network import TEXT, window


@pytest.fixture(scope="module")
def net() -> Network:
    return Network(threads=2)


def test_it_reads(net: Network) -> None:
    wheres, whens = net.read([window("Where was Marie Curie born?"), window("When did she move to Paris?")])
    assert (wheres.best, TEXT[slice(*wheres.spans[0])]) == (0, "Warsaw")
    assert (whens.best, TEXT[slice(*whens.spans[1])]) == (1, "1891")
    (other,) = net.read([window("How many inhabitants does Lisbon have?")])
    assert other.holds < min(wheres.holds, whens.holds)


def test_a_window_is_read_alone(net: Network) -> None:
    asked = [window(question) for question in ("Where was she born?", "Whom did she marry?", "Who was Pierre?")]
    together = net.read(asked)
    for one, found in zip(asked, together, strict=True):
        (alone,) = Network(threads=1).read([one])
        assert (alone.holds, alone.spans) == (found.holds, found.spans)
        assert (alone.sentences == found.sentences).all()


def test_what_was_read_lately_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Network(threads=1)
    read, run = [], net._session.run
    monkeypatch.setattr(net._session, "run", lambda tokens, *rest: read.append(len(tokens)) or run(tokens, *rest))
    born, married = window("Where was she born?"), window("Whom did she marry?")
    (first,) = net.read([born])
    both = net.read([married, window("Where was she born?"), married])
    assert read == [1, 1]
    assert both[1] is first
    assert both[0] is both[2]
