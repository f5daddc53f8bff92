"""Office Open XML packages (DOCX, PPTX): their parts, how these are related, and what they say of themselves.

The Strict form of ISO 29500 differs in its namespaces alone, which become those of the Transitional form here.
"""

import io
import re
import zipfile
import zlib
from posixpath import dirname, join, normpath
from typing import Any, NamedTuple
from urllib.parse import unquote

from rag.documents.common.decode import Unusable
from rag.documents.office.spreadsheet import OLE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_TEMPLATES = ("2013-12-23T23:15", "2013-01-27T09:14", "2013-01-27T09:15")
"""When the templates of python-docx and python-pptx were made: every file that they write bears it, unless told."""
_UNREADABLE = (KeyError, RuntimeError, NotImplementedError, EOFError, OSError, zipfile.BadZipFile, zlib.error)


class Related(NamedTuple):
    """One relationship of a part: the last word of its type, and the part that it leads to."""

    kind: str
    target: str


class Package:
    """The parts of a package.

    Args:
        data: the whole file.
        what: the format's name, for errors.
    """

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        if data.startswith(OLE):
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise Unusable("encrypted with a password", "save it without a password")
            raise Unusable(
                "in a format of Office 97 under the name of a newer one", "save it again in the newer format"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _UNREADABLE as error:
            raise self._broken() from error
        self._names = {_plain(name): name for name in self._zip.namelist()}
        self._related: dict[str, dict[str, Related]] = {}

    def _broken(self) -> Unusable:
        return Unusable(f"not a whole {self._what}", "open it in the program that wrote it and save it again")

    def main(self, root: str) -> tuple[str, Any]:
        """Return the name and root element of the main part.

        Args:
            root: the tag that its root has to have.

        Raises:
            Unusable: there is none, or it is that of another format.
        """
        name = next((found.target for found in self.related("").values() if found.kind == "officeDocument"), "")
        element = self.part(name)
        if element is None:
            raise self._broken()
        if element.tag != root:
            raise Unusable(f"not a {self._what} but another kind of file", "give it the suffix of what it is")
        return name, element

    def data(self, name: str) -> bytes | None:
        """Return the bytes of a part, None where there is none that can be read."""
        try:
            return self._zip.read(self._names[_plain(name)])
        except _UNREADABLE:
            return None

    def picture(self, part: str, drawing: Any) -> bytes | None:
        """Return the first picture of a drawing in a part; None where it is not in the package."""
        for element in drawing.iter("{*}blip", "{*}imagedata"):
            found = self.related(part).get(element.get(f"{R}embed") or element.get(f"{R}id") or "")
            return None if found is None else self.data(found.target)
        return None

    def part(self, name: str) -> Any:
        """Return the root element of a part, None where there is none that can be read."""
        from lxml import etree

        data = self.data(name)
        if data is None:
            return None
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            data = re.sub(r"^\s*<\?xml[^>]*\?>", "", data.decode("utf-16", "replace")).encode()
        data = _STRICT.sub(rb"http://schemas.openxmlformats.org/\1/2006/", data)
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=True, remove_comments=True, remove_pis=True
        )
        try:
            return etree.fromstring(data, parser)
        except etree.XMLSyntaxError:
            return None

    def related(self, name: str) -> dict[str, Related]:
        """Return the relationships of a part by their ids, those that lead out of the package excepted."""
        if name in self._related:
            return self._related[name]
        folder, _, last = name.rpartition("/")
        root = self.part(f"{folder}/_rels/{last}.rels" if folder else f"_rels/{last}.rels")
        found = {}
        for element in () if root is None else root:
            if element.get("TargetMode") != "External" and element.get("Target"):
                target = normpath(join("/", dirname(name), unquote(element.get("Target"))))
                kind = element.get("Type", "").rpartition("/")[2]
                found[element.get("Id", "")] = Related(kind, target.lstrip("/"))
        self._related[name] = found
        return found

    def first(self, name: str, kind: str) -> tuple[str, Any]:
        """Return the name and root element of the first part of a kind that a part is related to; "", None if none."""
        for found in self.related(name).values():
            if found.kind == kind:
                return found.target, self.part(found.target)
        return "", None

    def properties(self) -> dict[str, str | None]:
        """Return what the package says of itself; ``created`` is when it was last saved, or made."""
        _, core = self.first("", "core-properties")
        values = {
            element.tag.rpartition("}")[2]: (element.text or "").strip()
            for element in (() if core is None else core)
            if isinstance(element.tag, str)
        }
        dates = [values[key] for key in ("created", "modified") if values.get(key)]
        dates = [date for date in dates if not date.startswith(_TEMPLATES)]
        return {
            "title": values.get("title"),
            "author": values.get("creator") if values.get("creator") != "python-docx" else None,
            "language": values.get("language"),
            "created": max(dates, default=None),
        }


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def chosen(alternate: Any) -> list[Any]:
    """Return the elements of the first choice that ``mc:AlternateContent`` offers, of its fallback if there is none."""
    for name in ("Choice", "Fallback"):
        for branch in alternate.iterchildren(f"{MC}{name}"):
            if len(branch):
                return list(branch)
    return []


def is_on(element: Any) -> bool:
    """Tell whether a property that is on or off is on: it stands there, and does not say otherwise."""
    return element is not None and element.get(f"{W}val", "true") not in ("0", "false", "off", "none")


def diagram(root: Any) -> list[str]:
    """Return the texts of a diagram (SmartArt), given the root element of its data part."""
    paragraphs = [
        paragraph
        for point in (() if root is None else root.iter("{*}pt"))
        if point.get("type", "node") in ("node", "asst", "doc")
        for paragraph in point.iter(f"{A}p")
    ]
    texts = ("".join(run.text or "" for run in paragraph.iter(f"{A}t")).strip() for paragraph in paragraphs)
    return [text for text in texts if text]
