"""Subtitles, SRT and WebVTT: what is said, in sentences; the times of the lines stand beside the text, not in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import unescape
from typing import NamedTuple

from rag.documents.common.decode import Unusable, decode
from rag.documents.common.parsed import Parsed

_CLOCK = r"(?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMES = re.compile(rf"^[ \t]*({_CLOCK})[ \t]*-->[ \t]*({_CLOCK}).*$", re.MULTILINE)
_VOICE = re.compile(r"<v(?:\.[^\s>]+)*\s+([^>]*)>")
_MARK = re.compile(r"</?[^<>]*>|\{\\[^{}]*\}")
_PAUSE = 3.0
"""Seconds without a word, after which a paragraph ends, if a sentence does."""
_LONG = 600
"""Characters, from which on a paragraph ends with the next sentence."""
_LONGEST = 900
"""Characters, from which on it ends with the cue, if pauses end none."""
_TURN = ("- ", "– ", "— ", ">> ")
_END = re.compile(r"[.!?…。！？][\"”’'»)\]]*$")


class Cue(NamedTuple):
    """What is said at a time, by one."""

    start: float
    """In seconds."""
    end: float
    lines: list[str]
    who: str = ""
    """Who says it, where that is told."""


@dataclass(slots=True)
class Paragraph:
    """What is said in one go."""

    lines: list[str] = field(default_factory=list)
    """Its text, with a space between them."""
    times: list[tuple[int, float]] = field(default_factory=list)
    """Where each of them starts in the text, and the second at which its cue does."""
    size: int = 0
    """Characters of the text."""

    @property
    def text(self) -> str:
        """The lines as one."""
        return " ".join(self.lines)

    def add(self, line: str, second: float) -> None:
        """Go on with a line that is said from a second on."""
        start = self.size + 1 if self.lines else 0
        self.lines.append(line)
        self.times.append((start, second))
        self.size = start + len(line)


def subtitles(data: bytes) -> Parsed:
    """Join the lines of subtitles into paragraphs, by speaker and pause; lines that roll up are said once."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    times = list(_TIMES.finditer(text))
    if not times:
        raise Unusable("no lines with times in it", "export the subtitles again as SRT or WebVTT")
    ends = [*(one.start() for one in times[1:]), len(text)]
    told = paragraphs(
        _cue(one, text[one.end() : end], is_last=end == len(text)) for one, end in zip(times, ends, strict=True)
    )
    if not told:
        raise Unusable("nothing is said in it", "export the subtitles again as SRT or WebVTT")
    return joined(told)


def paragraphs(cues: Iterable[Cue], *, by_pause: bool = True) -> list[Paragraph]:
    """Join cues into paragraphs; lines that roll up are said once.

    Args:
        cues: in the order of their times.
        by_pause: whether a pause ends a paragraph; otherwise its length alone does.
    """
    told: list[Paragraph] = []
    before: list[str] = []
    voice, last = "", 0.0
    for cue in cues:
        pause = by_pause and cue.start - last > _PAUSE
        for line in (line for line in cue.lines if line not in before):
            if (
                not told
                or cue.who != voice
                or line.startswith(_TURN)
                or _is_full(told[-1], pause=pause, by_pause=by_pause)
            ):
                told.append(Paragraph())
                line = f"{cue.who}: {line}" if cue.who else line
            told[-1].add(line, cue.start)
            voice, pause = cue.who, False
        before, last = cue.lines or before, cue.end
    return told


def _is_full(paragraph: Paragraph, *, pause: bool, by_pause: bool) -> bool:
    """Tell whether a paragraph ends where it is: at a sentence's end, and without pauses at a length."""
    if _END.search(paragraph.lines[-1]):
        return pause or paragraph.size > _LONG
    return not by_pause and paragraph.size > _LONGEST


def joined(told: Iterable[Paragraph]) -> Parsed:
    """Return paragraphs as a text, a blank line between them, with the times of their cues."""
    texts: list[str] = []
    times: list[tuple[int, float]] = []
    start = 0
    for paragraph in told:
        texts.append(paragraph.text)
        times += [(start + at, second) for at, second in paragraph.times]
        start += paragraph.size + len("\n\n")
    return Parsed("\n\n".join(texts), times=times)


def _cue(times: re.Match[str], text: str, *, is_last: bool) -> Cue:
    """Return a cue by the line of its times and what is below; an empty line or the number of the next one ends it."""
    body, *more = re.split(r"\n[ \t]*\n", text.removeprefix("\n"), maxsplit=1)
    if not more and not is_last:
        body = re.sub(r"\n\s*\d+\s*$", "", body)
    spoken = _VOICE.search(body)
    lines = (" ".join(unescape(_MARK.sub("", line)).split()) for line in body.split("\n"))
    who = " ".join(unescape(spoken[1]).split()) if spoken else ""
    return Cue(_seconds(times[1]), _seconds(times[2]), [line for line in lines if line], who)


def _seconds(clock: str) -> float:
    hours, minutes, seconds = ["0", *clock.replace(",", ".").split(":")][-3:]
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
