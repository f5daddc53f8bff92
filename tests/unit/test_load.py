import hashlib
import json
import os
from pathlib import Path
from threading import Barrier, Event

import pytest

from rag.config import Config
from rag.documents import load
from rag.documents.common.decode import Unusable
from rag.documents.common.parsed import Parsed
from rag.documents.sandbox import Sandbox
from rag.errors import SourceError
from rag.schema import Skipped
from tests.conftest import ARTICLE, ROOT
from tests.growth import in_proportion


def read(folder: Path, **files: "str | bytes") -> load.Folder:
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load.read_folder(Config(sources=str(folder)))


def test_the_article(article: str) -> None:
    (document,) = load.read_folder(Config(sources=str(ROOT / "seeds"))).documents
    assert document.source == ARTICLE
    assert document.text == article
    assert document.published == "2026-01-12"
    assert document.title == "Cuban President Miguel Díaz-Canel firmly rejected U.S. President Donald Trump's demand…"
    assert document.header == "", "a title made up from the text says nothing new about it"


def test_text_is_kept_to_the_character(tmp_path: Path) -> None:
    text = "\tOne.\r\nTwo\u2028three \u00a0 caf\u0065\u0301\r\n\r\n"
    (document,) = read(tmp_path, a__txt=text).documents
    assert document.text == text


def test_a_byte_order_mark_is_not_text(tmp_path: Path) -> None:
    (document,) = read(tmp_path, a__txt=b"\xef\xbb\xbfHello there.").documents
    assert document.text == "Hello there."


def test_markdown_front_matter_gives_the_metadata(tmp_path: Path) -> None:
    text = "---\ntitle: A  title\ndate: 2024-05-03\npublisher: The Daily\nurl: https://example.org\n---\n# Other\nBody."
    (document,) = read(tmp_path, a__md=text).documents
    assert (document.title, document.publisher, document.published) == ("A title", "The Daily", "2024-05-03")
    assert document.header == "A title | The Daily | 2024-05-03"
    assert document.text == text
    assert text[document.body :] == "# Other\nBody."


def test_a_markdown_heading_is_the_title(tmp_path: Path) -> None:
    (document,) = read(tmp_path, a__md="Intro.\n\n## Sub\n\n# The heading #\n\nBody.").documents
    assert document.title == "The heading"


@pytest.mark.parametrize("text", ["---\nnot: [closed\n---\nBody.", "---\njust prose\n---\nBody.", "---\nnever closed"])
def test_what_only_looks_like_front_matter_is_text(tmp_path: Path, text: str) -> None:
    (document,) = read(tmp_path, a__md=text).documents
    assert document.body == 0


def test_a_corpus_gives_a_document_a_line(tmp_path: Path) -> None:
    rows = [{"id": "b", "title": "B", "text": "Two."}, {"id": "a", "text": "One.", "published": "2023-10-05T01:00:00Z"}]
    found = read(tmp_path, c__jsonl="\n".join(json.dumps(row) for row in rows) + "\n\n").documents
    assert [(d.source, d.title, d.published) for d in found] == [("a", "One.", "2023-10-05"), ("b", "B", None)]


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ("Havana, January 12, 2026 — Text.", "2026-01-12"),
        ("LONDON, 3 May 2024 (Reuters) - Text.", "2024-05-03"),
        ("New York, Sept. 5, 2023 – Text.", "2023-09-05"),
        ("Paris, February 31, 2026 — Text.", None),
        ("On January 12, 2026 he left; then — later — came back.", None),
        ("No date at all.", None),
        ("On January 12, 2026 — a day later — he left.", None),
        ("Apple closed on March 5, 2024 - its best day.", None),
        ("ST. JOHN'S, Newfoundland, 5 June 2024 — Text.", "2024-06-05"),
    ],
)
def test_datelines(tmp_path: Path, head: str, date: "str | None") -> None:
    (document,) = read(tmp_path, a__txt=head).documents
    assert document.published == date


