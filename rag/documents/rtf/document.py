"""RTF: its text as a word processor shows it.

No library does: those for Python drop notes and headers and keep what is hidden or struck out. The format is simple:
groups in braces, control words, bytes in a code page that the font names.
"""

import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from rag.documents.common.decode import Unusable
from rag.documents.common.left import Left
from rag.documents.common.parsed import Parsed
from rag.documents.common.symbols import is_pictorial, sign
from rag.documents.rtf.story import Look, Plan, Story
from rag.documents.rtf.words import (
    BESIDE,
    CHARS,
    CHARSETS,
    DESTINATIONS,
    GATHERED,
    KEPT,
    MARGINS,
    SETS,
    SIGNS,
    SKIPPED,
    TOKEN,
)

_LARGE = 150 * (1440 / 2.54) ** 2
"""Square twips (150 cm²): a larger picture may be a page that was scanned."""


@dataclass(slots=True)
class _Group:
    """What holds in a group."""

    look: Look
    story: Story
    skipped: bool = False
    gathers: str = ""
    """The destination whose plain text is gathered, for what the file says of itself."""
    fallback: int = 1
    """How many characters stand for one that is given by its Unicode number."""
    opened: str = ""
    """The destination that this group opened."""
    starred: bool = False
    plan: Plan | None = None
    """What was said of the outer row, where this group speaks of one of a table within."""
    sizes: list[int] = field(default_factory=list)


