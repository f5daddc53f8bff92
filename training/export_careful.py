"""Write what the package has of a careful network: the adapter, the network's graph, the tokenizer.

    python training/export_careful.py --adapter RUN/reader.pt --base FOLDER --windows MIX/windows.jsonl
    python training/export_careful.py --judge RUN/judge.pt --base FOLDER --windows MIX/windows.jsonl

RUN is one of ``training/train_reader.py --mpnet`` or ``training/train_judge.py --mpnet``, FOLDER has all-mpnet-base-v2,
MIX is what the run learned from. The graph (training/graph.py) has no weights: ``rag models pull reader-base`` fills
them in. What the merged network says is compared with PyTorch on held-back windows or claims.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from export_reader import compared, spread
from graph import HEADS, MPNet
from judge_model import Judge
from numpy.typing import NDArray
from reader_model import Example, Reader, load, load_trained, tokenized, weights
from reader_model import adapter as adapter_of
from safetensors.numpy import save_file
from smooth import factors

from rag.models import careful
from rag.models.careful import JUDGE, READER, Part
from rag.reading.network import tokenizer


def main(given: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--adapter", type=Path, help="the careful reader's weights")
    which.add_argument("--judge", type=Path, help="the careful judge's")
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--windows", type=Path, required=True, help="held-back ones even out and compare")
    parser.add_argument("--out", type=Path, default=careful.ADAPTER)
    arguments = parser.parse_args(given)
    part, trained = (JUDGE, arguments.judge) if arguments.judge else (READER, arguments.adapter)
    state = weights(trained)
    model = Judge(arguments.base) if part is JUDGE else Reader(arguments.base)
    load_trained(model, state)
    examples = tokenized(spread(load(arguments.windows, "dev")), arguments.base)
    own = write(part, adapter_of(state, HEADS[part]), arguments.base, arguments.out, model, examples)
    for path in sorted(one for one in own.iterdir() if one.is_file()):
        print(f"{path}: {path.stat().st_size / 1e6:.1f} MB")
    compared(model, careful.filled(own, arguments.base / "model.safetensors"), examples)


def write(
    part: Part,
    adapter: Mapping[str, NDArray[Any]],
    base: Path,
    out: Path,
    model: Reader | None = None,
    examples: Sequence[Example] = (),
) -> Path:
    """Write an adapter in its form, its graph, the base's tokenizer, and the sums of all; nothing else is touched.

    Args:
        part: which of the networks.
        adapter: by name, as :mod:`rag.models.careful` tells; kept as float16.
        base: folder of the base with ``config.json`` and ``tokenizer.json``.
        out: folder of what the package has of both networks; it is made.
        model: the trained network, whose activations are evened out; without it they are rounded as they are.
        examples: what it reads for that.

    Returns:
        the folder of this one.
    """
    own = out / part.home
    own.mkdir(parents=True, exist_ok=True)
    with np.errstate(over="ignore"):  # which is told below
        halves = {name: np.ascontiguousarray(tensor, dtype=np.float16) for name, tensor in adapter.items()}
    wrong = [name for name, tensor in halves.items() if not np.isfinite(tensor).all()]
    if wrong:
        raise ValueError(f"no finite float16: {', '.join(wrong)}")
    save_file(halves, own / careful.WEIGHTS)
    (own / careful.WEIGHTS).chmod(0o644)  # which its library makes for its owner alone
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    shapes = {name: tensor.shape for name, tensor in halves.items()}
    even = factors(model, MPNet.groups(config), examples) if model else {}
    onnx.save(MPNet(part, config, shapes, even).model(), own / careful.GRAPH)
    (out / careful.TOKENIZER).write_text(tokenizer(base).to_str(pretty=False), encoding="utf-8")
    (own / careful.SUMS).write_text(part.published(own), encoding="utf-8")
    return own


if __name__ == "__main__":
    main()