def test_a_file_that_cannot_be_used_is_listed_and_the_rest_go_on(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.txt")
    found = read(
        tmp_path, empty__txt="", blank__txt=" \n", latin__txt="Łódź".encode("cp1250"), nul__txt=b"a\0b",
        picture__png=b"x", clip__mp4=b"x", model__blend=b"x", good__txt="Fine.",
            front__md="---\ntitle: T\n---\n", __hidden="x",
    )  # fmt: skip
    assert [document.source for document in found.documents] == ["good.txt"]
    assert {skipped.source: skipped.reason for skipped in found.skipped} == {
        "empty.txt": "empty",
        "blank.txt": "empty",
        "front.md": "empty",
        "latin.txt": "not UTF-8 (byte 0), and no other encoding is certain",
        "link.txt": "a symbolic link",
        "nul.txt": "binary: it holds NUL characters",
        "picture.png": "not a picture that can be read",
        "clip.mp4": "sound, which is read only where a model that hears is named",
        "model.blend": "no loader for .blend",
        "pipe.txt": "not a regular file",
    }


def test_a_bad_line_of_a_corpus_is_listed_and_the_rest_go_on(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "text": "One."}', '{"id": "a"}', "[1]", "[" * 100_000, '{"id": "b", "text": "\\ud800"}',
        '{"id": "c", "text": "x\\u0000y"}', '{"id": "d\\n[2]", "text": "x"}', '{"id": "e", "text": " "}',
        '{"id": "a", "text": "Again."}', '{"id": "z", "text": "Two."}',
    ]  # fmt: skip
    found = read(tmp_path, c__jsonl="\n".join(lines))
    assert [(d.source, d.text) for d in found.documents] == [("a", "One."), ("z", "Two.")]
    assert [(skipped.source, skipped.reason) for skipped in found.skipped] == [
        ("c.jsonl:2", 'not a document: neither "text" nor a field of another name with words'),
        ("c.jsonl:3", "not a document: not an object"),
        ("c.jsonl:4", "not a document: not JSON"),
        ("c.jsonl:5", "not a document: it holds half a character (a lone surrogate)"),
        (
            "c.jsonl",
            "2 rows are not documents: its text holds NUL characters, or its id control characters (lines 6, 7)",
        ),
        ("c.jsonl:8", "not a document: empty"),
        ("c.jsonl", "'a' is also a document of c.jsonl"),
    ]


def test_rows_of_other_shapes_are_documents(tmp_path: Path) -> None:
    rows: list[object] = [
        {"id": 12, "text": "The lamp is 9 m."},
        {"tweet": 0, "full_text": "40 &amp; more"},
        {
            "_id": {"$oid": "5f"},
            "headline": "H",
            "body": "<p>One.</p><p>Two.</p>",
            "created_at": "Tue, 3 Feb 2026 10:00:00 +0000",
        },
        {
            "slug": "port",
            "name": "Port",
            "content": {"rendered": "<p>Fine.</p>"},
            "byline": "Bo",
            "link": "https://x.org",
        },
        {"id": "own", "text": "R&amp;D <ref> stays as it is"},
        {"sku": "A-1", "price": 1.50},
        {"sku": "A-2", "price": 2},
    ]
    other = [{"id": 12, "text": "Another lamp."}, {"id": 13, "text": "A pier."}]
    found = read(tmp_path, a__jsonl="\n".join(map(json.dumps, rows)), b__ndjson="\n".join(map(json.dumps, other)))
    assert {document.source: document.text for document in found.documents} == {
        "12": "The lamp is 9 m.",
        "a.jsonl/2": "40 & more",
        "5f": "One.\n\nTwo.",
        "port": "Fine.",
        "own": "R&amp;D <ref> stays as it is",
        "a.jsonl": "sku: A-1; price: 1.5\n\nsku: A-2; price: 2",
        "b.ndjson/12": "Another lamp.",
        "13": "A pier.",
    }
    known = {document.source: document for document in found.documents}
    assert (known["5f"].title, known["5f"].published) == ("H", "2026-02-03")
    assert (known["port"].title, known["port"].author, known["port"].url) == ("Port", "Bo", "https://x.org")
    assert not found.skipped


def test_many_bad_rows_are_told_in_a_line(tmp_path: Path) -> None:
    rows = ['{"id": "a"}'] * 300 + ["[1]"] * 2 + ['{"id": "z", "text": "Fine."}'] * 3
    found = read(tmp_path, posts__jsonl="\n".join(rows))
    assert [(skipped.source, skipped.reason) for skipped in found.skipped] == [
        (
            "posts.jsonl",
            '300 rows are not documents: neither "text" nor a field of another name with words (lines 1, 2, 3, …)',
        ),
        ("posts.jsonl", "2 rows are not documents: not an object (lines 301, 302)"),
        ("posts.jsonl", "'z' is also a document of posts.jsonl (and 1 more of its ids)"),
    ]