def rtf(data: bytes) -> Parsed:
    """Take the text that is shown, its notes, headers and footers."""
    if not data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{\\rtf"):
        raise Unusable("not RTF", "give it the suffix of what it is")
    return _Reader(data.decode("latin-1")).parsed()


class _Reader:
    """Reads one file, token by token."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._left = Left()
        self._body = Story(self._left)
        self._groups = [_Group(Look(), self._body)]
        self._page = "cp1252"
        self._fonts: dict[str, tuple[str, str]] = {}  # by number: name, encoding ("" where it says none)
        self._font = ["0", ""]  # the entry of the font table that is being read: its number, its encoding
        self._default = "0"
        self._bytes = bytearray()
        self._units = ""
        self._skip = 0
        self.plan = Plan()
        self._gathered: dict[str, str] = {}
        self._dates: dict[str, dict[str, int]] = {}
        self._margins: dict[str, None] = {}
        self._endnotes: list[str] = []
        self._numbers: Counter[str] = Counter()
        self.is_endnote = self.is_numbered = False

    def parsed(self) -> Parsed:
        """Return what was found."""
        at, depth = 0, 0
        while (found := TOKEN.match(self._text, at)) is not None:
            at = found.end()
            if brace := found["brace"]:
                self._flush()
                depth += 1 if brace == "{" else -1
                self._open() if brace == "{" else self._close()
                if depth <= 0:
                    break
            elif found["word"] == "bin":
                at += max(int(found["number"] or 0), 0)
            else:
                self._token(found)
        self._flush()
        while len(self._groups) > 1:
            self._close()
        if depth > 0:
            self._left.cut_short()
        blocks = [*self._body.end(), *self._endnotes, *self._margins]
        dates = ["{yr:04}-{mo:02}-{dy:02}".format(**date) for date in self._dates.values() if len(date) == 3]
        about = {name: self._gathered.get(name, "").strip() or None for name in ("title", "author")}
        return self._left.parsed(blocks, about | {"created": max(dates, default=None)})

    def _open(self) -> None:
        outer = self._groups[-1]
        self._groups.append(replace(outer, look=replace(outer.look), opened="", starred=False, plan=None, sizes=[]))
        self._skip = 0

    def _close(self) -> None:
        if len(self._groups) == 1:
            return
        group = self._groups.pop()
        self._skip = 0
        self.plan = group.plan or self.plan
        outer = self._groups[-1]
        if group.opened in MARGINS:
            self._margins |= dict.fromkeys(f"{MARGINS[group.opened]}: {block}" for block in group.story.end())
        elif group.opened == "footnote":
            text = " ".join(group.story.end())
            kind = "Endnote" if self.is_endnote else "Footnote"
            if text:
                self._numbers[kind] += int(self.is_numbered)
                named = f"{kind} {self._numbers[kind]}: {text}" if self.is_numbered else f"{kind}: {text}"
                self._endnotes.append(named) if self.is_endnote else outer.story.beside([named])
        elif group.opened in BESIDE:
            outer.story.beside(group.story.end())
        elif group.opened == "pict" and len(group.sizes) == 2:
            self._left.count("picture", int(group.sizes[0] * group.sizes[1] > _LARGE))
        elif group.opened in ("listtext", "pntext") and not group.skipped:
            label = self._gathered.pop(group.opened, "").strip()
            group.story.label = label if any(map(str.isalnum, label)) else ""
        elif group.opened == "fldinst":
            code = self._gathered.pop("fldinst", "")
            outer.story.pages |= bool(re.search(r"\b(?:PAGE|NUMPAGES|SECTIONPAGES)\b", code, re.IGNORECASE))

    def _token(self, found: re.Match[str]) -> None:
        group = self._groups[-1]
        if self._skip and not found["word"]:
            self._skipped(found)
            return
        if found["byte"]:
            self._bytes.append(int(found["byte"], 16))
        elif found["text"]:
            self._bytes += found["text"].encode("latin-1")
        elif found["word"]:
            self._skip = 0
            number = int(found["number"]) if found["number"] else None
            if found["word"] == "u" and number is not None:
                self._flush(units=False)
                self._units += chr(number & 0xFFFF)
                self._skip = group.fallback
                return
            self._flush()
            self._word(found["word"], number, group)
        elif found["sign"]:
            self._flush()
            if found["sign"] == "*":
                group.starred = True
            elif found["sign"] in "\r\n":
                self._word("par", None, group)
            else:
                self._add(SIGNS.get(found["sign"], ""))

    def _skipped(self, found: re.Match[str]) -> None:
        """Pass over what stands for a character that was given by its number."""
        if found["text"]:
            rest = found["text"][self._skip :]
            self._skip = max(self._skip - len(found["text"]), 0)
            self._bytes += rest.encode("latin-1")
        elif found["byte"] or found["sign"]:
            self._skip -= 1

    def _flush(self, *, units: bool = True) -> None:
        """Decode what was gathered as bytes, or as numbers of UTF-16, and add it as text."""
        if self._bytes:
            data, self._bytes = bytes(self._bytes), bytearray()
            self._flush()
            font, encoding = self._fonts.get(self._groups[-1].look.font, ("", ""))
            if is_pictorial(font):
                self._add("".join(sign(font, byte) for byte in data), font="")
            else:
                self._add(self._decoded(data, encoding or self._page))
        if units and self._units:
            text = self._units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
            self._units = ""
            self._add(text)

    def _decoded(self, data: bytes, encoding: str) -> str:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            self._left.count("undecoded", int(not self._groups[-1].skipped))
            return data.decode(_known(encoding) or "cp1252", "replace")

    def _add(self, text: str, font: str | None = None) -> None:
        group = self._groups[-1]
        if group.skipped or not text:
            return
        if group.gathers == "fonttbl":
            if text.strip(" ;"):
                self._fonts[self._font[0]] = text.split(";")[0].strip(), self._font[1]
        elif group.gathers:
            self._gathered[group.gathers] = self._gathered.get(group.gathers, "") + text
        else:
            name = self._fonts.get(group.look.font, ("", ""))[0] if font is None else font
            group.story.add(text, replace(group.look, font=name))

    def _word(self, word: str, number: int | None, group: _Group) -> None:
        known = word in KEPT or word in DESTINATIONS
        if word in SKIPPED or (group.starred and not group.opened and not known):
            group.opened, group.skipped = word, True
        elif known:
            self._destination(word, group)
        elif not group.skipped or group.opened == "pict":
            self._control(word, number, group)

    def _destination(self, word: str, group: _Group) -> None:
        outer, group.opened = group.opened, word
        if word == "ud" and self._groups[-2].opened == "upr":
            group.skipped = False
        if group.skipped:
            return
        if word in BESIDE or word in MARGINS:
            group.story, group.look, group.gathers = Story(self._left), Look(font=self._default), ""
            if word == "footnote":
                self.is_endnote = self.is_numbered = False
        elif word in GATHERED:
            group.gathers = word
        elif word in ("pict", "info", "upr", "do", "shpinst"):
            group.skipped = word in ("pict", "upr")
            group.gathers = "info" if word == "info" else group.gathers
        elif word in ("annotation", "object"):
            self._left.count("comment" if word == "annotation" else "object")
            group.skipped = word == "annotation"
        elif word == "nesttableprops":
            group.plan = self.plan
        elif word in ("creatim", "revtim"):
            self._dates[word] = {}
            group.gathers = word
        else:
            group.opened = outer or word

    def _control(self, word: str, number: int | None, group: _Group) -> None:
        if word in CHARS:
            self._add(CHARS[word])
        elif word == "plain":
            group.look = group.look.bare(self._default)
        elif group.look.changes(word, number):
            pass
        elif word == "uc":
            group.fallback = max(number or 0, 0)
        elif word in ("yr", "mo", "dy") and group.gathers in self._dates:
            self._dates[group.gathers][word] = number or 0
        elif word in ("picwgoal", "pichgoal"):
            group.sizes.append(number or 0)
        elif word in _ACTS and not group.gathers:
            _ACTS[word](self, group, number)
        else:
            self._encoding(word, number, group)

    def _encoding(self, word: str, number: int | None, group: _Group) -> None:
        """Act on what says which font and which encoding the text is in."""
        if word == "f":
            group.look.font = self._font[0] = str(number or 0)
            self._font[1] = ""
        elif word in ("fcharset", "cpg"):
            self._font[1] = CHARSETS.get(number or 0, "") if word == "fcharset" else f"cp{number}"
        elif word == "ansicpg" and number:
            self._page = _known(f"cp{number}") or self._page
        elif word in SETS:
            self._page = SETS[word]
        elif word == "deff":
            self._default = group.look.font = str(number or 0)


_ACTS: dict[str, Callable[[_Reader, _Group, int | None], Any]] = {
    "par": lambda _, group, __: group.story.paragraph(group.look.level),
    "sect": lambda _, group, __: group.story.paragraph(group.look.level),
    "cell": lambda _, group, __: group.story.cell(1),
    "nestcell": lambda _, group, __: group.story.cell(max(group.look.level, 2)),
    "row": lambda reader, group, _: group.story.row(1, reader.plan),
    "nestrow": lambda reader, group, _: group.story.row(max(group.look.level, 2), reader.plan),
    "trowd": lambda reader, _, __: setattr(reader, "plan", Plan()),
    "trhdr": lambda reader, _, __: setattr(reader.plan, "header", True),
    "clvmrg": lambda reader, _, __: setattr(reader.plan, "above", True),
    "clmrg": lambda reader, _, __: setattr(reader.plan, "before", True),
    "cellx": lambda reader, _, number: reader.plan.cell(number or 0),
    "chpgn": lambda _, group, __: setattr(group.story, "pages", True),
    "ftnalt": lambda reader, _, __: setattr(reader, "is_endnote", True),
    "chftn": lambda reader, _, __: setattr(reader, "is_numbered", True),
}
"""What ends paragraphs, cells and rows, and what is said of them."""


def _known(encoding: str) -> str:
    with suppress(LookupError):
        b"".decode(encoding)
        return encoding
    return ""
