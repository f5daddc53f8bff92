import json

import pytest

from rag.conversation import smalltalk
from rag.schema import Turn
from tests.conftest import ROOT
from tests.growth import in_proportion

SAID = {
    "greeting": ["hello", "Hi there!", "good morning", "Hey, how are you?", "hello Quoteline", "hi :)"],
    "thanks": ["thanks!", "Thank you very much", "ok", "Great, thanks."],
    "goodbye": ["bye", "Bye bye, now", "Thanks, goodbye!", "Good night."],
    "tool": [
        "what can you do?", "Who are you?", "help", "Please help", "how does this work?", "What can I ask?",
        "how does it work", "Are you a bot?", "Hello, what can you do?", "What's this?",
    ],
    "documents": [
        "what documents do you have?", "Which sources do you have", "list the documents", "How many files are there?",
        "What articles have you read?",
    ],
    "about": [
        "what is this article about?", "What's this about?", "what is it about", "Hi! What is the document about?",
        "what does the article say?", "What are the main topics?", "what is the topic of the article?",
    ],
    "summary": [
        "summarise it", "Summarize this article, please", "Can you give me a summary?", "tl;dr",
        "give me a short summary of the text", "TL;DR please", "what are the main points?", "sum it up for me",
        "What are the key takeaways of the report?", "Summarise the article in two sentences", "overview",
    ],
}  # fmt: skip
ASKED = [
    "What is the Summary Act about?",
    "who is Maduro",
    "What is the article about Rubio about?",
    "What does the article say about Cuba?",
    "What is the main point of Trump's post?",
    "Summarise Trump's post",
    "Who wrote the summary of the report?",
    "What can you do in Havana?",
    "Who are you, according to Trump?",
    "What happened?",
    "Which documents did the minister sign?",
    "How many sources did the police have?",
    "What is Help about?",
    "Was the Good Morning show cancelled?",
    "Thanks to whom was he freed?",
    "Who said goodbye?",
    "How does the barter arrangement work?",
    "",
    "?!",
    "👋",
]


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_what_is_said_to_the_tool(kind: str, text: str) -> None:
    assert smalltalk.kind(text) == smalltalk.kind(text.upper()) == kind


def test_no_gold_question_is_taken_for_talk() -> None:
    lines = (ROOT / "eval" / "article.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    assert len(asked) > 300
    assert [text for text in asked if smalltalk.kind(text) or smalltalk.without_greeting(text) != text] == []


@pytest.mark.parametrize("text", ASKED)
def test_what_is_asked_of_the_sources(text: str) -> None:
    assert smalltalk.kind(text) is None


def test_it_may_be_something_else_later() -> None:
    history = [Turn("What did Trump announce?", "A deal.")]
    for text in ("What is it about?", "How does it work?", "What's this?", "what is that about"):
        assert smalltalk.kind(text)
        assert smalltalk.kind(text, history) is None
    assert smalltalk.kind("What is this article about?", history) == "about"
    assert [
        turn.question for turn in smalltalk.asking([Turn("hello", ""), Turn("What is it about?", "…"), *history])
    ] == [
        "What is it about?",
        "What did Trump announce?",
    ]
    assert smalltalk.asking([Turn("hello", ""), Turn("How does it work?", "")]) == []


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("hello, who is Maduro?", "who is Maduro?"),
        ("Good morning! What did Trump announce?", "What did Trump announce?"),
        ("hi there - when was the raid", "when was the raid"),
        ("hi who is Maduro", "who is Maduro"),
        ("Thanks. And who was taken with him?", "And who was taken with him?"),
        ("Ok, please tell me who he is", "tell me who he is"),
    ],
)
def test_a_question_is_asked_without_its_greeting(text: str, question: str) -> None:
    assert smalltalk.without_greeting(text) == question
    assert smalltalk.kind(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "Hello, Dolly! was sung by whom?",
        "Hello is a song by whom?",
        "hey jude was written by whom",
        "Hi-Fi sets were sold by whom?",
        "Thanks to whom was he freed?",
        "hello",
        "Great was the fall of what?",
    ],
)
def test_what_only_begins_like_a_greeting_stays(text: str) -> None:
    assert smalltalk.without_greeting(text) == text


def test_how_long_a_summary_is_wanted() -> None:
    assert smalltalk.sentences_wanted("Summarise it in one sentence.", 4) == 1
    assert smalltalk.sentences_wanted("Give me a summary in 3 bullet points", 4) == 3
    assert smalltalk.sentences_wanted("Summarise it in 0 sentences", 4) == 1
    assert smalltalk.sentences_wanted("Summarise it in nine sentences", 4) == 4
    assert smalltalk.sentences_wanted("Summarise it in a few sentences", 4) == 4
    assert smalltalk.sentences_wanted("tl;dr", 4) == 4


def test_turns_that_asked_nothing_are_left_out() -> None:
    history = [
        Turn("hello", ""),
        Turn("Who is Maduro?", "The president."),
        Turn("thanks", ""),
        Turn("summarise it", "…"),
    ]
    assert [turn.question for turn in smalltalk.asking(history)] == ["Who is Maduro?", "summarise it"]


def test_documents_are_listed_a_line_each() -> None:
    assert smalltalk.message("documents", ["One\n2. Two"]) == "There is 1 document:\n- One 2. Two"
    long = smalltalk.message("documents", ["x" * 200, *map(str, range(12))]).split("\n")
    assert long[0] == "There are 13 documents:"
    assert len(long) == 12
    assert long[1] == f"- {'x' * 90}…"
    assert long[-1] == "- and 3 more"
    assert smalltalk.message("greeting", []) == smalltalk.message("documents", []) == "There are no documents."
    assert "the 2 documents here say" in smalltalk.message("tool", ["a", "b"])


@pytest.mark.parametrize("text", ["thanks ", "ok great ", "can you please ", "summary of the ", "hi, ", "bye "])
def test_nothing_takes_longer_than_its_length(text: str) -> None:
    def work(size: int) -> None:
        smalltalk.kind(f"{text * size}x")
        smalltalk.without_greeting(f"{text * size}x")

    assert in_proportion(work, 20)
