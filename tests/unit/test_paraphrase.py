import random
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "training"))

from paraphrase import Paraphraser, inflected

SENSES = {
    "noun": ["02 n 02 doctor 0 physician 0 000 | heals"],
    "verb": ["03 v 02 buy 0 purchase 0 000 | for money"],
    "adj": [],
    "adv": [],
}


@pytest.fixture
def paraphraser(tmp_path: Path) -> Paraphraser:
    """Of a WordNet with two meanings, in the form of its files."""
    index = []
    for kind, lines in SENSES.items():
        data = "".join(f"00000000 {line}\n" for line in lines)
        (tmp_path / f"data.{kind}").write_text(data)
        number = {"noun": 1, "verb": 2}.get(kind)
        for line in lines:
            words = line.split()[3:7:2]
            index += [f"{word}%{number}:00:00:: 00000000 1 {9 if n == 0 else 5}" for n, word in enumerate(words)]
    (tmp_path / "index.sense").write_text("\n".join(index))
    return Paraphraser(tmp_path)


def test_words_become_others_in_the_same_form(paraphraser: Paraphraser) -> None:
    said = {
        paraphraser.question("Which doctors bought a hospital in Doctor Town?", random.Random(n)) for n in range(20)
    }
    assert said == {
        f"Which {who} {did} a hospital in Doctor Town?"
        for who in ("doctors", "physicians")
        for did in ("bought", "purchased")
    }


def test_openings_change_too(paraphraser: Paraphraser) -> None:
    said = {paraphraser.question("Who is it?", random.Random(n)) for n in range(20)}
    assert said == {"Who is it?", "Which person is it?", "What person is it?"}


@pytest.mark.parametrize(
    ("base", "kind", "form", "made"),
    [
        ("carry", "verb", "ed", "carried"), ("stop", "verb", "ing", "stopping"), ("take", "verb", "ed", "took"),
        ("set up", "verb", "ed", "set up"), ("let go", "verb", "s", "lets go"), ("city", "noun", "s", "cities"),
        ("church", "noun", "s", "churches"), ("store", "verb", "ing", "storing"),
    ],
)  # fmt: skip
def test_endings(base: str, kind: str, form: str, made: str) -> None:
    assert inflected(base, kind, form) == made
