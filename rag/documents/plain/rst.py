"""reStructuredText, by docutils: what it shows, block by block, also where it is written for Sphinx."""

import re
from collections import defaultdict
from typing import Any, ClassVar

from rag.documents.common.decode import Unusable, decode
from rag.documents.common.parsed import Parsed
from rag.documents.common.raised import lowered, raised
from rag.documents.common.table import row_text

_DIRECTIVE = re.compile(r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:.+-]+?)::(?=\s|$)", re.MULTILINE)
_ROLE = re.compile(r":([A-Za-z][\w:.+-]*?):(?=`)|(?<=`):([A-Za-z][\w:.+-]*?):")
_TARGET = re.compile(r"(?s)\s*<[^<>]*>$")
_ELSEWHERE = re.compile(
    r"^[ \t]*\.\.[ \t]+(?:(?:include|literalinclude|raw)::"
    r"|csv-table::[^\n]*\n(?:[ \t]+:[^\n]*\n)*?[ \t]+:(?:file|url):)",
    re.MULTILINE,
)
"""Directives whose text stands in another file, or in another language."""
_SILENT = frozenset("literalinclude toctree index highlight currentmodule module default-domain tabularcolumns".split())
"""Directives of Sphinx whose content is no text of the page."""


def rst(data: bytes) -> Parsed:
    """Take the text of a file in reStructuredText; nothing that it names is included or fetched."""
    from docutils import core, nodes
    from docutils.utils import SystemMessage

    text = decode(data)
    _know(text)
    settings = {
        "file_insertion_enabled": False,
        "raw_enabled": False,
        "report_level": 5,
        "halt_level": 5,
        "warning_stream": False,
        "doctitle_xform": True,
        "docinfo_xform": True,
        "smart_quotes": False,
        "line_length_limit": 1 << 20,
        "_disable_config": True,
    }
    try:
        tree = core.publish_doctree(text, settings_overrides=settings)
    except (SystemMessage, RecursionError) as error:
        raise Unusable(f"not reStructuredText that can be read ({type(error).__name__})", "mend it") from error
    blocks: list[str] = []
    _walk(tree, nodes, blocks)
    info = {one.tagname: one.astext() for one in tree.findall(nodes.docinfo) for one in one.children}
    meta = {
        "title": tree.get("title") or next((one.astext() for one in tree.findall(nodes.title)), None),
        "author": info.get("author") or info.get("authors"),
        "published": info.get("date"),
    }
    lost = sum(1 for _ in _ELSEWHERE.finditer(text))
    what = "shows another file, or raw HTML or LaTeX, which is not read: put its text there"
    unread = [f"{lost} place{' ' if lost == 1 else 's '}{what}"] if lost else []
    return Parsed("\n\n".join(blocks), meta, unread=unread)


def _know(text: str) -> None:
    """Make the directives and roles that docutils lacks show their content; only those that the text has."""
    from docutils import nodes
    from docutils.parsers.rst import Directive, directives, roles
    from docutils.parsers.rst.languages import en

    class Shown(Directive):  # type: ignore[misc]
        """A directive of which nothing is known but that it may have words, options and content."""

        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec: ClassVar[dict[str, Any]] = defaultdict(lambda: str, {"class": str})

        def run(self) -> list[Any]:
            inner = nodes.container()
            if self.name.rpartition(":")[2] in _SILENT:
                return []
            if self.arguments:
                words, told = self.state.inline_text(self.arguments[0], self.lineno)
                inner += nodes.paragraph("", "", *words, *told)
            self.state.nested_parse(self.content, self.content_offset, inner)
            return [inner]

    def shown(_: str, raw: str, words: str, *__: Any, **___: Any) -> tuple[list[Any], list[Any]]:
        title = _TARGET.sub("", words) or words
        return [nodes.inline(raw, title.lstrip("~!"))], []

    for name in {found[1].lower() for found in _DIRECTIVE.finditer(text)}:
        if name not in en.directives and name not in directives._directives:  # noqa: SLF001 (there is no other way to ask)
            directives.register_directive(name, Shown)
    for name in {(found[1] or found[2]).lower() for found in _ROLE.finditer(text)}:
        if name not in en.roles and name not in roles._roles and name not in roles._role_registry:  # noqa: SLF001
            roles.register_local_role(name, shown)


def _walk(node: Any, nodes: Any, blocks: list[str]) -> None:
    """Add the blocks of text below a node, in order."""
    for child in node.children:
        if isinstance(
            child, nodes.comment | nodes.system_message | nodes.substitution_definition | nodes.target | nodes.label
        ):
            continue
        if isinstance(child, nodes.table):
            blocks += _rows(child, nodes)
        elif isinstance(child, nodes.field):
            blocks.append(f"{child[0].astext()}: {' '.join(child[1].astext().split())}")
        elif isinstance(child, nodes.line_block):
            blocks.append("\n".join(line.astext() for line in child.findall(nodes.line)))
        elif isinstance(child, nodes.TextElement):
            text = _inline(child, nodes).strip()
            if not isinstance(child, nodes.FixedTextElement):
                text = " ".join(text.split())
            if text:
                blocks.append(text)
        elif isinstance(child, nodes.image):
            blocks += [child["alt"]] if child.get("alt") and isinstance(node, nodes.figure | nodes.document) else []
        else:
            _walk(child, nodes, blocks)


def _inline(node: Any, nodes: Any) -> str:
    """Return the text of a block, powers and indices written as such."""
    parts: list[str] = []
    for child in node.children:
        if isinstance(child, nodes.superscript):
            parts.append(raised(child.astext(), "".join(parts)))
        elif isinstance(child, nodes.subscript):
            parts.append(lowered(child.astext(), "".join(parts)))
        elif isinstance(child, nodes.footnote_reference | nodes.citation_reference):
            parts = ["".join(parts).rstrip()]
        else:
            parts.append(_inline(child, nodes) if child.children else child.astext())
    return "".join(parts)


def _rows(table: Any, nodes: Any) -> list[str]:
    """Return a table's title and rows, each with the names of its columns."""
    rows = [[" ".join(cell.astext().split()) for cell in row.children] for row in table.findall(nodes.row)]
    heads = [row for head in table.findall(nodes.thead) for row in head.children]
    header = rows[len(heads) - 1] if heads else []
    titles = [one.astext() for one in table.children if isinstance(one, nodes.title)]
    return titles + [row_text(header, row) if header else " | ".join(row) for row in rows[len(heads) :]]
