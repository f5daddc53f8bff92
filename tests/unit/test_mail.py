"""Mails as programs write them, and mailboxes."""

import base64
import quopri
from email.message import EmailMessage
from pathlib import Path

import pytest

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.parse import parse
from rag.documents.plain.mail import mbox
from tests.unit.test_parse import word

HEAD = b"From: Ana Ruiz <ana@example.org>\nSubject: Brief\nDate: Tue, 3 Feb 2026 10:00:00 +0000\nMIME-Version: 1.0\n"
CSV = b"club,goals\nFoxes,3\nOwls,4\n"


def read(body: str, head: bytes = HEAD) -> Parsed:
    return parse(".eml", head + body.encode(), 1)


def parts(*inner: str, kind: str = "mixed") -> str:
    return f"Content-Type: multipart/{kind}; boundary=b\n\n" + "".join(f"--b\n{part}\n" for part in inner) + "--b--\n"


PLAIN = "Content-Type: text/plain; charset=utf-8\n\n"
HTML = "Content-Type: text/html; charset=utf-8\n\n"
FORWARD = "From: Bo Lindt <bo@example.org>\nDate: Mon, 5 May 2025 09:00:00 +0000\nSubject: Tarif\n"


def test_the_parts_of_a_mail_come_in_their_order() -> None:
    found = read(parts(f"{PLAIN}One.", f"{HTML}<p>Two.</p><p hidden>No.</p>", f"{PLAIN}Three."))
    assert found.text == "One.\n\nTwo.\n\nThree."


@pytest.mark.parametrize(
    ("plain", "rich", "taken"),
    [
        ("Read it online: https://x.org/a-very-long-way/to/it", "<p>The vote was nine to four.</p>", "rich"),
        ("The vote was nine to four.", "<p>The vote was <b>nine</b> to four.</p>", "plain"),
        ("The vote was nine to four, said Bo.", "<p>The vote was nine to four.</p>", "plain"),
        ("The vote was nine to four.", "<p>The vote was nine to four, said Bo.</p>", "rich"),
        ("Fine.", "<p>Fine.</p><p style='display:none'>Words that nobody is to see.</p>", "plain"),
        ("", "<p>Fine.</p>", "rich"),
    ],
)
def test_of_alternatives_the_one_that_has_the_text(plain: str, rich: str, taken: str) -> None:
    found = read(parts(PLAIN + plain, HTML + rich, kind="alternative"))
    assert found.text == (plain if taken == "plain" else read(HTML + rich).text)


def test_a_forwarded_mail_stands_below_its_own_sender_and_date() -> None:
    told = "Forwarded message\nFrom: Bo Lindt <bo@example.org>\nDate: Mon, 5 May 2025 09:00:00 +0000\nSubject: Tarif"
    inner = f"{FORWARD}Content-Type: text/plain; charset=utf-8\n\nLe tarif est de 40 € par élève."
    ways = {
        "8bit": inner,
        "base64": base64.encodebytes(inner.encode()).decode(),
        "quoted-printable": quopri.encodestring(inner.encode()).decode(),
    }
    for how, content in ways.items():
        part = f"Content-Type: message/rfc822\nContent-Transfer-Encoding: {how}\n\n{content}"
        found = read(parts(f"{PLAIN}See it.", part))
        assert found.text == f"See it.\n\n{told}\n\nLe tarif est de 40 € par élève.", how
        assert found.meta["author"] == "Ana Ruiz <ana@example.org>"


def test_attachments_are_documents_of_their_own(tmp_path: Path) -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["From"], inner["Subject"] = "Bo <bo@example.org>", "Inner"
    inner.set_content("Inner text.")
    inner.add_attachment(CSV, maintype="application", subtype="octet-stream", filename="table.csv")
    outer["From"], outer["Subject"] = "Ana <ana@example.org>", "Outer"
    outer.set_content("Outer text.")
    outer.add_attachment(inner)
    outer.add_attachment(CSV + b"Larks,5\n", maintype="text", subtype="csv", filename="a/../table.csv")
    outer.add_attachment(word("The council met."), maintype="application", subtype="x-word", filename="Größe [1].docx")
    outer.add_attachment("Ärger im Büro.".encode("cp1252"), maintype="text", subtype="plain", filename="memo.txt")
    outer.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="cut.pdf")
    outer.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="scan.png")
    outer.add_attachment(b"PK", maintype="application", subtype="zip", filename="all.zip")
    (tmp_path / "mail.eml").write_bytes(bytes(outer))
    found = load.read_folder(Config(sources=str(tmp_path)))
    texts = {document.source: document.text for document in found.documents}
    assert list(texts) == ["mail.eml", "mail.eml/Größe (1).docx", "mail.eml/table (2).csv", "mail.eml/table.csv"]
    assert texts["mail.eml"].endswith('Inner text.\n\nAttachment "memo.txt"\n\nÄrger im Büro.')
    assert texts["mail.eml/table.csv"] == "club: Foxes; goals: 3\n\nclub: Owls; goals: 4"
    told = " ".join(found.documents[0].unread)
    for name in ("cut.pdf", "scan.png", "all.zip"):
        assert f'"{name}"' in told
    assert not found.skipped


