"""The conversations that are kept, beside the chat: found, opened, renamed, deleted, exported, and shared.

What is pressed in the list reaches the server as a ``click`` of it, sent by ``static/history.js``. Exports are links to
routes of our own, which give each owner their own conversations alone.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr
from fastapi import APIRouter, Request, Response

from rag.errors import ConversationError, RagError
from rag.exports import markdown
from rag.schema import Answer, Document
from rag.web import export, share, words
from rag.web.chat import Changes, Chat
from rag.web.conversations import MOST_TITLE_CHARS, Conversations, Summaries
from rag.web.desk import Desk
from rag.web.events import AT_ONCE
from rag.web.guard import owner
from rag.web.icons import classed
from rag.web.live import Live
from rag.web.page import day
from rag.web.ratings import candidates
from rag.web.template import html


def _markdown(title: str, answers: list[Answer], documents: dict[str, Document]) -> str:
    return markdown.write(answers, documents, title or words.SHARE_UNTITLED)


FORMS: dict[str, tuple[str, Callable[[str, list[Answer], dict[str, Document]], str]]] = {
    "md": ("text/markdown", _markdown),
    "html": ("text/html", export.page),
    "json": ("application/json", share.bundle),
}
"""What a conversation is exported as, by the ending of the file: its type, and how it is made."""


@dataclass(frozen=True, slots=True)
class Pane:
    """The components of the list beside the chat."""

    new: gr.Button
    search: gr.Textbox
    kept: gr.HTML
    file: gr.UploadButton


def pane() -> Pane:
    """Lay out the list beside the chat, inside the Gradio app that is being built."""
    with gr.Column(elem_id="ql-history", min_width=0):
        gr.HTML(html("history", "head"), apply_default_css=False)
        new = gr.Button(
            words.KEPT_NEW_CONVERSATION,
            size="sm",
            elem_id="ql-new",
            elem_classes=["ql-drawn", classed("square-pen")],
        )
        search = gr.Textbox(
            "",
            label=words.KEPT_FIND,
            placeholder=words.KEPT_FIND_HOLDER,
            show_label=False,
            container=False,
            max_length=200,
            elem_id="ql-kept-find",
        )
        script = (files("rag.web") / "static" / "history.js").read_text(encoding="utf-8")
        kept = gr.HTML("", js_on_load=script, elem_id="ql-kept", apply_default_css=False)
        file = gr.UploadButton(
            words.KEPT_OPEN_SHARED,
            file_types=[".json"],
            size="sm",
            elem_id="ql-share-file",
            elem_classes=["ql-drawn", classed("upload")],
        )
    return Pane(new, search, kept, file)


def listen(conversations: Conversations, chat: Chat, laid: Pane) -> None:
    """Let the list beside the chat do what is pressed in it."""
    new, search, kept, file = laid.new, laid.search, laid.kept, laid.file
    does = _History(conversations, chat, kept)
    known = [chat.current, search]
    kept.click(does.pressed, [*known, chat.desk], [*chat.outputs, kept], trigger_mode="multiple", **AT_ONCE)
    new.click(chat.opened, [chat.desk], chat.outputs, **AT_ONCE)
    file.upload(does.opened, [file, *known, chat.desk], [*chat.outputs, kept], **AT_ONCE)
    search.change(does.listed, known, [kept], trigger_mode="multiple", **AT_ONCE)
    gr.on([chat.turns.change, chat.current.change], does.listed, known, [kept], trigger_mode="multiple", **AT_ONCE)


@dataclass(frozen=True, slots=True)
class _History:
    """What the events of the list do."""

    conversations: Conversations
    chat: Chat
    kept: gr.HTML
    """The list."""

    def listed(self, current: str, search: str, request: gr.Request) -> str:
        """Return the list, with the conversation that is shown marked in it."""
        try:
            return listing(self.conversations.list(owner(request), search), current, search)
        except RagError as error:
            return _notice(str(error))

    def pressed(self, event: gr.EventData, current: str, search: str, desk: Desk, request: gr.Request) -> Changes:
        """Do what was pressed in the list: open, rename or delete a conversation."""
        told: Any = event._data  # noqa: SLF001 (Gradio gives a component's own data no public name)
        changes: Changes = {}
        notice = ""
        with suppress(AttributeError, TypeError):  # what names nothing here changes nothing
            what, identity = told.get("do"), str(told.get("id") or "")
            try:
                changes = self._done(what, identity, str(told.get("title") or ""), current, desk, owner(request))
            except LookupError:
                if not told.get("again"):
                    notice = _notice(words.KEPT_CONVERSATION_GONE)
            except RagError as error:
                notice = _notice(str(error))
        return {**changes, self.kept: notice + self.listed(changes.get(self.chat.current, current), search, request)}

    def _done(self, what: object, identity: str, title: str, current: str, desk: Desk, mine: str) -> Changes:
        if what == "open" and identity:
            return self._shown(mine, identity, desk)
        if what == "rename":
            self.conversations.rename(mine, identity, title)
        if what == "delete":
            self.conversations.delete(mine, identity)
            if identity == current:
                return self.chat.opened(desk)
        return {}

    def _shown(self, mine: str, identity: str, desk: Desk) -> Changes:
        """Return what shows a conversation; one that was shared with its own documents, and a banner."""
        summary = self.conversations.get(mine, identity)
        documents = self.conversations.documents(mine, identity) if summary.shared else None
        answers, ratings = self.conversations.answers(mine, identity), self.conversations.ratings(mine, identity)
        changes = self.chat.opened(desk, identity, answers, ratings, documents)
        if summary.shared:
            changes[self.chat.chat] = html("history", "banner") + changes[self.chat.chat]
        return changes

    def opened(self, path: str, current: str, search: str, desk: Desk, request: gr.Request) -> Changes:
        """Open a share file, and keep it."""
        try:
            found = share.opened(_bytes(Path(path)))
            identity = self.conversations.keep_shared(
                owner(request), found.title, found.answers, found.documents.values()
            )
            return {**self._shown(owner(request), identity, desk), self.kept: self.listed(identity, search, request)}
        except RagError as error:
            return {self.kept: _notice(str(error)) + self.listed(current, search, request)}


def _notice(message: str) -> str:
    """Return what went wrong, above the list: an event that is not queued has no other way to tell."""
    return html("history", "notice", message)


def listing(found: Summaries, current: str, search: str = "") -> str:
    """Return a list of conversations as HTML, the one that is shown marked."""
    if not found:
        return html("history", "empty", search.strip())
    return html("history", "listing", [(one, day(one.updated)) for one in found], current, MOST_TITLE_CHARS)


def _bytes(path: Path) -> bytes:
    """Return an uploaded file's bytes, and remove it.

    Raises:
        ConversationError: it is too large for a share file.
    """
    try:
        if path.stat().st_size > share.MOST_MB << 20:
            raise ConversationError(words.KEPT_TOO_LARGE.format(most=share.MOST_MB))
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def router(conversations: Conversations, live: Live) -> APIRouter:
    """Return the routes of exports: each answers with a file, to the owner alone."""
    routes = APIRouter(prefix="/conversations")

    @routes.get("/gold.jsonl")
    def gold(request: Request) -> Response:
        """Give the rated answers in the gold form."""
        try:
            lines = "".join(
                json.dumps(row, ensure_ascii=False) + "\n" for row in candidates(conversations, owner(request))
            )
        except RagError as error:
            return _told(str(error), 409)
        return _file(lines, "application/jsonl", "gold.jsonl")

    @routes.get("/{identity}/{form}")
    def exported(identity: str, form: str, request: Request) -> Response:
        """Give a conversation as Markdown, a page or a share file."""
        mine = owner(request)
        try:
            kind, made = FORMS[form]
            summary, answers = conversations.get(mine, identity), conversations.answers(mine, identity)
            documents = conversations.documents(mine, identity) if summary.shared else _cited(live, answers)
            name = re.sub(r"[^\w.-]+", "-", summary.title).strip("-.")[:60] or "conversation"
            return _file(made(summary.title, answers, documents), kind, f"{name}.{form}")
        except LookupError:
            return _told(words.KEPT_CONVERSATION_GONE, 404)
        except RagError as error:
            return _told(str(error), 409)

    return routes


def _cited(live: Live, answers: list[Answer]) -> dict[str, Document]:
    """Return the documents that a conversation cites, as far as the index has them."""
    sources = dict.fromkeys(pointer.source for answer in answers for pointer in share.pointers(answer))
    with live.engine() as engine:
        found = [engine.index.store.find(source) for source in sources]
    return {document.source: document for document in found if document}


def _file(text: str, kind: str, name: str) -> Response:
    plain = name.encode("ascii", "ignore").decode().lstrip(".-") or "conversation"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(text.encode(), media_type=kind, headers={"Content-Disposition": disposition})


def _told(message: str, status: int) -> Response:
    return Response(message, status, media_type="text/plain; charset=utf-8")
