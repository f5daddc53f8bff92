"""Every format from a file that the test makes, and every way a file can be bad."""

import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pypdf
import pytest
from reportlab.pdfgen.canvas import Canvas

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.plain.book import epub
from rag.documents.sandbox import Sandbox
from rag.schema import Document, Skipped
from tests.unit.test_word import word


def of(tmp_path: Path, name: str, content: bytes, **settings: int) -> "Document | Skipped":
    """Read one file and return what became of it."""
    (tmp_path / name).write_bytes(content)
    found = load.read_folder(Config(sources=str(tmp_path), **settings))  # type: ignore[arg-type]
    became: list[Document | Skipped] = [*found.documents, *found.skipped]
    (only,) = became
    return only


def document(tmp_path: Path, name: str, content: bytes) -> Document:
    found = of(tmp_path, name, content)
    assert isinstance(found, Document), found
    return found


def skipped(tmp_path: Path, name: str, content: bytes, **settings: int) -> str:
    found = of(tmp_path, name, content, **settings)
    assert isinstance(found, Skipped), found
    assert found.remedy
    return found.reason


def pdf(*pages: str, title: str = "Report") -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setTitle(title)
    for page in pages:
        for number, line in enumerate(page.split("\n")):
            canvas.drawString(72, 720 - 16 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


def book() -> bytes:
    container = b'<container><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    package = b"""<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Tides</dc:title>
    <dc:creator>Ann Lee</dc:creator><dc:date>2019-04-01</dc:date><dc:language>en</dc:language></metadata>
    <manifest><item id="two" href="b.xhtml"/><item id="one" href="a.xhtml"/></manifest>
    <spine><itemref idref="one"/><itemref idref="two"/></spine></package>"""
    return archive(
        {
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/a.xhtml": b"<html><body><h1>One</h1><p>The tide rose at noon.</p></body></html>",
            "OEBPS/b.xhtml": b"<html><body><p>It fell at six.</p></body></html>",
        }
    )


def test_a_pdf_is_dated_by_what_it_says_before_when_it_was_made(tmp_path: Path) -> None:
    for line, found in (("The first page says one.", "2026-02-03"), ("Published: 3 May 2024", "2024-05-03")):
        writer, out = pypdf.PdfWriter(io.BytesIO(pdf(line))), io.BytesIO()
        writer.add_metadata({"/CreationDate": "D:20260203101500+01'00'"})
        writer.write(out)
        assert document(tmp_path, "a.pdf", out.getvalue()).published == found


def test_pdf_keeps_its_pages(tmp_path: Path) -> None:
    found = document(tmp_path, "a.pdf", pdf("The first page says one.", "The second page says two.\nAnd more."))
    assert found.title == "Report"
    assert [found.text[start:].split(" ")[1] for start in found.pages] == ["first", "second"]


def test_epub_in_reading_order(tmp_path: Path) -> None:
    found = document(tmp_path, "a.epub", book())
    assert found.text == "One\n\nThe tide rose at noon.\n\nIt fell at six."
    assert (found.title, found.author, found.published, found.language) == ("Tides", "Ann Lee", "2019-04-01", "en")


@pytest.mark.parametrize("subtype", ["plain", "html"])
def test_eml(tmp_path: Path, subtype: str) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Übergabe", "Ann Lee <ann@example.org>"
    message["Date"] = "Fri, 03 May 2024 10:00:00 +0200"
    body = "The keys are with the caretaker on the second floor of the house."
    message.set_content(body if subtype == "plain" else f"<p>{body}</p>", subtype=subtype)
    found = document(tmp_path, "a.eml", bytes(message))
    assert found.text.strip() == body
    assert (found.title, found.published) == ("Übergabe", "2024-05-03")


def test_csv_rows_can_be_understood_alone(tmp_path: Path) -> None:
    found = document(tmp_path, "a.csv", b'city;mayor;note\nSpringfield;"Lee; Ann";\nShelbyville;Bo;new\n')
    assert found.text == "city: Springfield; mayor: Lee; Ann\n\ncity: Shelbyville; mayor: Bo; note: new"


def test_json_records_keep_the_names_of_their_fields(tmp_path: Path) -> None:
    value = {"title": "Budget", "date": "2024-05-03", "lines": [{"what": "roads", "cost": 12}, {"what": "schools"}]}
    found = document(tmp_path, "a.json", json.dumps(value).encode())
    assert (found.title, found.published) == ("Budget", "2024-05-03")
    rows = ["title: Budget; date: 2024-05-03", "title: Budget; what: roads; cost: 12", "title: Budget; what: schools"]
    assert found.text.split("\n\n") == rows


def test_a_book_with_odd_chapters(tmp_path: Path) -> None:
    container = b'<container><rootfiles><rootfile full-path="O/b.opf"/></rootfiles></container>'
    names = ["ch%201.xhtml", "../text/2.xhtml#s", "missing.xhtml", "empty.xhtml", "cover.svg"]
    kinds = ["application/xhtml+xml"] * 4 + ["image/svg+xml"]
    rows = enumerate(zip(names, kinds, strict=True))
    items = "".join(f'<item id="i{n}" href="{name}" media-type="{kind}"/>' for n, (name, kind) in rows)
    spine = "".join(f'<itemref idref="i{n}"/>' for n in range(len(names)))
    package = f"<package><manifest><item id='x'/>{items}</manifest><spine>{spine}</spine></package>".encode()
    chapters = {"O/ch 1.xhtml": b"<p>One.</p>", "text/2.xhtml": b"<p>Two.<br/>And.</p>", "O/empty.xhtml": b""}
    content = archive({"META-INF/container.xml": container, "O/b.opf": package, "O/cover.svg": b"\xff", **chapters})
    assert document(tmp_path, "a.epub", content).text == "One.\n\nTwo.\nAnd."
    assert epub(content).notes == ["2 of 4 chapters cannot be read"]


def test_no_cell_of_a_table_is_lost(tmp_path: Path) -> None:
    assert document(tmp_path, "a.csv", b"a,b\r1,2,more\r").text == "a: 1; b: 2; more"


def test_json_values_stay_as_they_are_written(tmp_path: Path) -> None:
    content = b'{"a": 1.10, "b": ' + b"9" * 10_000 + b', "c": true, "d": NaN, "title": ["x"], "e": null}'
    found = document(tmp_path, "a.json", content)
    assert found.text.split("\n\n") == ["a: 1.10; c: true; d: NaN; title: x", "b: " + "9" * 10_000]
    assert found.header == ""


PARTS = b"""Subject: s
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

One.
--b
Content-Type: text/plain

Two.
--b
Content-Type: text/plain
Content-Disposition: attachment

No.
--b--"""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"Subject: s\nContent-Type: text/plain; charset=nonsense\n\ncaf\xc3\xa9", "café"),
        (b"Subject: s\n\ncaf\xc3\xa9", "café"),
        (b"\xef\xbb\xbfSubject: s\nDate: Fri, 03 May 2024 10:00:00 +9999999999999\n\nText.", "Text."),
        (PARTS, "One.\n\nTwo.\n\nAttachment\n\nNo."),
    ],
)
def test_odd_mail(tmp_path: Path, content: bytes, text: str) -> None:
    assert document(tmp_path, "a.eml", content).text.strip() == text


def test_metadata_has_a_bound(tmp_path: Path) -> None:
    found = document(tmp_path, "a.json", json.dumps({"title": "word \x1b" * 100_000, "x": "y"}).encode())
    assert len(found.title) <= 301
    assert "\x1b" not in found.title


def encrypted() -> bytes:
    writer = pypdf.PdfWriter(io.BytesIO(pdf("Secret.")))
    writer.encrypt("word", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


BAD = {
    "truncated.pdf": (pdf("Text.")[:400], "not a whole PDF"),
    "encrypted.pdf": (encrypted(), "encrypted"),
    "scan.pdf": (pdf(""), "no text in it: it may be a scan"),
    "noise.pdf": (b"\x00\x01\x02" * 100, "not a whole PDF"),
    "truncated.docx": (word("Text.")[:2000], "not a whole file"),
    "other.docx": (archive({"a": b"x"}), "not a whole DOCX"),
    "outside.docx": (archive({"../passwd": b"x"}), "holds a name that leads out of it"),
    "other.epub": (archive({"a": b"x"}), "not a whole EPUB"),
    "headless.eml": (b"", "no message text in it"),
    "one-row.csv": (b"a,b\n", "no rows below the header"),
    "broken.json": (b'{"a": ', "not JSON that can be read"),
    "deep.json": (b"[" * 200_000, "not JSON that can be read"),
    "empty.html": (b"", "no HTML in it"),
    "latin.csv": ("a\nŁódź\n".encode("cp1250"), "not UTF-8 (byte 2), and no other encoding is certain"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_has_a_reason_and_a_remedy(tmp_path: Path, name: str) -> None:
    content, reason = BAD[name]
    assert skipped(tmp_path, name, content).startswith(reason)


def test_what_unpacks_to_too_much_is_not_unpacked(tmp_path: Path) -> None:
    bomb = archive({"big": bytes(2 * 2**20)})
    assert skipped(tmp_path, "a.docx", bomb, max_unpacked_mb=1).startswith("unpacks to more than 1 MB")


def test_an_entity_bomb_is_not_expanded(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE p [<!ENTITY e0 "boom">{entities}]><package><metadata>&e11;</metadata></package>'
    container = b'<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>'
    content = archive({"META-INF/container.xml": container, "b.opf": bomb.encode()})
    found = of(tmp_path, "a.epub", content)
    assert isinstance(found, Skipped)
    assert not re.search("took more than|memory", found.reason), "it is refused before it grows"


def test_an_entity_reads_no_file(tmp_path: Path) -> None:
    (tmp_path / ".secret").write_text("the secret words")
    entity = f'<!DOCTYPE p [<!ENTITY x SYSTEM "file://{tmp_path}/.secret">]>'
    container = b'<container><rootfile full-path="b.opf"/></container>'
    package = f"{entity}<package><metadata><title>&x;</title></metadata></package>"
    found = of(tmp_path, "a.epub", archive({"META-INF/container.xml": container, "b.opf": package.encode()}))
    assert "secret words" not in repr(found)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """A sandbox whose worker does what the file says, as a hostile file would make a parser do."""
    code = (
        "import sys; from rag.documents import parse, worker;"
        "parse.PARSERS['.pdf'] = lambda data: exec(data.decode()) or parse.Parsed('fine');"
        "worker.main()"
    )
    real = subprocess.Popen

    def popen(command: list[str], **options: int) -> "subprocess.Popen[bytes]":
        return real([sys.executable, "-c", code, *command[command.index("rag.documents.worker") + 1 :]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", popen)
    with Sandbox(seconds=30, memory_mb=512, text_mb=1, unpacked_mb=9) as sandbox:
        yield sandbox


def allow(sandbox: Sandbox, seconds: int) -> None:
    """Give the next worker so much time; one that is to be in time starts in it, on whichever machine."""
    sandbox._seconds, sandbox._limits[1] = seconds, str(seconds)


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        ("import os; os.kill(os.getpid(), 9)", "its parser broke down"),
        ("import os; os._exit(0)", "its parser broke down"),
        ("while True: pass", "took more than 1 s"),
        ("import time; time.sleep(60)", "took more than 1 s"),
        ("x = bytearray(2**30)", "too much memory"),
        ("raise RuntimeError('x')", "its parser failed (RuntimeError)"),
        ("print('{}')", ""),
    ],
)
def test_a_file_that_ends_its_parser_ends_nothing_else(hostile: Sandbox, tmp_path: Path, act: str, reason: str) -> None:
    (tmp_path / "a.pdf").write_text(act)
    (tmp_path / "good.pdf").write_text("pass")
    if reason:
        allow(hostile, 1 if reason.startswith("took") else 30)
        with pytest.raises(Unusable) as caught:
            hostile.parse(tmp_path / "a.pdf")
        assert caught.value.reason == reason
        allow(hostile, 30)
    else:
        assert hostile.parse(tmp_path / "a.pdf").text == "fine", "what a parser prints is no answer"
    assert hostile.parse(tmp_path / "good.pdf").text == "fine"


def test_too_much_text(tmp_path: Path) -> None:
    content = json.dumps(["x" * 1000] * 1500).encode()
    (tmp_path / "a.json").write_bytes(content)
    with (
        Sandbox(seconds=10, memory_mb=512, text_mb=1, unpacked_mb=9) as sandbox,
        pytest.raises(Unusable, match="more than 1 MB of text"),
    ):
        sandbox.parse(tmp_path / "a.json")


def test_names_of_any_kind(tmp_path: Path) -> None:
    names = ["😀.csv", "a" * 251 + ".csv", "with space.csv", "quote'.csv"]
    for name in names:
        (tmp_path / name).write_bytes(f"a\n{name}\n".encode())
    found = load.read_folder(Config(sources=str(tmp_path)))
    assert sorted(document.source for document in found.documents) == sorted(names)
    (tmp_path / "new\nline.csv").write_text("a\nb\n")
    (bad,) = load.read_folder(Config(sources=str(tmp_path))).skipped
    assert (bad.source, bad.remedy) == ("new\\nline.csv", "rename it")
