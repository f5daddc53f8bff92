import gradio as gr
import pytest

from rag.web import shell
from rag.web.shell import VIEWS, View


def laid(*, login: bool = False) -> str:
    with gr.Blocks(analytics_enabled=False) as demo:
        shell.bar(login=login)
    bar = next(block for block in demo.blocks.values() if isinstance(block, gr.HTML))
    return str(bar.value)


def test_a_view_is_one_line_of_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "VIEWS", (*VIEWS, View("notes", lambda: "Notes & <b>", "pin")))
    html = laid()
    for name in ("ask", "library", "notes"):
        assert html.count(f'role="tab" class="ql-view-tab" id="ql-to-{name}"') == 1
    assert "Notes &amp; &lt;b&gt;" in html
    assert 'body[data-view="notes"] #ql-view-notes' in shell.style()
    with gr.Blocks(analytics_enabled=False), shell.view("notes") as opened:
        assert opened.parent is not None
        assert opened.parent.elem_id == "ql-view-notes"
        opened.select(lambda: None)


def test_a_view_that_is_in_no_list_is_an_error() -> None:
    with gr.Blocks(analytics_enabled=False), pytest.raises(LookupError), shell.view("nowhere"):
        pass


def test_the_skip_link_is_first_and_developers_have_one_entry() -> None:
    html = laid()
    assert html.startswith('<a class="ql-skip"')
    inside = html.split('class="ql-developers"')[1]
    assert 'data-view="evaluation"' not in html.split('class="ql-developers"')[0]
    for part in ('data-view="evaluation"', "/conversations/gold.jsonl", 'data-shell="trace"'):
        assert part in inside
    assert "/logout" not in html
    assert "/logout" in laid(login=True)


def test_the_first_view_is_shown_before_any_script_has_run() -> None:
    assert "body:not([data-view]) #ql-view-ask" in shell.style()
