import pytest

from rag.claims.speaker import speaker


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("On Sunday Ana Silva declared, “all is well”.", {"ana", "silva"}),
        ("In a post on X, Díaz-Canel declared, “It is free. And all is well.”", {"díaz", "canel"}),
        ("Ana Silva told The Gazette: “all is well”.", {"ana", "silva"}),
        ("“But all is well,” Ana Silva has said.", {"ana", "silva"}),
        ('"But all is well," said President Ana de la Silva, who left.', {"ana", "de", "la", "silva"}),
        ("Ben Costa left. “It is late. But all is well,” Ana later told Ben Costa.", {"ana"}),
        ("Ben Costa said “no”. “all is well,” she told Ana Silva.", set()),
        ("Ana Silva left. “all is well,” the mayor said.", set()),
        (
            "On Sunday Ana Silva declared, “It is free. all is well.” He emphasized that Ben Costa left.",
            {"ana", "silva"},
        ),
        ("She declared, “all is well.” Ben Costa said nothing.", set()),
        ("“all is well!” He said so to Ana Silva.", set()),
        ("Ana Silva said that all is well.", set()),
        ("Ana Silva spoke of a plan by which “all is well”.", set()),
    ],
)
def test_who_says_it(text: str, words: set[str]) -> None:
    start = text.index("all is well")
    assert speaker(text, start, start + len("all is well")) == words
