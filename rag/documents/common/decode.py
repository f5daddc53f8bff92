"""Bytes become text, and no character is lost or becomes another in silence."""

import codecs
import re
from contextlib import suppress


class Unusable(ValueError):
    """A file that cannot be read, why, and what would help."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


_REMEDY = "save it as UTF-8"
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it starts with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What browsers read under these names, and those write who use them."""
_ASCII_ALONE = ("iso2022", "hz", "utf-7")
"""Starts of the names of encodings whose bytes are always valid UTF-8."""
_FEW = 4
"""So few letters may be valid UTF-8 by chance, in an encoding of two bytes a letter."""

_CANDIDATES = """
    cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp437 cp850 cp852 cp866 cp874 cp932 cp949 big5hkscs
    euc_jis_2004 gb18030 iso2022_jp_2 iso8859-2 iso8859-5 iso8859-7 koi8-r koi8-u mac-roman
""".split()
"""Encodings that texts are still met in; rarer ones look alike and would only be taken for them."""
_LEAST = 0.17
"""A detector is sure of the best candidate from this score on."""
_WESTERN = 1.25
"""Windows-1252 is believed until another one's score is that many times its own,"""
_ICELANDIC = set("ÐðÞþÝý")
"""or any better with these letters, which one language has, and whose bytes are common letters of others."""

_LETTER = r"[^\W\d_]"
_HIGH = "À-ÖØ-öø-ÿŒœŠšŽžŸƒ"
_CAPITAL = "À-ÖØ-ÞŒŠŽŸ"
_ODD = re.compile(
    rf"[{_HIGH}]{{3}}|(?<!{_LETTER})[{_HIGH}]{{2,}}(?!{_LETTER})"  # letters beyond ASCII in a row, or a word of them
    rf"|(?<=[a-zß-öø-ÿœšž])[{_CAPITAL}]|(?<!{_LETTER})[a-z][{_CAPITAL}]|[{_CAPITAL}][A-Z][a-z]"  # capitals in a word
    rf"|(?<!\w)[ÂÃÇÊÎÏÐÑÒÔÕÙÚÛÜÝÞŒŠŽŸƒ](?!\w)|[{_HIGH}]\d"  # letters that are no word, or stand before a number
    rf"|(?<={_LETTER})[‚„†‡ˆ‰‹›“”•˜¡¢£¤¥¦§¨©¬¯°±²³¶¸¹¼½¾¿×÷«»ªº](?={_LETTER})"  # signs within a word,
    rf"|(?<={_LETTER})[£¡¿‹«„](?!\w)|(?<!\w)[‰›»¹²³](?={_LETTER})"  # at its end, or at its start
    rf"|[\x80-\x9f\xad]|[¢¤¥¦¨¬¯´¶¸¹¼¾]{{2}}|[¢¤¥¦¨¬¯´¶¸¹¼¾][{_HIGH}][¢¤¥¦¨¬¯°´¶¸¹¼¾]"  # signs in a row
)
"""What texts in a Western language have not, and those in another encoding have when they are read as Windows-1252."""
_FOREIGN = re.compile("[\u0370-\u1fff\u3040-\ud7ff]")
_LATIN = re.compile("[A-Za-z]")
"""Letters of other scripts are no few signs in a text of Latin letters."""
_NO_WORD = re.compile(
    "[A-Za-zÀ-ÿ][\u0370-\u07ff]|[\u0370-\u07ff][A-Za-zÀ-ÿ]|[\x80-\x9f]|[а-я][А-ЯЁ]|€[а-я]"
    rf"|(?<={_LETTER})[\xa0-\xa9\xab-\xac\xae-\xb4\xb6\xb8-\xb9\xbb-\xbf\u2500-\u259f×÷](?={_LETTER})"
)
"""What a text in no language has: Latin letters beside Greek, Cyrillic, Hebrew or Arabic ones, controls, signs in
words, capitals behind small letters."""


def decode(data: bytes) -> str:
    """Return text from bytes: by byte order mark, as UTF-8 or UTF-16, or as a detector is sure of.

    Raises:
        Unusable: none of these: a character would be lost, or become another.
    """
    for mark, name in _MARKS.items():
        if data.startswith(mark):
            return decode_as(data, name)
    if b"\0" in data and (text := _wide(data)) is not None:
        return text
    if b"\x1b$" in data and (text := _escaped(data)) is not None:
        return text
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        return _detected(data, error.start)


