"""The careful networks, reader and judge: whether they are here, and how adapters and the published base become them.

Of each the package has the adapter, the network's graph without its weights, the tokenizer and fitted numbers; the base
of both is pulled (:mod:`rag.models.catalogue`), and not needed any more once they are merged with it, in 8 bits.
``training/export_careful.py`` writes adapters and graphs. In an adapter ``NAME.up @ NAME.down`` is what is added
to the base's ``NAME.weight``; any other tensor of it stands for the base's of that name, or is of a head, which the
base has not.

The name of an initializer of a graph tells what it holds: the names of one or more tensors, joined by ``+`` where
they stand one below the other, and behind a colon ``values``, or whole numbers and their ``scales``, one a row: of
word vectors the ``codes``, of a matrix the ``turned`` ones, columns for rows, its columns divided by the graph's
``factors``, by which the graph multiplies what comes to the matrix.
"""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.config import Config
from rag.errors import ModelError
from rag.models.encode import file_sha256

if TYPE_CHECKING:
    from onnx import ModelProto

ADAPTER = Path(str(files("rag"))) / "weights" / "careful"
"""What the package has of the careful networks."""
WEIGHTS, GRAPH = "adapter.safetensors", "graph.onnx"
TOKENIZER = "tokenizer.json"
SUMS = "SHA256SUMS"
NAME = "reader-base"
"""Of their base, as ``rag models`` has it."""
PULL = f"rag models pull {NAME}"
MOST_OF_WORDS, MOST = 127, 63
"""Largest whole number of a word vector, and of a matrix: two products of 8 and of 7 bits add up to less than 16, which
is all that some processors have room for."""


class Weights:
    """The tensors of a network: the base's with the adapter merged in."""

    def __init__(self, base: Any, adapter: Any) -> None:
        """Take what ``safetensors.safe_open`` gives of the two files."""
        self._base, self._adapter = base, adapter
        self._published, self._adapted = set(base.keys()), set(adapter.keys())

    def tensor(self, name: str) -> NDArray[np.float32]:
        """Return a tensor, float32; KeyError if neither has it."""
        stem = name.removesuffix(".weight")
        if name in self._adapted:
            return np.asarray(self._adapter.get_tensor(name), dtype=np.float32)
        if name not in self._published:
            raise KeyError(name)
        found = np.asarray(self._base.get_tensor(name), dtype=np.float32)
        if f"{stem}.up" in self._adapted:
            up, down = (np.asarray(self._adapter.get_tensor(f"{stem}.{n}"), dtype=np.float32) for n in ("up", "down"))
            found = found + up @ down
        return found


