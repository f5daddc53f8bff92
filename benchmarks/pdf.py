"""What libraries make of one PDF: order of columns, sentences over pages, tables, time and memory.

    python benchmarks/pdf.py

Draws its own pages with reportlab and reads them with each library that is installed, a process each: pypdf,
pdfplumber, pypdfium2, docling-parse and this project's own reading of PDFium's letters. What is looked for are whole
sentences, and rows of tables whose cells stand together. The table that it prints is the one in docs/pdf.md. All
of them:

    pip install pypdf pdfplumber pypdfium2 docling-parse reportlab
"""

import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PAGES = 100
"""Of the long file that the time is taken from."""
LEFT = """The council of Ystad voted on Tuesday to
close the old swimming bath at the end of
the year. The mayor, Eva Holm, said that
the building leaks and that its boiler is no
longer safe. A new bath would cost 38 mil-
lion crowns and could open in 2029 at the
earliest, she added.""".split("\n")
RIGHT = """Swimmers protested in front of the town
hall. Their speaker, Nils Ek, called the
decision short-sighted and handed over
a list of 4,200 names. The club has used
the bath since 1931, and its young swim-
mers train there every day but Sunday.
The opposition wants a referendum.""".split("\n")
SENTENCES = [
    "The council of Ystad voted on Tuesday to close the old swimming bath at the end of the year.",
    "The mayor, Eva Holm, said that the building leaks and that its boiler is no longer safe.",
    "A new bath would cost 38 million crowns and could open in 2029 at the earliest, she added.",
    "Swimmers protested in front of the town hall.",
    "Their speaker, Nils Ek, called the decision short-sighted and handed over a list of 4,200 names.",
    "The club has used the bath since 1931, and its young swimmers train there every day but Sunday.",
]
OVER_PAGES = [
    "It concluded that the operator of the ferry had ignored three written warnings from its own captains.",
    "It asks for a fine of 2.4 million euros, and the ministry agrees to it.",
]
ROWS = [
    ["Country", "2022", "2023", "2024"],
    ["Norland", "4.1", "", "3.2"],
    ["Sudland", "7.8", "8.4", "9.1"],
    ["Ostland", "5.0", "5.2", "5.5"],
]
Item = tuple[float, float, str]


def lines(text: Sequence[str], x: float) -> list[Item]:
    return [(x, 760 - 12 * n, line) for n, line in enumerate(text)]


def table(*, by_column: bool = False) -> list[Item]:
    places = [(n, m) for n in range(4) for m in range(4)]
    if by_column:
        places.sort(key=lambda place: place[1])
    return [(60 + 110 * m, 700 - 18 * n, ROWS[n][m]) for n, m in places]


def report() -> list[list[Item]]:
    texts = [
        [
            "The commission met five times in the spring.",
            "It concluded that the operator of the ferry had ignored three",
        ],
        ["written warnings from its own captains.", "It asks for a fine of 2.4 million euros, and the min-"],
        ["istry agrees to it."],
    ]
    return [
        [(50, 810, "CONFIDENTIAL - Harbour Commission"), (270, 40, f"Page {number} of 3"), *lines(text, 50)]
        for number, text in enumerate(texts, start=1)
    ]


BY_COLUMN = [*lines(LEFT, 50), *lines(RIGHT, 320)]
BY_ROW = [item for pair in zip(lines(LEFT, 50), lines(RIGHT, 320), strict=True) for item in pair]
FILES: dict[str, tuple[list[list[Item]], bool]] = {
    "columns": ([BY_COLUMN], False),
    "columns by row": ([BY_ROW], False),
    "over pages": (report(), False),
    "table": ([table()], False),
    "table by column": ([table(by_column=True)], False),
    "ruled table": ([table()], True),
    "long": ([BY_ROW] * PAGES, False),
}
"""The pages of each file, and whether lines rule them."""


def draw(path: Path, pages: Sequence[Sequence[Item]], *, ruled: bool) -> None:
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842))
    for page in pages:
        canvas.setFont("Helvetica", 10)
        for item in page:
            canvas.drawString(*item)
        for n in range(5) if ruled else ():
            canvas.line(55, 712 - 18 * n, 495, 712 - 18 * n)
            canvas.line(55 + 110 * n, 712, 55 + 110 * n, 640)
        canvas.showPage()
    canvas.save()


def by_pypdf(data: bytes) -> str:
    from pypdf import PdfReader

    return "\n\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)


