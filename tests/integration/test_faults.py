"""Builds that are killed, disks that are full or broken, files that rot, readers while the index changes.

Whatever happens, opening gives a whole generation, the old one or the new one, or an error that says what helps.
"""

import builtins
import errno
import hashlib
import io
import os
import random
import shutil
import signal
import sqlite3
import string
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rag.config import Config
from rag.engine import Engine
from rag.errors import BusyError, IndexDamaged, RagError
from rag.index import generations, manifest, opened
from rag.index.opened import Index
from rag.indexing import builder
from rag.models import encode
from rag.models.encode import file_sha256
from tests.actor import Actor, dying, limited
from tests.conftest import ARTICLE, ROOT, files, linked

if TYPE_CHECKING:
    from rag.schema import Answer

KILLS = {"whole": 50, "tiny": 150}
"""Of builds with an encoder of 90 MB, and with one of some kilobytes."""
READERS, QUESTIONS, REOPEN, REBUILDS = 4, 500, 25, 20
ADDED = "b.txt"

HOLDER = """
import sys
from pathlib import Path
from rag.index import generations
with generations.single_writer(Path(sys.argv[1])):
    (Path(sys.argv[1]) / ".building-1").mkdir()
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An untrained encoder of a few kilobytes: what it finds does not matter here, and builds take no time."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    signs = string.ascii_lowercase + string.digits
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *signs, *(f"##{sign}" for sign in signs)]
    (folder / "vocab.txt").write_text("\n".join(vocabulary))
    torch.manual_seed(0)
    sizes: Any = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 16}
    bert = BertConfig(vocab_size=len(vocabulary), max_position_embeddings=64, **sizes)
    BertModel(bert).save_pretrained(folder / "bert")
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    parts = [Transformer(str(folder / "bert"), max_seq_length=64), Pooling(16)]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder / "model"))
    return str(folder / "model")


@pytest.fixture(scope="module")
def tiny_built(tiny_encoder: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    index = tmp_path_factory.mktemp("tiny-shared") / "index"
    config = Config(sources=str(ROOT / "seeds"), index=str(index), encoder=tiny_encoder, threshold=0.0)
    builder.build(config)
    return config


@pytest.fixture
def tiny(tiny_built: Config, tmp_path: Path) -> Config:
    """Settings of an own index with the tiny encoder, over the article."""
    return copied(tiny_built, tmp_path)


def copied(config: Config, folder: Path) -> Config:
    """Give a test an index and sources of its own. Hard links do: a build never changes a file in place."""
    folder.mkdir(exist_ok=True)
    own = folder / "index"
    linked(config.index, own)
    (folder / "sources").mkdir()
    shutil.copyfile(ROOT / "seeds" / ARTICLE, folder / "sources" / ARTICLE)
    return replace(config, index=str(own), sources=str(folder / "sources"))


def added(config: Config, number: int) -> str:
    """Change the sources, and return the text that is new."""
    text = f"Bolivia has president number {number}. He was elected in the year {2000 + number}."
    (Path(config.sources) / ADDED).write_text(text)
    return text


def texts(config: Config) -> dict[str, str]:
    return {path.name: path.read_bytes().decode() for path in Path(config.sources).iterdir()}


def content(generation: Path) -> dict[str, str]:
    """Return the hash of every file of a generation, by its path in it: read here, not taken from its manifest."""
    paths = [path for path in sorted(generation.rglob("*")) if path.is_file()]
    return {str(path.relative_to(generation)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def named(config: Config) -> list[Path]:
    return [path for path in Path(config.index).iterdir() if manifest.GENERATION.fullmatch(path.name)]


def litter(config: Config) -> list[str]:
    kept = {manifest.CURRENT, generations.LOCK, *(path.name for path in named(config))}
    return sorted({path.name for path in Path(config.index).iterdir()} - kept)


def measured(config: Config, act: str) -> list[float]:
    with Actor(config) as actor:
        began = time.monotonic()
        actor.ours.send(act)
        assert actor.answer() is not None
        return [time.monotonic() - began]


def kill(config: Config, act: str, fraction: float, span: list[float]) -> bool:
    """Start something and kill it after a ``fraction`` of the time it takes; tell whether it was not yet done."""
    with Actor(config) as actor:
        began = time.monotonic()
        actor.ours.send(act)
        ended = actor.ours.poll(fraction * span[0])
        assert not ended or actor.answer() is not None, "it failed by itself"
        actor.process.kill()
        actor.process.join()
        was_killed = not ended and actor.answer() is None
    if not was_killed:  # the machine may be busier or idler by now
        span[0] = 0.9 * span[0] + 0.1 * min(span[0], time.monotonic() - began)
    elif fraction > 1:
        span[0] *= 1.1
    return was_killed


@dataclass(frozen=True)
class Known:
    """A generation as it has to be."""

    number: int
    content: dict[str, str]
    texts: dict[str, str]


def states(config: Config, folder: Path) -> dict[str, Known]:
    """Return what every byte has to be of the generations of some states of the sources, by id."""
    own = copied(config, folder)
    with Index.open(own.index) as opened:
        known = {opened.id: Known(-1, content(opened.path), {ARTICLE: opened.store.document(ARTICLE).text})}
    for number in range(4):
        added(own, number)
        identity = builder.build(own).generation
        known[identity] = Known(number, content(Path(own.index) / identity), texts(own))
    return known


def reopened(config: Config, known: dict[str, Known], *, wholly: bool = True) -> str:
    """Open the index, and return the id of what answers; it is that generation to the last byte.

    Opening compares every byte with the manifest, so that it is enough to compare that; but not always.
    """
    with Index.open(config.index, verify=True) as opened:
        expected = known[opened.id]
        manifests = [file_sha256(opened.path / manifest.MANIFEST), expected.content[manifest.MANIFEST]]
        assert manifests[0] == manifests[1]
        assert not wholly or content(opened.path) == expected.content
        sources = [listing.source for listing in opened.store.documents()]
        assert {source: opened.store.document(source).text for source in sources} == expected.texts
    for other in named(config):
        there = {str(path.relative_to(other)) for path in other.rglob("*") if path.is_file()}
        assert there == known[other.name].content.keys(), "what has the name of a generation is whole"
    return opened.id


def stage(config: Config, old: str, new: str) -> str:
    """Tell how far a build came that was killed."""
    left = list(Path(config.index).glob(f"{manifest.BUILDING}*"))
    if generations.current_or_none(Path(config.index)) == new:
        return "the old one is being removed" if left else "swapped"
    if (Path(config.index) / new).exists():
        return "named"
    for name in (manifest.MANIFEST, "vectors.npy", manifest.BM25, manifest.ENCODER, manifest.STORE):
        if any((folder / name).exists() for folder in left):
            return name
    return "begun" if left else "nothing written"


def change(config: Config, known: dict[str, Known]) -> str:
    """Give the sources a state of which there is no generation, and return the id that it will have.

    Kills that fall late, one after the other, may have left a generation of each state: then all but the current go.
    """
    if not (new := _missing(config, known)):
        generations.prune(Path(config.index))
        new = _missing(config, known)
    added(config, known[new[0]].number)
    return new[0]


def _missing(config: Config, known: dict[str, Known]) -> list[str]:
    there = {path.name for path in named(config)}
    return [identity for identity in known if known[identity].number >= 0 and identity not in there]


def test_there_is_a_change_where_kills_have_left_every_known_generation(tiny: Config, tmp_path: Path) -> None:
    known = states(tiny, tmp_path / "states")
    kept = tmp_path / "kept"
    for number in range(4):
        added(tiny, number)
        new = builder.build(tiny).generation
        shutil.copytree(Path(tiny.index) / new, kept / new, copy_function=os.link)
    for path in kept.iterdir():
        if not (place := Path(tiny.index) / path.name).exists():
            shutil.copytree(path, place, copy_function=os.link)
    current = generations.current_or_none(Path(tiny.index))
    assert not _missing(tiny, known)
    new = change(tiny, known)
    assert new != current
    assert reopened(tiny, known) == current, "and the current generation stays"
    assert builder.build(tiny).generation == new


def killed_builds(config: Config, known: dict[str, Known], kills: int, seed: int) -> list[tuple[str, bool]]:
    """Kill builds at random points; return how far each came, and whether the new generation answered then."""
    chance = random.Random(seed)
    found: list[tuple[str, bool]] = []
    added(config, 0)
    span = measured(config, "build")
    old = reopened(config, known)

    for attempt in range(3 * kills):
        if len(found) >= kills and len({new for _, new in found}) == 2:
            break
        new = change(config, known)
        was_killed = kill(config, "build", chance.uniform(0, 1.1), span)
        reached = stage(config, old, new)
        now = reopened(config, known, wholly=attempt % 10 == 0)
        assert now in (old, new)
        if was_killed:
            found.append((reached, now == new))
        else:
            assert now == new
            assert litter(config) == [], "one that came to its end has swept up"
        if attempt % 10 == 5:
            with Engine.open(config=config) as engine:
                assert engine.search("the president of Bolivia").index == now
                assert engine.ask("Who is Cuba's foreign minister?").citations
        old = now
        if attempt % 10 == 0:
            new = change(config, known)
            assert builder.build(config).built, "a later build succeeds"
            assert reopened(config, known) == new
            assert litter(config) == [], "and sweeps up"
            assert {path.name for path in named(config)} == {old, new}
            old = new
    return found


def test_a_build_killed_at_any_point_leaves_the_old_generation_or_the_new_one(
    config: Config, tiny_built: Config, tmp_path: Path
) -> None:
    """To copy an encoder of 90 MB takes most of the time of a build; with a tiny one the rest is met."""
    owns = [copied(shared, tmp_path / name) for name, shared in (("whole", config), ("tiny", tiny_built))]
    known = [states(own, tmp_path / f"states-{number}") for number, own in enumerate(owns)]
    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(killed_builds, own, its, kills, seed)
            for seed, (own, its, kills) in enumerate(zip(owns, known, KILLS.values(), strict=True))
        ]
        found = [one for future in futures for one in future.result()]
    assert len(found) >= sum(KILLS.values())
    assert {new for _, new in found} == {False, True}, "kills before the swap and after it"
    stages = Counter(reached for reached, _ in found)
    assert len(stages) >= 5, stages


def test_a_build_killed_at_each_call_of_the_swap_leaves_the_old_generation_or_the_new_one(
    tiny: Config, tmp_path: Path
) -> None:
    known = states(tiny, tmp_path / "states")
    for number in range(2):
        added(tiny, number)
        builder.build(tiny)
    added(tiny, 2)
    answering = []
    for last in range(1, 10):
        own = replace(tiny, index=str(linked(tiny.index, tmp_path / str(last))))
        assert dying(own, last) == -signal.SIGKILL
        answering.append(known[reopened(own, known)].number)
        builder.build(own)
        assert known[reopened(own, known)].number == 2
        assert litter(own) == []
    assert answering == [1] * 4 + [2] * 5, "name, sync, sync, swap, sync, and then the oldest goes"


def test_a_killed_way_back_or_clearing_leaves_a_whole_generation(tiny: Config, tmp_path: Path) -> None:
    known = states(tiny, tmp_path / "states")
    first = generations.current_or_none(Path(tiny.index))
    added(tiny, 0)
    second = builder.build(tiny).generation
    chance = random.Random(2)
    for act, after in (("rollback", {first, second}), ("prune", {second})):
        span = measured(replace(tiny, index=str(linked(tiny.index, tmp_path / f"{act}-measured"))), act)
        killed = 0
        for number in range(50):
            own = replace(tiny, index=str(linked(tiny.index, tmp_path / f"{act}-{number}")))
            killed += kill(own, act, chance.uniform(0, 1.1), span)
            assert reopened(own, known) in after
            added(tiny, 1)
            builder.build(own)
            assert known[reopened(own, known)].number == 1
            assert litter(own) == []
            if killed == 8:
                break
        assert killed == 8


def test_a_builder_killed_with_the_lock_blocks_nobody(tiny: Config) -> None:
    added(tiny, 0)
    command = [sys.executable, "-c", HOLDER, tiny.index]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match="another rag index is building .*: wait for it to end"):
            builder.build(tiny)
        assert litter(tiny) == [".building-1"], "who is refused leaves the work of the one that runs alone"
        holder.kill()
    assert (Path(tiny.index) / generations.LOCK).exists()
    assert builder.build(tiny).built
    assert litter(tiny) == []


def test_a_lock_file_that_was_left_blocks_nobody(tiny: Config) -> None:
    (Path(tiny.index) / generations.LOCK).write_text("4194304\n")
    added(tiny, 0)
    assert builder.build(tiny).built


class Disk:
    """Counts the calls with which a build changes the disk, and fails some.

    Args:
        code: the error's number.
        first: the number of the first call that fails, from 1.
        last: the number of the last one; or, for a disk that stays full, infinity: what takes room fails from then on.
    """

    TAKES_ROOM = ("open", "copyfile", "mkdir", "fsync", "sqlite")

    def __init__(self, code: int, first: int, last: float) -> None:
        self.code, self.first, self.last = code, first, last
        self.calls: list[str] = []
        self.failed: list[str] = []

    def call(self, what: str) -> None:
        self.calls.append(what)
        number = len(self.calls)
        if number == self.first or (self.first < number <= self.last and what in self.TAKES_ROOM):
            self.failed.append(what)
            if what == "sqlite":
                raise sqlite3.OperationalError("database or disk is full")
            raise OSError(self.code, os.strerror(self.code))

    @contextmanager
    def fails(self) -> Iterator[None]:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir"):
                patch.setattr(os, name, self._counted(name, getattr(os, name)))
            patch.setattr(shutil, "copyfile", self._counted("copyfile", shutil.copyfile))
            patch.setattr(builtins, "open", self._opens(builtins.open))
            patch.setattr(io, "open", self._opens(io.open))
            patch.setattr(os, "open", self._opens_low(os.open))
            patch.setattr(sqlite3, "connect", self._connects(sqlite3.connect))
            yield

    def _counted(self, name: str, do: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **named: Any) -> Any:
            self.call(name)
            return do(*args, **named)

        return counted

    def _opens(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def opened(file: Any, mode: str = "r", *rest: Any, **named: Any) -> Any:
            if set(mode) & set("wax+"):
                self.call("open")
            return do(file, mode, *rest, **named)

        return opened

    def _opens_low(self, do: Callable[..., Any]) -> Callable[..., Any]:
        def opened(path: Any, flags: int, *rest: Any, **named: Any) -> Any:
            if flags & (os.O_WRONLY | os.O_RDWR):
                self.call("open")
            return do(path, flags, *rest, **named)

        return opened

    def _connects(self, do: Callable[..., Any]) -> Callable[..., Any]:
        disk = self

        class Connection(sqlite3.Connection):
            def execute(self, *args: Any) -> Any:
                disk.call("sqlite")
                return super().execute(*args)

            def executemany(self, *args: Any) -> Any:
                disk.call("sqlite")
                return super().executemany(*args)

            def executescript(self, *args: Any) -> Any:
                disk.call("sqlite")
                return super().executescript(*args)

            def commit(self) -> None:
                disk.call("sqlite")
                super().commit()

        def connected(path: Any, **named: Any) -> Any:
            return do(path, **named) if named.get("uri") else do(path, factory=Connection)

        return connected


@pytest.mark.parametrize(
    ("code", "lasting"), [(errno.EIO, False), (errno.ENOSPC, True)], ids=["a broken disk", "a full disk"]
)
def test_whatever_call_fails_the_index_is_whole_and_the_error_tells_which(
    tiny: Config, code: int, lasting: bool
) -> None:
    """Each write, sync, rename and removal of a build fails once; or all that take room from then on."""
    for number in range(2):
        added(tiny, 1000 + number)
        builder.build(tiny)
    told: Counter[str] = Counter()
    for first in count(1):
        text = added(tiny, first)
        before, old = files(tiny), generations.current_or_none(Path(tiny.index))
        disk = Disk(code, first, float("inf") if lasting else first)
        error = None
        with disk.fails():
            try:
                builder.build(tiny)
            except RagError as raised:
                error = raised
        if not disk.failed:
            break
        now = generations.current_or_none(Path(tiny.index))
        with Index.open(tiny.index, verify=True) as opened:
            assert (opened.store.document(ADDED).text == text) == (now != old)
        assert litter(tiny) == []
        if error is None:
            assert (now != old, disk.failed) == (True, ["mkdir"]), "the folder that is to be made is there already"
        else:
            message = str(error)
            assert "\n" not in message
            assert error.exit_code == 1
            assert message.startswith(f"index folder {tiny.index} cannot be written (")
            assert os.strerror(code) in message or "database or disk is full" in message
            assert "[" not in message, "one reason, in plain words"
            if now == old:
                assert message.endswith("; the index is as it was")
                assert files(tiny) == before
            else:
                assert message.endswith(f"; generation {now} is asked all the same")
        told[disk.failed[0]] += 1
        assert builder.build(tiny).documents == 2, "and with the disk mended it goes on"
        with Index.open(tiny.index, verify=True) as opened:
            assert opened.store.document(ADDED).text == text
        assert litter(tiny) == []
    assert told.keys() == {"open", "copyfile", "mkdir", "fsync", "sqlite", "rename", "replace", "unlink", "rmdir"}
    assert min(told["fsync"], told["open"]) >= 10, told


def written(config: Config) -> dict[str, int]:
    """Return the size of each file that a build writes, by the end of its path."""
    generation = Path(config.index) / str(generations.current_or_none(Path(config.index)))
    sizes = {str(path.relative_to(generation)): path.stat().st_size for path in generation.rglob("*") if path.is_file()}
    return sizes | {generations.POINTER: (Path(config.index) / manifest.CURRENT).stat().st_size}


def test_a_disk_that_is_full_at_the_last_byte_of_any_file_leaves_the_old_generation(tiny: Config) -> None:
    """Not all who write tell of bytes that were buffered when they closed the file."""
    added(tiny, 0)
    builder.build(tiny)
    added(tiny, 1)
    before = files(tiny)
    sizes = written(tiny)
    assert len(sizes) >= 12
    for name, size in sizes.items():
        code, said = limited(tiny, name, size - 9)  # a number may be shorter by a digit or two in the next generation
        assert (name, code) == (name, 1)
        assert said.startswith(f"rag: index folder {tiny.index} cannot be written ("), said
        assert said.endswith("; the index is as it was\n")
        assert said.count("\n") == 1
        assert files(tiny) == before
    assert builder.build(tiny).built


def test_an_encoder_that_finds_no_room_is_an_error_and_not_another_encoder(tiny: Config, tmp_path: Path) -> None:
    first = replace(tiny, index=str(tmp_path / "first"))
    for name, limit in (("tokenizer.json", 1000), ("encoder.onnx", 10_000)):
        code, said = limited(first, name, limit)
        assert (name, code) == (name, 1), said
        assert said.splitlines()[-1].startswith(f"rag: index folder {first.index} cannot be written (")
        assert "Traceback" not in said
        assert [path.name for path in Path(first.index).iterdir()] == [generations.LOCK]


def test_everything_is_synced_before_it_gets_its_name(tiny: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """Renames are only as good as what they name: on the disk first the content, then the name, then the pointer."""
    events: list[tuple[str, str]] = []
    sync, rename = generations.sync, Path.rename

    def synced(path: Path) -> None:
        events.append(("sync", path.name))
        sync(path)

    def renamed(path: Path, target: Path) -> Path:
        events.append(("rename", Path(target).name))
        return rename(path, target)

    monkeypatch.setattr(generations, "sync", synced)
    monkeypatch.setattr(Path, "rename", renamed)
    monkeypatch.setattr(Path, "replace", renamed)
    added(tiny, 0)
    new = builder.build(tiny).generation
    whole = Path(tiny.index) / new
    named_at = events.index(("rename", new))
    current_at = events.index(("rename", manifest.CURRENT))
    first = {name for what, name in events[:named_at] if what == "sync"}
    assert {path.name for path in whole.rglob("*")} <= first
    assert first & {f"{manifest.BUILDING}{os.getpid()}"}, "its folder too"
    folder = ("sync", Path(tiny.index).name)
    assert {folder, ("sync", generations.POINTER)} <= set(events[named_at:current_at])
    assert folder in events[current_at:]


def break_link(path: Path, content: bytes | bytearray | None) -> None:
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_bytes(content)


def test_a_bit_a_swap_a_cut_or_a_loss_in_any_file_is_an_error_that_names_it(tiny: Config) -> None:
    with Index.open(tiny.index) as opened:
        generation, entries = opened.path, opened.manifest.files
    whole = {name: (generation / name).read_bytes() for name in (*entries, manifest.MANIFEST)}
    assert sorted(whole) == sorted(content(generation)), "every file there is"
    names = list(whole)
    for number, name in enumerate(names):
        good, other = whole[name], names[number - 1]
        bits = [bytearray(good) for _ in range(3)]
        for place, damaged in zip((0, len(good) // 2, -1), bits, strict=True):
            damaged[place] ^= 1
        for bad in (*bits, good[:-2], good[: len(good) // 2], b"", good + b"\n0", None):
            break_link(generation / name, bad)
            damage(tiny, {name})
        break_link(generation / name, whole[other])
        break_link(generation / other, good)
        damage(tiny, {name, other})
        for path in (name, other):
            break_link(generation / path, whole[path])
        with Index.open(tiny.index, verify=True):
            pass


def damage(config: Config, names: set[str]) -> None:
    for verify in (False, True):
        with pytest.raises(IndexDamaged) as caught:
            Index.open(config.index, verify=verify)
        assert any(f"/{name} " in str(caught.value) for name in names), caught.value
        assert str(caught.value).endswith(f": rebuild with rag index --index {config.index}")


def test_a_bit_in_any_byte_of_the_manifest_is_an_error(tiny: Config) -> None:
    with Index.open(tiny.index) as opened:
        generation = opened.path
    good = (generation / manifest.MANIFEST).read_bytes()
    chance = random.Random(0)
    for place in range(len(good) - 1):  # the last byte is the end of the line
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        break_link(generation / manifest.MANIFEST, bytes(bad))
        with pytest.raises(IndexDamaged):
            manifest.read(generation)


def before_call(patch: pytest.MonkeyPatch, module: object, name: str, act: Callable[[], None]) -> None:
    """Act once, before the first call of a function."""
    do = getattr(module, name)
    acted: list[bool] = []

    def called(*args: Any, **named: Any) -> Any:
        if not acted:
            acted.append(True)
            act()
        return do(*args, **named)

    patch.setattr(module, name, called)


@pytest.mark.parametrize(
    ("module", "name"),
    [(manifest, "check"), (opened, "Store"), (encode, "read"), (encode, "canary_cosine"), (opened, "Lexical")],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_open_during_which_two_builds_end_gives_the_newest(
    tiny: Config, monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    """They took away what it began to open."""

    def two() -> None:
        for number in range(2):
            added(tiny, number)
            builder.build(tiny)

    before_call(monkeypatch, module, name, two)
    with Engine.open(config=tiny) as engine:
        assert engine.index.id == generations.current_or_none(Path(tiny.index))
        assert "president number 1" in engine.index.store.document(ADDED).text
        assert engine.ask("Who is the president of Bolivia?").citations


class Rebuilding:
    """Readers and a builder of one index: what was built, oldest first, and what was answered."""

    ASKED = ("Who is the president of Bolivia?", "Who is Cuba's foreign minister?", "What about oil from Venezuela?")

    def __init__(self, config: Config) -> None:
        self.config = config
        self.order = [str(generations.current_or_none(Path(config.index)))]
        self.texts = {self.order[0]: texts(config)}
        self.answers: list[tuple[int, Answer]] = []
        """Each with the number of the newest generation when the index was opened."""
        self._moved = threading.Condition()
        self._broken = False

    def read(self, reader: int) -> None:
        few = replace(self.config, k=1)  # what is read is not what is tested, and takes most of the time
        try:
            for block in range(QUESTIONS // REOPEN):
                newest = len(self.order) - 1
                with Engine.open(config=few) as engine:
                    questions = [self.ASKED[(reader + n) % len(self.ASKED)] for n in range(REOPEN)]
                    found = [(newest, engine.ask(question)) for question in questions]
                with self._moved:
                    self.answers.extend(found)
                    self._wait(block * REBUILDS * REOPEN // QUESTIONS, self.order)
        except BaseException:
            self._broken = True
            raise

    def build(self, builder: Actor) -> None:
        for number in range(REBUILDS):
            added(self.config, number)
            builder.ours.send("build")
            new = builder.answer()
            with self._moved:
                self.texts[new] = texts(self.config)
                self.order.append(new)
                self._wait(number * READERS * QUESTIONS // REBUILDS, self.answers)

    def _wait(self, least: int, there: Sized) -> None:
        """Wait for the others: neither the readers nor the builder may run away."""
        self._moved.notify_all()
        deadline = time.monotonic() + 120
        while len(there) < least and not self._broken and time.monotonic() < deadline:
            self._moved.wait(1)


def test_readers_meet_whole_generations_alone_while_the_index_is_rebuilt(tiny: Config) -> None:
    """Four readers ask 500 questions each, opening the index again and again, during 20 rebuilds."""
    seen = Rebuilding(tiny)
    with Actor(tiny) as builder, ThreadPoolExecutor(READERS) as pool:
        readers = [pool.submit(seen.read, reader) for reader in range(READERS)]
        seen.build(builder)
        for reader in readers:
            reader.result()
    assert len(seen.answers) == READERS * QUESTIONS
    assert len(seen.texts) == REBUILDS + 1
    for newest, answer in seen.answers:
        assert seen.order.index(answer.index) >= newest, "never older than what was built before it was opened"
        assert answer.citations
        for citation in answer.citations:
            assert seen.texts[answer.index][citation.source][citation.start : citation.end] == citation.quote
    assert len({answer.index for _, answer in seen.answers}) >= REBUILDS // 2
