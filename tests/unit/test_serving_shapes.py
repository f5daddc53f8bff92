"""The shapes of others, checked by the types of their own clients where those are installed."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from rag.schema import Answer, Citation, Claim, Hit, Passage, Progress, Retrieved, Sentence
from rag.serving import openai as shapes
from rag.serving import vendors
from rag.serving.running import Step
from rag.serving.spans import plain, refusal, spans
from tests.later import Later

if TYPE_CHECKING:
    from anthropic import types as messages
    from openai.types import chat, responses
else:
    messages, chat, responses = Later("anthropic.types"), Later("openai.types.chat"), Later("openai.types.responses")

QUOTES = ("Ann came on Monday.", "Bea’s train 🚆 was late.")
CITED = tuple(
    Citation(number, f"{number}.txt", f"Title {number}", None, 10 * number, 10 * number + len(quote), quote, 0.9)
    for number, quote in enumerate(QUOTES, start=1)
)
CLAIMS = (Claim(QUOTES[0], "supported", (1,)), Claim("Bea was late, and Ann came.", "supported", (1, 2)))
ANSWER = Answer("Who?", "Who?", "answered", None, 0.9, CLAIMS, CITED, index="abc")
REFUSED = Answer("Who?", "Who?", "refused", "not_supported", 0.1, missing=("1 of 2 pages of a.pdf have no text",))
GREETING = Answer("Hi", "Hi", "refused", "no_question", 0.0, message="Hello. Ask me about the sources.")
RETRIEVED = Retrieved("Who?", "Who?", (), "abc", {})


def reply(model: str = shapes.MODEL) -> shapes.Reply:
    return shapes.Reply(model, lambda cited: f"http://127.0.0.1/{cited.source}")


def streamed(steps: tuple[Step, ...], one: shapes.Reply, *, responses: bool = False) -> list[Any]:
    async def all_of() -> list[bytes]:
        async def run() -> AsyncIterator[Step]:
            for step in steps:
                yield step

        made = shapes.response_events(run(), one) if responses else shapes.chunks(run(), one, usage=True)
        return [event async for event in made]

    found = [event.decode().partition("data: ")[2].strip() for event in asyncio.run(all_of())]
    return [json.loads(data) for data in found if data != "[DONE]"]


def test_spans_are_of_the_plain_answer_in_code_points() -> None:
    found = [(ANSWER.answer[span.start : span.end], span.citation.number) for span in spans(CLAIMS, CITED)]
    assert found == [(QUOTES[0], 1), (CLAIMS[1].text, 1), (CLAIMS[1].text, 2)]


def test_a_refusal_says_why_and_what_could_not_be_read() -> None:
    assert refusal(ANSWER) == refusal(GREETING) == ""
    assert refusal(REFUSED).startswith("The sources do not say. (the closest passages")
    assert "1 of 2 pages" in refusal(REFUSED)
    assert plain(GREETING) == "Hello. Ask me about the sources."


def test_a_chat_completion_is_one_to_its_own_client() -> None:
    made = chat.ChatCompletion.model_validate(shapes.completion(ANSWER, reply()))
    message = made.choices[0].message
    assert message.content == ANSWER.answer
    assert message.refusal is None
    assert [
        message.content[note.url_citation.start_index : note.url_citation.end_index] for note in message.annotations
    ] == [QUOTES[0], CLAIMS[1].text, CLAIMS[1].text]
    pointer = message.annotations[0].quoteline
    assert (pointer["source"], pointer["start"], pointer["quote"]) == ("1.txt", 10, QUOTES[0])
    assert made.quoteline["answer"] == ANSWER.answer


@pytest.mark.parametrize("model", shapes.MODELS)
def test_a_refusal_is_content_only_for_pages_that_show_nothing_else(model: str) -> None:
    message = shapes.completion(REFUSED, reply(model))["choices"][0]["message"]
    assert message["refusal"] == refusal(REFUSED)
    assert message["content"] == (None if model == shapes.MODEL else refusal(REFUSED))
    assert message["annotations"] == []
    greeting = shapes.completion(GREETING, reply(model))["choices"][0]["message"]
    assert (greeting["content"], greeting["refusal"]) == (GREETING.message, None)


def test_a_streamed_completion_adds_up_to_the_whole_one() -> None:
    steps = (RETRIEVED, Progress(CLAIMS[:1], CITED[:1]), Progress(CLAIMS, CITED), ANSWER)
    found = [chat.ChatCompletionChunk.model_validate(one) for one in streamed(steps, reply())]
    deltas = [chunk.choices[0].delta for chunk in found if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == ANSWER.answer
    (notes,) = [delta.annotations for delta in deltas if getattr(delta, "annotations", None)]
    whole = json.loads(json.dumps(shapes.completion(ANSWER, reply())))
    assert notes == whole["choices"][0]["message"]["annotations"]
    assert found[-1].usage.total_tokens == 0
    assert found[-2].choices[0].finish_reason == "stop"


def test_an_llm_that_fails_in_the_midst_leaves_no_false_offset() -> None:
    one = reply()
    quotes = replace(ANSWER, claims=(Claim(QUOTES[1], "supported", (1,)),), citations=(replace(CITED[1], number=1),))
    found = streamed((RETRIEVED, Progress(CLAIMS[:1], CITED[:1]), quotes), one)
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in found if chunk["choices"])
    assert text == one.text == f"{QUOTES[0]}\n{QUOTES[1]}"
    assert [(text[span.start : span.end], span.citation.quote) for span in one.spans] == [
        (quote, quote) for quote in QUOTES
    ]


@pytest.mark.parametrize("answer", [ANSWER, REFUSED, GREETING])
def test_a_response_and_its_events_agree(answer: Answer) -> None:
    made = json.loads(json.dumps(shapes.response(answer, reply())))
    whole = responses.Response.model_validate(made)
    (part,) = whole.output[0].content
    found = streamed((RETRIEVED, answer), reply(), responses=True)
    assert [event["sequence_number"] for event in found] == list(range(len(found)))
    kinds = [event["type"] for event in found]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    last = responses.Response.model_validate(found[-1]["response"])
    assert last.output[0].content[0].to_dict() == part.to_dict()
    if answer is REFUSED:
        assert (part.type, part.refusal) == ("refusal", refusal(REFUSED))
        assert "response.refusal.done" in kinds
    else:
        assert part.text == plain(answer)
        assert kinds.count("response.output_text.annotation.added") == len(part.annotations)
        assert "".join(event["delta"] for event in found if event["type"].endswith(".delta")) == part.text


def test_anthropic_takes_the_answer_for_one_of_its_messages() -> None:
    made = messages.Message.model_validate(vendors.anthropic(ANSWER, {"answer": "…"}))
    assert [block.text for block in made.content] == [claim.text for claim in CLAIMS]
    location = made.content[1].citations[1]
    assert (location.type, location.cited_text, location.document_index) == ("char_location", QUOTES[1], 1)
    assert (location.start_char_index, location.end_char_index) == (CITED[1].start, CITED[1].end)
    assert vendors.anthropic(REFUSED, {})["stop_reason"] == "refusal"
    assert vendors.anthropic(GREETING, {})["content"][0]["text"] == GREETING.message


def test_passages_are_told_sentence_by_sentence_and_lose_nothing() -> None:
    text = "One.  Two.\nThree."
    passage = Passage("a.txt", 5, 5 + len(text), text, (Sentence(5, 9), Sentence(11, 15), Sentence(16, 22)), "A")
    found = replace(RETRIEVED, hits=(Hit(passage, 0.5, {}, 0.5),))
    (block,) = vendors.search_results(found)["content"]
    assert (block["type"], block["source"], block["title"]) == ("search_result", "a.txt:5-22", "A")
    assert [part["text"] for part in block["content"]] == ["One.  ", "Two.\n", "Three."]
    (document,) = vendors.documents(found)["documents"]
    assert document == {"id": "a.txt:5-22", "data": {"title": "A", "text": text}}


def test_cohere_is_told_of_each_claim_once_with_all_its_sources() -> None:
    made = vendors.cohere(ANSWER, {})["message"]
    text = made["content"][0]["text"]
    assert [text[one["start"] : one["end"]] for one in made["citations"]] == [claim.text for claim in CLAIMS]
    assert [[source["document"]["text"] for source in one["sources"]] for one in made["citations"]] == [
        [QUOTES[0]],
        list(QUOTES),
    ]
    assert vendors.cohere(REFUSED, {})["message"]["citations"] == []
