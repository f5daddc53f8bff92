"""The HTML of the library: what is done in the background, and what limits the chat."""

from rag.index.store import Listing
from rag.schema import ALL, Filter
from rag.web import words
from rag.web.library import Entry, Job
from rag.web.template import html

_NAMED = 3


def is_like(entry: Entry | Listing, wanted: str, *more: str) -> bool:
    """Tell whether each of some words stands in what is told of a source, or in ``more``."""
    columns = (entry.source, entry.title, entry.publisher, entry.published, *more)
    text = " ".join(column for column in columns if column).casefold()
    return all(word in text for word in wanted.casefold().split())


def progress(job: Job) -> str:
    """Return what is done in the background, or how it ended; nothing if nothing was done yet."""
    if job.stage:
        return html("listing", "running", job, stage(job))
    if job.error:
        form = words.FAILED_FIRST if job.first else words.FAILED
        return html("listing", "ended", job, form.format(error=job.error), job.left_out)
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
    return html("listing", "ended", job, told, job.left_out)


def stage(job: Job) -> str:
    """Return what is done in the background, in words; nothing if nothing is."""
    return words.STAGES[job.stage].format(done=f"{job.done:,}", total=f"{job.total:,}") if job.stage else ""


def failed(error: str) -> str:
    """Return an error."""
    return html("listing", "failed", error)


def told(text: str) -> str:
    """Return what was done."""
    return html("listing", "done", text)


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
    return html("listing", "chip", count, limited(chosen, passing, documents), chosen != ALL)
