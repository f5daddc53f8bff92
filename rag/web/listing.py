"""The HTML of the Sources tab: the list, what is done in the background, and what limits the chat.

Every text from a source, a file name or an error passes through :func:`html.escape`.
"""

from collections.abc import Sequence
from html import escape

from rag.index.store import Listing
from rag.schema import ALL, Filter
from rag.web import words
from rag.web.library import Entry, Job

MOST_ROWS = 200
_NAMED = 3


def table(entries: Sequence[Entry], wanted: str = "") -> str:
    """Return the sources as a table, those that hold what is wanted, in any of their columns."""
    found = [entry for entry in entries if _matches(entry, wanted)]
    documents = [entry for entry in entries if entry.passages]
    passages = sum(entry.passages for entry in documents)
    about = words.LIST_COUNT.format(documents=f"{len(documents):,}", passages=f"{passages:,}")
    if len(found) > MOST_ROWS:
        about += f" {words.LIST_SHOWN.format(shown=MOST_ROWS, all=f'{len(found):,}')}"
    elif not found:
        about += f" {words.LIST_NONE}"
    columns = (words.TITLE, words.PUBLISHER, words.DATE, words.PASSAGES, words.STATE, words.ACTION)
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    rows = "".join(_row(entry) for entry in found[:MOST_ROWS])
    return (
        f'<p class="ql-note" role="status">{escape(about)}</p><div class="ql-table" role="region" tabindex="0" '
        f'aria-label="{escape(words.LIST)}"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _matches(entry: Entry, wanted: str) -> bool:
    return is_like(entry, wanted, words.STATES[entry.state])


def is_like(entry: Entry | Listing, wanted: str, *more: str) -> bool:
    """Tell whether each of some words stands in what is told of a source, or in ``more``."""
    columns = (entry.source, entry.title, entry.publisher, entry.published, *more)
    text = " ".join(column for column in columns if column).casefold()
    return all(word in text for word in wanted.casefold().split())


def _row(entry: Entry) -> str:
    source = escape(entry.source)
    told = (entry.reason, *entry.notes) if entry.reason else entry.notes
    reason = "".join(f'<span class="ql-meta">{escape(item)}</span>' for item in told)
    button = (
        f'<button type="button" class="ql-remove" data-source="{source}" '
        f'aria-label="{escape(words.REMOVE_NAMED.format(name=entry.source))}">{escape(words.REMOVE)}</button>'
        if entry.file
        else ""
    )
    name = f'{escape(entry.title)}<span class="ql-meta">{source}</span>' if entry.title else source
    return (
        f'<tr data-state="{entry.state}"><th scope="row" dir="auto">{name}</th><td>{escape(entry.publisher or "")}</td>'
        f"<td>{escape(entry.published or '')}</td><td>{entry.passages or ''}</td>"
        f"<td>{escape(words.STATES[entry.state])}{reason}</td><td>{button}</td></tr>"
    )


def progress(job: Job) -> str:
    """Return what is done in the background, or how it ended; nothing if nothing was done yet."""
    if job.stage:
        told = stage(job)
        share = f' max="{job.total}" value="{job.done}"' if job.total else ""
        return (
            f'<div class="ql-job" data-running="yes"><p role="status">{escape(told)}</p>'
            f'<progress aria-label="{escape(words.REINDEX)}"{share}></progress>'
            f'<p class="ql-note">{escape(words.STAGE_FIRST if job.first else words.STAGE_MEANWHILE)}</p></div>'
        )
    left_out = "".join(f"<li>{escape(item)}</li>" for item in job.left_out)
    listed = f"<p>{escape(words.LEFT_OUT)} ({len(job.left_out)}):</p><ul>{left_out}</ul>" if left_out else ""
    if job.error:
        form = words.FAILED_FIRST if job.first else words.FAILED
        return f'<div class="ql-job">{failed(form.format(error=job.error))}{listed}</div>'
    if job.report is None:
        return ""
    form = words.DONE_SAME if job.report.current else words.DONE
    told = form.format(
        documents=job.report.documents,
        added=job.report.added,
        changed=job.report.changed,
        removed=job.report.removed,
        skipped=len(job.report.skipped),
    )
    if job.report.unread:
        told += f" {words.PARTLY_READ.format(count=len(job.report.unread))}"
    return f'<div class="ql-job" data-done="yes"><p role="status">{escape(told)}</p>{listed}</div>'


def stage(job: Job) -> str:
    """Return what is done in the background, in words; nothing if nothing is."""
    return words.STAGES[job.stage].format(done=f"{job.done:,}", total=f"{job.total:,}") if job.stage else ""


def failed(error: str) -> str:
    """Return an error."""
    return f'<p class="ql-refused" role="alert">{escape(error)}</p>'


def told(text: str) -> str:
    """Return what was done."""
    return f'<p role="status">{escape(text)}</p>'


def limited(chosen: Filter, passing: int, documents: int) -> str:
    """Return what limits the chat, in words.

    Args:
        chosen: which documents may answer.
        passing: how many these are now.
        documents: how many there are.
    """
    if chosen == ALL:
        return words.NOT_LIMITED
    named = ", ".join(chosen.sources[:_NAMED]) + (", …" if len(chosen.sources) > _NAMED else "")
    parts = [words.LIMITED_COUNT.format(passing=passing, documents=documents)]
    if chosen.sources:
        parts.append(words.LIMITED_SOURCES.format(sources=named))
    if chosen.after:
        parts.append(words.LIMITED_AFTER.format(date=chosen.after))
    if chosen.before:
        parts.append(words.LIMITED_BEFORE.format(date=chosen.before))
    return words.LIMITED.format(what=", ".join(parts))
