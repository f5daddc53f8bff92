"""The HTML of the library: what is done in the background, and what limits the chat.

Every text from a source, a file name or an error passes through :func:`html.escape`.
"""

from html import escape

from rag.index.store import Listing
from rag.schema import ALL, Filter
from rag.web import words
from rag.web.icons import icon
from rag.web.library import Entry, Job

_NAMED = 3


def is_like(entry: Entry | Listing, wanted: str, *more: str) -> bool:
    """Tell whether each of some words stands in what is told of a source, or in ``more``."""
    columns = (entry.source, entry.title, entry.publisher, entry.published, *more)
    text = " ".join(column for column in columns if column).casefold()
    return all(word in text for word in wanted.casefold().split())


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


def chip(chosen: Filter, passing: int, documents: int) -> str:
    """Return what stands at the question box: how many sources may answer; arguments as of :func:`limited`."""
    if chosen != ALL:
        count = words.SHELF_CHIP.format(passing=f"{passing:,}", documents=f"{documents:,}")
    elif documents > 1:
        count = words.SHELF_CHIP_ALL.format(documents=f"{documents:,}")
    else:
        count = words.SHELF_CHIP_ONE if documents else words.SHELF_CHIP_NONE
    return (
        f'<button type="button" class="ql-limit-chip" data-limited="{"no" if chosen == ALL else "yes"}" '
        f'title="{escape(limited(chosen, passing, documents))}">{icon("library")}<span>{count}</span></button>'
    )