def test_an_attachment_that_breaks_its_parser_keeps_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> Parsed:
        raise MemoryError

    monkeypatch.setitem(parse.__globals__["PARSERS"], ".csv", fail)
    found = read(parts(f"{PLAIN}Fine.", 'Content-Type: text/csv; name="a.csv"\n\na\n1\n'))
    assert found.text == "Fine."
    assert found.unread == ['the attachment "a.csv" is not read (its parser failed, MemoryError): save it by itself']


def test_a_mail_within_mails_without_end() -> None:
    content = b"Subject: x\n\nText."
    for number in range(400):
        kind = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\nContent-Type: message/rfc822\n\n" % (
            number,
            number,
        )
        content = HEAD + kind + content + b"\n--b%d--" % number
    with pytest.raises((Unusable, RecursionError)):
        parse(".eml", content, 1)


BASE64 = base64.encodebytes("<p>The mayor paid £40 for the café’s chairs.</p>".encode() * 3).decode()
NOISE = base64.encodebytes(bytes(range(256))).decode()
SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe fee is 10.\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n"
SIGNED += "-----END PGP SIGNATURE-----"
PDF = "--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"


@pytest.mark.parametrize(
    ("body", "text", "told"),
    [
        (HTML + BASE64, "\n\n".join(["The mayor paid £40 for the café’s chairs."] * 3), False),
        (f"{PLAIN}Before.\n\n{NOISE}\nAfter.", "Before.\n\n\n\nAfter.", True),
        (f"{PLAIN}Before.\n\nbegin 644 a.txt\n#0V%T\n`\nend\n\nAfter.", "Before.\n\n\n\nAfter.", True),
        (PLAIN + SIGNED, "The fee is 10.", False),
        (
            f"Content-Type: multipart/mixed\n\n--b\nContent-Type: text/plain\n\nThe fee is 9.\n{PDF}{NOISE}--b--",
            "The fee is 9.",
            True,
        ),
        (f"Content-Type: application/octet-stream; name=x.bin\n\n{NOISE}", None, True),
    ],
)
def test_no_base64_stands_as_text(body: str, text: str | None, told: bool) -> None:
    if text is None:
        body = parts(f"{PLAIN}Fine.", body)
    found = read(body)
    assert found.text == (text or "Fine.")
    assert bool(found.unread) is told


def test_lines_that_the_mail_program_broke_are_joined() -> None:
    body = "A line that \nwas broken by \nit.\n\n> quoted and \n> broken\n>> deeper \n>> one\n-- \nAna"
    found = read(f"Content-Type: text/plain; charset=utf-8; format=flowed\n\n{body}")
    assert found.text == "A line that was broken by it.\n\n> quoted and broken\n>> deeper one\n-- \nAna"


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("=?iso-8859-1?Q?Gr=F6=DFe?=", "Größe"),
        ("=?utf-8?B?R3LDtg==?= =?utf-8?Q?=C3=9Fe?= neu", "Größe neu"),
        ("=?iso-8859-1?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("=?nonsense?Q?Gr=C3=B6=C3=9Fe?=", "Größe"),
        ("Größe", "Größe"),
        ("=?utf-8?B?R?=", "=?utf-8?B?R?="),
    ],
)
def test_a_subject_in_any_encoding(subject: str, title: str) -> None:
    for encoding in ("utf-8", "cp1252"):
        assert parse(".eml", f"Subject: {subject}\n\nText.".encode(encoding), 1).meta["title"] == title


def test_an_encrypted_mail_is_named_as_such() -> None:
    with pytest.raises(Unusable, match="the message is encrypted"):
        read("Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx")


def test_a_file_without_messages_is_no_mailbox() -> None:
    with pytest.raises(Unusable, match="no messages in it"):
        mbox(b"Dear Ana,\n\nFrom then on it ran.\n")


def test_marks_of_quotation_stand_in_no_sentence() -> None:
    found = read(
        f"{PLAIN}On Friday Bo wrote:\n> Dear Ana, after much talk we will not renew the\n> old ferry contract.\n"
        "> Bo\n>> What was asked before goes over more than one\n>> line.\n> Subject: x\n"
    )
    assert found.text == (
        "On Friday Bo wrote:\n> Dear Ana, after much talk we will not renew the\nold ferry contract.\n> Bo\n"
        ">> What was asked before goes over more than one\nline.\n> Subject: x"
    )


def test_a_date_that_is_not_in_the_form_of_mails() -> None:
    head = HEAD.replace(b"Tue, 3 Feb 2026 10:00:00 +0000", b"2026-02-03 10:00")
    assert read(f"{PLAIN}Hello.", head).meta["published"] == "2026-02-03"
