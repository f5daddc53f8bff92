"""A file of answers, or of a checked text: the ending of its name says the format."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from rag.errors import RagError, SourceError, UsageError
from rag.exports import annotations, bibliography, checked, docx, markdown, sheet
from rag.exports.cited import Documents, documents
from rag.exports.sheet import Row
from rag.output import render
from rag.schema import Answer, Check

if TYPE_CHECKING:
    from rag.index.store import Store

_OF_ANSWERS: dict[str, Callable[[Sequence[Answer], Documents], str | bytes]] = {
    ".md": markdown.write,
    ".docx": docx.write,
    ".csl.json": bibliography.csl,
    ".bib": bibliography.bibtex,
    ".ris": bibliography.ris,
    ".jsonld": annotations.write,
}
_OF_ROWS: dict[str, Callable[[Sequence[Row]], bytes]] = {
    ".csv": sheet.comma_separated,
    ".xlsx": sheet.workbook,
    ".jsonl": lambda rows: "".join(f"{render.dumps(_object(row))}\n" for row in rows).encode(),
}
ENDINGS = tuple(sorted((*_OF_ANSWERS, *_OF_ROWS)))
_OF_CHECKS: dict[str, Callable[[Check, str, Documents], str]] = {
    ".html": checked.page,
    ".json": lambda found, *_: f"{render.dumps(render.check_object(found))}\n",
    ".md": checked.markdown,
}
CHECK_ENDINGS = tuple(_OF_CHECKS)


def ending(name: str, endings: Sequence[str] = ENDINGS) -> str:
    """Return which of some endings a file's name has.

    Raises:
        UsageError: it has none of them.
    """
    found = next((item for item in endings if name.lower().endswith(item)), None)
    if found is None:
        raise UsageError(f"--out {name}: its ending says the format, one of {', '.join(endings)}")
    return found


def content(kind: str, rows: Sequence[Row], store: "Store") -> bytes:
    """Return what became of questions, such as a conversation, as a file of the kind: one of ``ENDINGS``."""
    if kind in _OF_ROWS:
        return _OF_ROWS[kind](rows)
    answers = [row.result for row in rows if isinstance(row.result, Answer)]
    made = _OF_ANSWERS[kind](answers, documents(store, answers))
    return made.encode() if isinstance(made, str) else made


def write(path: str, rows: Sequence[Row], store: "Store") -> None:
    """Write them to a file, in the format that its ending says; the file is replaced whole.

    Raises:
        UsageError: its ending says no format.
        SourceError: it cannot be written.
    """
    _save(path, content(ending(path), rows, store))


def write_check(path: str, found: Check, text: str, store: "Store") -> None:
    """Write a checked text to a file, likewise.

    Args:
        path: of the file; its ending is one of ``CHECK_ENDINGS``.
        found: what was found.
        text: what was checked.
        store: the documents.

    Raises:
        UsageError: its ending says no format.
        SourceError: it cannot be written.
    """
    _save(path, check_content(ending(path, CHECK_ENDINGS), found, text, store))


def check_content(kind: str, found: Check, text: str, store: "Store") -> bytes:
    """Return a checked text as a file of the kind: one of ``CHECK_ENDINGS``."""
    return _OF_CHECKS[kind](found, text, documents(store, [found])).encode()


def _save(path: str, data: bytes) -> None:
    target = Path(path)
    beside = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        try:
            beside.write_bytes(data)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise SourceError(f"{path} cannot be written: {error.strerror}") from None


def _object(row: Row) -> dict[str, object]:
    if isinstance(row.result, RagError):
        return render.error_object(row.result, row.id)
    return {**render.answer_object(row.result), "id": row.id}