def decode_labelled(data: bytes, label: str | None) -> str:
    """Return text from bytes that a file, or a part of one, says an encoding of: that of the bytes comes first.

    Args:
        data: the bytes.
        label: the name of an encoding, which may be wrong, unknown or missing.

    Raises:
        Unusable: as :func:`decode` does.
    """
    if data.startswith(tuple(_MARKS)):
        return decode(data)
    try:
        name = codecs.lookup((label or "").strip("\"' ")).name
        text = decode_as(data, name)
    except (LookupError, ValueError):  # of which Unusable is one, as is a name with a NUL
        return decode(data)
    if name.startswith(("utf-16", "utf-32")):  # without a mark these say so that were saved anew
        return decode(data)
    if not name.startswith(_ASCII_ALONE):
        with suppress(UnicodeDecodeError):
            utf8 = data.decode()
            few = sum(char > "\x7f" for char in utf8) < _FEW and max(utf8, default="") < "\u0800"
            return text if few and len(text) < len(data) else utf8
        if _WIDER.get(name) == "cp1252" and not _is_western(text):
            with suppress(Unusable):
                return decode(data)
    return text


def decode_as(data: bytes, encoding: str) -> str:
    """Return text in a named encoding.

    Raises:
        Unusable: it is not in that encoding.
        LookupError: there is no such encoding.
    """
    name = codecs.lookup(encoding).name
    try:
        return data.decode(_WIDER.get(name, name))
    except UnicodeError as error:
        raise Unusable(f"not the {encoding} that it says", _REMEDY) from error


def _escaped(data: bytes) -> str | None:
    """Return text of seven bits that changes its alphabet by escape sequences, as old Japanese and Korean mails do."""
    for name in ("iso2022_kr", "iso2022_jp_2"):
        with suppress(UnicodeDecodeError):
            return data.decode(name)
    return None


def _wide(data: bytes) -> str | None:
    """Return text in UTF-16 or UTF-32 without a mark, in the byte order that gives most common characters."""
    found: dict[str, int] = {}
    for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        common = sum(" " <= char < "\x7f" or char in "\n\r\t" or "\u3000" <= char < "\u3020" for char in text)
        if common and all(char.isprintable() or char.isspace() for char in text):
            found[text] = common
    return max(found, key=lambda text: found[text], default=None)


def _detected(data: bytes, start: int) -> str:
    """Return text in an encoding of one or two bytes a character."""
    unsure = Unusable(f"not UTF-8 (byte {start}), and no other encoding is certain", _REMEDY)
    broken = data.decode("utf-8", "replace")
    if sum(char > "\x7f" for char in broken) > 2 * broken.count("\ufffd"):
        raise Unusable(f"UTF-8 with bytes that are not (the first is byte {start})", _REMEDY)
    if b"\0" in data:
        raise unsure
    scores = _scores(data)
    best, score = max(scores.items(), key=lambda item: item[1], default=("", 0.0))
    with suppress(UnicodeDecodeError):
        western = data.decode("cp1252")
        own = scores.get(western, 0.0) * (1 if _ICELANDIC & set(western) else _WESTERN)
        mostly_latin = len(_LATIN.findall(western)) >= 2 * sum(char > "\x7f" for char in western)
        if (best == western or score <= own or (mostly_latin and _FOREIGN.search(best))) and _is_western(western):
            return western
    if score < _LEAST:
        raise unsure
    return best


def _is_western(text: str) -> bool:
    """Tell whether a text looks like one of a Western language; in many letters a few odd ones may be meant."""
    return 50 * sum(1 for _ in _ODD.finditer(text)) <= sum(char > "\x7f" for char in text)


def _scores(data: bytes) -> dict[str, float]:
    """Return the texts that a detector thinks possible, with its score; encodings that give the same text are one."""
    import chardet

    scores: dict[str, float] = {}
    for found in chardet.detect_all(data, ignore_threshold=True, compat_names=False, include_encodings=_CANDIDATES):
        try:
            text = data.decode(str(found["encoding"]))
        except UnicodeDecodeError:
            continue
        if 100 * sum(1 for _ in _NO_WORD.finditer(text)) <= sum(char > "\x7f" for char in text):
            scores[text] = max(scores.get(text, 0.0), found["confidence"])
    return scores
