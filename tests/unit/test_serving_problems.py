import json

from rag import errors
from rag.errors import BusyError, RagError, UsageError
from rag.serving import problems
from rag.serving.problems import Problem


def test_a_problem_tells_the_remedy_to_every_client() -> None:
    response = problems.of(UsageError("the question is empty: ask something")).response()
    found = json.loads(bytes(response.body))
    assert (response.status_code, response.media_type) == (400, "application/problem+json")
    assert found["detail"] == found["error"]["message"] == "the question is empty: ask something"
    assert found["type"] == "/docs#usage"
    assert {"type", "title", "status", "detail", "kind"} <= found.keys()


def test_who_shall_ask_again_is_told_when() -> None:
    assert problems.of(BusyError("busy")).response().headers["retry-after"] == str(problems.BUSY_SECONDS)
    assert Problem("rate", "slow down", 7).response().headers["retry-after"] == "7"
    assert "retry-after" not in problems.of(UsageError("no")).response().headers
    assert Problem("key", "send one").response().headers["www-authenticate"] == "Bearer"


def test_every_error_of_the_command_line_has_a_status() -> None:
    kinds = {one.kind for one in vars(errors).values() if isinstance(one, type) and issubclass(one, RagError)}
    for kind in kinds:
        status = Problem(kind, "").response().status_code
        assert status >= 500 or kind in ("usage", "unknown_source", "forbidden")
