"""The text of a source, for ``rag show``."""

from rag.config import Config
from rag.errors import UsageError
from rag.indexing.homes import home
from rag.text.normal import original_offset


def shown(config: Config, source: str, start: int = 0, end: int | None = None, *, original: bool = False) -> str:
    """Return a source's canonical text, or the part of it between two offsets; as it was parsed if ``original``.

    A file that is no source itself but holds several, such as a mailbox, gives all of them, each below its name.

    Raises:
        UsageError: there is no such part.
        UnknownSource: with the nearest source that there is.
        IndexMissing, IndexDamaged: as opening it does.
    """
    with home(config.index, config.models).open() as index:
        found = index.store.find(source)
        within = [] if found else index.store.of_file(source)
        document = found or (None if within else index.store.document(source))
    if document is None:
        if start or end is not None:
            raise UsageError(f"{source} holds {len(within)} sources: name one of them, such as {within[0].source!r}")
        texts = (one.original.text if original and one.original else one.text for one in within)
        return "".join(f"== {one.source}\n\n{text.rstrip()}\n\n" for one, text in zip(within, texts, strict=True))
    text = document.text
    end = len(text) if end is None else end
    if not 0 <= start <= end <= len(text):
        raise UsageError(f"--start {start} --end {end} is no part of a text of {len(text)} characters")
    if original and document.original:
        text, runs = document.original.text, document.original.runs
        start, end = original_offset(runs, start), original_offset(runs, end)
    return text[start:end]