def test_the_name_of_a_file_is_no_row_s_to_take(tmp_path: Path) -> None:
    found = read(tmp_path, a__jsonl='{"id": "b.json", "text": "A row."}', b__json='["A file."]')
    assert [(document.source, document.text) for document in found.documents] == [("b.json", "A file.")]
    assert [skipped.source for skipped in found.skipped] == ["a.jsonl"]


@pytest.mark.parametrize("value", ["!!int", "!!float", "!!bool foo", "!!timestamp foo", "!!python/object:os.system x"])
def test_a_tag_in_front_matter_is_only_a_string(tmp_path: Path, value: str) -> None:
    (document,) = read(tmp_path, a__md=f"---\na: {value}\ntitle: T\n---\nBody.").documents
    assert document.title == "T"


def test_a_heading_of_many_signs_takes_no_time(tmp_path: Path) -> None:
    assert in_proportion(lambda size: read(tmp_path, a__md="# a" + " #" * size), 10_000)


def test_a_name_that_is_not_unicode_is_skipped(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_text("Text.")
    (skipped,) = load.read_folder(Config(sources=str(tmp_path))).skipped
    assert skipped.reason == "its name holds control characters or is not Unicode"
    skipped.source.encode()


def test_what_may_not_be_read_is_listed(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "a.txt").write_text("A.")
    (tmp_path / "secret.txt").write_text("S.")
    (tmp_path / "good.txt").write_text("Fine.")
    for path in (tmp_path / "closed", tmp_path / "secret.txt"):
        path.chmod(0)
    for parent in [tmp_path, *tmp_path.parents][:4]:
        parent.chmod(0o755)
    root = os.geteuid() == 0  # whom no mode keeps out
    try:
        if root:
            os.seteuid(65534)
        found = load.read_folder(Config(sources=str(tmp_path)))
    finally:
        if root:
            os.seteuid(0)
        (tmp_path / "closed").chmod(0o755)
    assert [document.source for document in found.documents] == ["good.txt"]
    assert {s.source: s.reason for s in found.skipped} == {
        "closed": "Permission denied",
        "secret.txt": "Permission denied",
    }


def test_a_large_file_is_skipped(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(2 * 2**20)
    (skipped,) = load.read_folder(Config(sources=str(tmp_path), max_file_mb=1)).skipped
    assert skipped.reason == "larger than max_file_mb = 1"


def bytes_read() -> int:
    """How much this process has read, of files and all else."""
    return int(Path("/proc/self/io").read_text().split()[1])


def test_200_megabytes_are_not_read(tmp_path: Path) -> None:
    for name in ("big.txt", "big.jsonl", "big.pdf"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(200 * 2**20)
    before = bytes_read()
    found = load.read_folder(Config(sources=str(tmp_path)))
    assert bytes_read() - before < 2**20
    assert {s.source: (s.reason, s.remedy) for s in found.skipped} == dict.fromkeys(
        ("big.txt", "big.jsonl", "big.pdf"), ("larger than max_file_mb = 64", "split it, or raise max_file_mb")
    )


def test_links_are_not_followed_wherever_they_lead(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.txt").write_text("Secret.")
    sources = tmp_path / "sources"
    (sources / "inner").mkdir(parents=True)
    (sources / "a.txt").write_text("Fine.")
    (sources / "inner" / "loop").symlink_to(sources, target_is_directory=True)
    (sources / "out").symlink_to(tmp_path / "outside", target_is_directory=True)
    (sources / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (sources / "self.txt").symlink_to(sources / "self.txt")
    (sources / "dangling.txt").symlink_to(sources / "nowhere")
    found = load.read_folder(Config(sources=str(sources)))
    assert [document.source for document in found.documents] == ["a.txt"]
    assert {s.source: s.reason for s in found.skipped} == dict.fromkeys(
        ("inner/loop", "out", "out.txt", "self.txt", "dangling.txt"), "a symbolic link"
    )


def test_folders_are_walked_and_sources_are_relative(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    (tmp_path / "b" / "c" / "x.txt").write_text("X.")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "y.txt").write_text("Y.")
    assert [document.source for document in load.read_folder(Config(sources=str(tmp_path))).documents] == ["b/c/x.txt"]


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere does not exist: name one with --sources FOLDER"):
        load.read_folder(Config(sources=str(tmp_path / "nowhere")))


def test_two_documents_of_one_name(tmp_path: Path) -> None:
    found = read(tmp_path, a__txt="One.", c__jsonl='{"id": "a.txt", "text": "Two."}')
    assert [document.text for document in found.documents] == ["One."]
    assert found.skipped == [Skipped("c.jsonl", "'a.txt' is also a document of a.txt", "rename one")]


def test_the_index_may_lie_within_the_sources(tmp_path: Path) -> None:
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "README.md").write_text("Not a source.")
    (tmp_path / "a.txt").write_text("A source.")
    found = load.read_folder(Config(sources=str(tmp_path), index=str(tmp_path / "index")))
    assert ([document.source for document in found.documents], found.skipped) == (["a.txt"], [])


@pytest.mark.parametrize(
    ("meta", "text", "found"),
    [
        ({"created": "D:20260203101500+01'00'"}, "Text.", "2026-02-03"),
        ({"created": "2026-02-03", "published": "1 January 2025"}, "Text.", "2025-01-01"),
        ({"created": "2026-02-03"}, "Havana, January 12, 2025 — Text.", "2025-01-12"),
        ({"published": "03/02/2026", "language": "en-GB"}, "Text.", "2026-02-03"),
        ({"published": "03/02/2026"}, "Text.", None),
    ],
)
def test_a_file_s_properties_date_it_only_where_nothing_better_does(
    meta: dict[str, str | None], text: str, found: str | None
) -> None:
    assert load._document("a.pdf", text, meta).published == found


def test_files_are_parsed_side_by_side_and_told_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(6):
        (tmp_path / f"{n}.csv").write_text(f"a\nvalue {n}\n")
        (tmp_path / f"{n}.txt").write_text(f"Text {n}.\n")
    (tmp_path / "3.docx").write_bytes(b"none")
    alone, together = (load.read_folder(Config(sources=str(tmp_path), index_threads=n)) for n in (1, 3))
    assert (together.documents, together.skipped) == (alone.documents, alone.skipped)
    assert len(alone.documents) == 12
    both = Barrier(2)

    def parse(*_: object) -> None:
        both.wait(60)
        raise Unusable("broken", "mend it")

    monkeypatch.setattr(Sandbox, "parse", parse)
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    (tmp_path / "3.docx").unlink()  # an even number: each waits for another
    found = load.read_folder(Config(sources=str(tmp_path), index_threads=2))
    assert (len(found.documents), len(found.skipped)) == (6, 6)


def test_what_is_to_be_parsed_is_told_ahead(tmp_path: Path) -> None:
    for name in ("a.csv", "b/c.csv", "d.txt", "e.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"name\n{name}\n")
    (tmp_path / "f.csv").symlink_to(tmp_path / "a.csv")
    config = Config(sources=str(tmp_path))
    first, second, link, within = load.to_parse(config, ())
    assert link is None
    assert first
    assert second
    assert within
    assert first == (".csv", hashlib.sha256(b"name\na.csv\n").hexdigest(), b"name\na.csv\n")
    assert len([*load.parsed_files(config)]) == 4
    known = {(document.source, document.origin or "") for document in load.read_folder(config).documents}
    assert [*load.to_parse(config, known)] == [None] * 4
    (tmp_path / "b" / "c.csv").write_text("name\nanother\n")
    assert [file and file[2] for file in load.to_parse(config, known)] == [None, None, None, b"name\nanother\n"]
    parsed = {digest: Parsed("ahead", sha256=digest) for _, digest, _ in (first, second, within)}
    found = load.read_folder(config, parsed=lambda _, digest: parsed.get(digest)).documents
    assert [(document.source, document.text == "ahead") for document in found] == [
        ("a.csv", True),
        ("b/c.csv", False),
        ("d.txt", False),
        ("e.csv", True),
    ]


def test_who_ends_a_build_waits_for_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(20):
        (tmp_path / f"{n:02}.csv").write_text("a\nb\n")
    begun = []
    real, interrupt, ended = Sandbox.parse, Sandbox.interrupt, Event()

    def parse(sandbox: Sandbox, path: Path) -> Parsed:
        begun.append(path)
        if len(begun) > 4:  # otherwise a fast machine would read all before the build is ended
            assert ended.wait(60)
        return real(sandbox, path)

    def end(sandbox: Sandbox) -> None:
        ended.set()
        interrupt(sandbox)

    def stop(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Sandbox, "parse", parse)
    monkeypatch.setattr(Sandbox, "interrupt", end)
    with pytest.raises(KeyboardInterrupt):
        load.read_folder(Config(sources=str(tmp_path), index_threads=2), tell=stop)
    assert len(begun) < 20