def by_pdfplumber(data: bytes) -> str:
    import pdfplumber

    found = []
    with pdfplumber.open(io.BytesIO(data)) as document:
        for page in document.pages:
            found.append(page.extract_text())
            found += [" ".join(cell or "" for cell in row) for each in page.extract_tables() for row in each]
    return "\n\n".join(found)


def by_pypdfium2(data: bytes) -> str:
    import pypdfium2

    return "\n\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(data))


def by_docling(data: bytes) -> str:
    from docling_parse.pdf_parser import DoclingPdfParser

    document = DoclingPdfParser().load(io.BytesIO(data))
    return "\n\n".join("\n".join(cell.text for cell in page.textline_cells) for _, page in document.iterate_pages())


def by_us(data: bytes) -> str:
    from rag.documents.pdf.pages import pdf

    return pdf(data).text


TOOLS: dict[str, tuple[Callable[[bytes], str], tuple[str, ...]]] = {
    "pypdf": (by_pypdf, ("pypdf",)),
    "pdfplumber": (by_pdfplumber, ("pdfplumber", "pdfminer.six", "pypdfium2", "pillow")),
    "pypdfium2": (by_pypdfium2, ("pypdfium2",)),
    "docling-parse": (by_docling, ("docling-parse", "docling-core", "pandas", "pillow")),
    "quoteline": (by_us, ("pypdfium2",)),
}
"""Each with what it installs that this project has no other use for."""


def flat(text: str) -> str:
    return " ".join(text.split())


def counted(text: str, wanted: Sequence[str]) -> str:
    plain = flat(text)
    return f"{sum(each in plain for each in wanted)} of {len(wanted)}"


def rows_found(text: str, *, named: bool) -> str:
    """Count the rows whose cells stand together, or stand there with the name of their column."""
    found = 0
    for row in ROWS[1:]:
        cells = [(name, cell) for name, cell in zip(ROWS[0], row, strict=True) if cell]
        values = " ".join(cell for _, cell in cells)
        full = "; ".join(f"{name}: {cell}" for name, cell in cells)
        paragraphs = [flat(part) for part in text.split("\n\n" if named else "\n")]
        found += any(part == full or (not named and part == values) for part in paragraphs)
    return f"{found} of {len(ROWS) - 1}"


def megabytes(packages: Sequence[str]) -> str:
    size = 0
    for package in packages:
        try:
            files = distribution(package).files or []
        except PackageNotFoundError:
            return "-"
        size += sum(path.stat().st_size for file in files if (path := Path(str(file.locate()))).is_file())
    return f"{size / 2**20:.0f} MB"


def measured(tool: str, folder: Path) -> list[str]:
    """Return a tool's row, in this process."""
    read, packages = TOOLS[tool]
    texts: dict[str, str] = {}
    for name in FILES:
        began = time.process_time()
        texts[name] = read((folder / f"{name}.pdf").read_bytes())
        spent = time.process_time() - began  # of the last, the long one
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        counted(texts["columns"], SENTENCES),
        counted(texts["columns by row"], SENTENCES),
        counted(texts["over pages"], OVER_PAGES),
        rows_found(texts["table"], named=False),
        rows_found(texts["table by column"], named=False),
        rows_found(texts["ruled table"], named=True),
        f"{1000 * spent / PAGES:.0f} ms",
        f"{memory:.0f} MB",
        megabytes(packages),
    ]


def main() -> None:
    """Print the table, or with a tool and a folder that tool's row."""
    if len(sys.argv) > 1:
        print("\t".join(measured(sys.argv[1], Path(sys.argv[2]))))
        return
    heads = [
        "columns",
        "drawn by row",
        "over pages",
        "table rows",
        "drawn by column",
        "with names",
        "a page",
        "memory",
        "size",
    ]
    print(f"| | {' | '.join(heads)} |\n|{' --- |' * (len(heads) + 1)}")
    with TemporaryDirectory() as folder:
        for name, (pages, ruled) in FILES.items():
            draw(Path(folder, f"{name}.pdf"), pages, ruled=ruled)
        for tool in TOOLS:
            command = [sys.executable, __file__, tool, folder]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            shown: Any = done.stdout.strip().split("\t") if done.returncode == 0 else ["not installed"]
            print(f"| {tool} | {' | '.join(shown)} |")


if __name__ == "__main__":
    main()