def coded(weight: NDArray[np.float32], most: int) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Round each row to whole numbers from ``-most`` to ``most``.

    Returns:
        those numbers, in the shape of ``weight``, and the scale of each row, float32, shape (rows, 1).
    """
    scales = np.abs(weight).max(axis=1, keepdims=True) / np.float32(most)
    return np.rint(weight / np.where(scales, scales, 1)).astype(np.int8), scales


def filled(card: Path, base: Path) -> "ModelProto":
    """Return a network: its graph, filled with the base and its adapter.

    Args:
        card: folder of the graph and the adapter.
        base: the published weights, safetensors.
    """
    import onnx
    from safetensors import safe_open

    model = onnx.load(card / GRAPH, load_external_data=False)
    with safe_open(base, "np") as first, safe_open(card / WEIGHTS, "np") as second:
        fill(model, Weights(first, second).tensor)
    return model


def fill(model: "ModelProto", tensor: Callable[[str], NDArray[np.float32]]) -> None:
    """Put weights into the initializers of a graph that wait for them.

    Args:
        model: the graph.
        tensor: gives each by its name, float32.
    """
    from onnx import TensorProto, numpy_helper

    known = {one.name: one for one in model.graph.initializer}
    scales: dict[str, NDArray[np.float32]] = {}
    for slot in model.graph.initializer:
        if slot.data_location != TensorProto.EXTERNAL:
            continue
        names, _, kind = slot.name.partition(":")
        if kind == "scales":
            filling: NDArray[Any] = scales.pop(names)  # which its codes, that stand before it, came with
        else:
            filling = np.concatenate([tensor(name) for name in names.split("+")])
        if kind == "codes":
            filling, scales[names] = coded(filling, MOST_OF_WORDS)
        elif kind == "turned":
            if (factors := known.get(f"{names}:factors")) is not None:
                filling = filling / numpy_helper.to_array(factors)
            turned, scales[names] = coded(filling, MOST)
            filling = turned.T
        slot.raw_data = np.ascontiguousarray(filling).reshape(tuple(slot.dims)).tobytes()
        slot.data_location = TensorProto.DEFAULT
        del slot.external_data[:]


@dataclass(frozen=True, slots=True)
class Part:
    """One of the careful networks: what the package has of it, and what is made of that where models lie."""

    name: str
    """``reader`` or ``judge``."""
    does: str
    """What the packaged one has done where this one is not here."""
    home: str
    """Of its files, from ``ADAPTER``."""
    made_of: tuple[str, ...]
    """Files that its ``SHA256SUMS`` names, from there."""
    folder: str
    """Of the merged network, in the folder of models."""

    @property
    def card(self) -> Path:
        """Folder of what the package has."""
        return ADAPTER / self.home

    @property
    def network(self) -> str:
        """File of the merged network."""
        return f"{self.name}.onnx"

    def merge(self, base: Path, folder: Path) -> None:
        """Write the merged network to a folder, whole or not at all.

        Args:
            base: the published weights, safetensors.
            folder: what takes the place of what is there; a folder beside it is used in passing.

        Raises:
            ModelError: the package is not whole, or there is no room.
        """
        self.check()
        work = folder.with_name(f".{folder.name}.new")
        shutil.rmtree(work, ignore_errors=True)  # a killed merge may have left it
        model = filled(self.card, base)
        try:
            work.mkdir()
            with (work / self.network).open("wb") as file:
                file.write(model.SerializeToString())
                file.flush()
                os.fsync(file.fileno())
            (work / SUMS).write_text(self.sums(work), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            work.replace(folder)
        except OSError as error:
            shutil.rmtree(work, ignore_errors=True)
            raise ModelError(f"{folder}: {error.strerror}: make room, and pull it again") from error

    def sums(self, folder: Path) -> str:
        """Return what ``SHA256SUMS`` of a merged network must say, as ``sha256sum`` has it: also what it is made of."""
        return f"{file_sha256(folder / self.network)}  {self.network}\n{self._made_of()}"

    def fits(self, folder: Path) -> bool:
        """Tell whether a folder holds a network that was made of what the package has; nothing of it is hashed."""
        if not ((self.card / SUMS).is_file() and (folder / SUMS).is_file()):
            return False
        return (folder / SUMS).read_text(encoding="utf-8").partition("\n")[2] == self._made_of()

    def whole(self, folder: Path) -> bool:
        """Tell whether a folder holds, to the byte, the network that was made there of what the package has."""
        here = self.fits(folder) and (folder / self.network).is_file()
        return here and (folder / SUMS).read_text(encoding="utf-8") == self.sums(folder)

    def chosen(self, config: Config) -> Path | None:
        """Return the folder of the careful network; None if the packaged one is to be used.

        Raises:
            ModelError: the settings ask for it, and it is not here.
        """
        folder = self.folder_of(config)
        if config.reader == "packaged" or (config.reader == "auto" and not self.fits(folder)):
            return None
        if not self.fits(folder):
            what = "was made by another version" if folder.exists() else "is not here"
            raise ModelError(f'the careful {self.name} {what} ({folder}): {PULL}, or set reader to "packaged"')
        return folder

    def folder_of(self, config: Config) -> Path:
        """Return the folder where the network lies once the base was pulled."""
        return Path(config.models).expanduser() / self.folder

    def advise(self, config: Config) -> None:
        """Say on standard error what would do better, if it is not here; once for a folder of models and a version."""
        folder = self.folder_of(config)
        if config.reader != "auto" or not (self.card / SUMS).is_file() or self.fits(folder):
            return
        told = folder.with_name(f".{self.folder}.told")
        with suppress(OSError):  # no place to remember it: then it is said each time
            if told.is_file() and told.read_text(encoding="utf-8") == self._made_of():
                return
            told.parent.mkdir(parents=True, exist_ok=True)
            told.write_text(self._made_of(), encoding="utf-8")
        print(f"rag: the packaged {self.name} {self.does} this; a more careful one comes with: {PULL}", file=sys.stderr)

    def check(self) -> None:
        """Raise ModelError if what the package has is missing or not what its ``SHA256SUMS`` names."""
        missing = [name for name in (*self.made_of, SUMS) if not (self.card / name).is_file()]
        if missing:
            raise ModelError(f"{self.card / missing[0]} is missing: reinstall quoteline")
        if self._made_of() != self.published(self.card):
            raise ModelError(f"{self.card} does not hold what was published (see {SUMS}): reinstall quoteline")

    def published(self, card: Path) -> str:
        """Return what ``SHA256SUMS`` of what the package has, in a folder like ``card``, must say."""
        return "".join(f"{file_sha256(card / name)}  {name}\n" for name in self.made_of)

    def _made_of(self) -> str:
        return (self.card / SUMS).read_text(encoding="utf-8")


READER = Part("reader", "read", "", (WEIGHTS, GRAPH, TOKENIZER), NAME)
JUDGE = Part("judge", "judged", "judge", (WEIGHTS, GRAPH, f"../{TOKENIZER}"), "judge-base")
"""Its tokenizer is the base's own too, which the package has once."""
PARTS = (READER, JUDGE)
