"""Subtitles, SRT and WebVTT: what is said, in sentences, without the times of the lines."""

import re
from html import unescape

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
_TURN = ("- ", "– ", "— ", ">> ")
_END = re.compile(r"[.!?…。！？][\"”’'»)\]]*$")


def subtitles(data: bytes) -> Parsed:
    """Join the lines of subtitles into paragraphs, by speaker and pause; lines that roll up are said once."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    times = list(_TIMES.finditer(text))
    if not times:
        raise Unusable("no lines with times in it", "export the subtitles again as SRT or WebVTT")
    ends = [*(one.start() for one in times[1:]), len(text)]
    told: list[str] = []
    before: list[str] = []
    voice, last = "", 0.0
    for cue, end in zip(times, ends, strict=True):
        who, lines = _cue(text[cue.end() : end], is_last=end == len(text))
        pause = _seconds(cue[1]) - last > _PAUSE
        for line in (line for line in lines if line not in before):
            full = told and _END.search(told[-1]) and (pause or len(told[-1]) > _LONG)
            if not told or full or who != voice or line.startswith(_TURN):
                told.append(f"{who}: {line}" if who else line)
            else:
                told[-1] += f" {line}"
            voice, pause = who, False
        before, last = lines or before, _seconds(cue[2])
    if not told:
        raise Unusable("nothing is said in it", "export the subtitles again as SRT or WebVTT")
    return Parsed("\n\n".join(told))


def _cue(text: str, *, is_last: bool) -> tuple[str, list[str]]:
    """Return who speaks in a cue, if it says so, and its lines; an empty line or the number of the next one ends it."""
    body, *more = re.split(r"\n[ \t]*\n", text.removeprefix("\n"), maxsplit=1)
    if not more and not is_last:
        body = re.sub(r"\n\s*\d+\s*$", "", body)
    spoken = _VOICE.search(body)
    lines = (" ".join(unescape(_MARK.sub("", line)).split()) for line in body.split("\n"))
    return " ".join(unescape(spoken[1]).split()) if spoken else "", [line for line in lines if line]


def _seconds(clock: str) -> float:
    hours, minutes, seconds = ["0", *clock.replace(",", ".").split(":")][-3:]
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)
