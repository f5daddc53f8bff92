"""By how much to even out what comes to a network's matrices, before it is rounded to 8 bits.

All of what comes to a matrix is rounded with one scale, and a few of its channels are thirty times as large as the
rest, of which little would be left. So each channel is multiplied by a factor, and the matrix's column divided by it
(SmoothQuant, Xiao and others, 2023). Of several ways to share a channel's size between the two, the one is taken that
leaves the matrix's product nearest to what it was.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from reader_model import ADAPTER_SCALE, Adapted, Example, Reader
from torch import Tensor, nn

from rag.models.careful import MOST, coded

SHARES = (0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9)
"""Of a channel's size that the matrix takes over."""
TEXTS = 64
"""So many tell how large a channel gets."""
COMPARED = 8
"""So many of them are multiplied, to compare."""
LEAST = 1e-5

Floats = NDArray[np.float32]


def factors(model: Reader, groups: Sequence[Sequence[str]], examples: Sequence[Example]) -> dict[str, Floats]:
    """Return a factor for each channel of what comes to some matrices.

    Args:
        model: trained.
        groups: names of linear layers of its encoder; those together read the same.
        examples: texts as it reads them.

    Returns:
        for each group, by its first name, shape (channels,); a group that is best as it is has none.
    """
    given: dict[str, list[Floats]] = {names[0]: [] for names in groups}

    def note(name: str) -> None:
        def hook(_: nn.Module, inputs: tuple[Tensor, ...], __: Tensor) -> None:
            given[name].append(inputs[0][0].float().numpy())

        hooks.append(model.encoder.get_submodule(name).register_forward_hook(hook))

    hooks: list[torch.utils.hooks.RemovableHandle] = []
    for names in groups:
        note(names[0])
    model.eval()
    with torch.inference_mode():
        for one in examples[:: -(-len(examples) // TEXTS)]:
            inputs = one.tokens.inputs()
            model.states(
                *(torch.from_numpy(inputs[name]) for name in ("input_ids", "attention_mask", "token_type_ids"))
            )
    for hook in hooks:
        hook.remove()
    found = {}
    for names in groups:
        matrix = np.concatenate([_matrix(model.encoder.get_submodule(name)) for name in names])
        if (best := _best(matrix, given.pop(names[0]))) is not None:
            found[names[0]] = best
    return found


def _matrix(layer: nn.Module) -> Floats:
    with torch.inference_mode():
        if isinstance(layer, Adapted):
            return (layer.base.weight.float() + ADAPTER_SCALE * layer.up @ layer.down).numpy()
        assert isinstance(layer, nn.Linear)
        return np.asarray(layer.weight)


def _best(matrix: Floats, given: Sequence[Floats]) -> Floats | None:
    """Return the factors that leave the product nearest to what it is; None if that is best as it is."""
    channels = np.maximum(np.max([np.abs(one).max(axis=0) for one in given], axis=0), LEAST)
    columns = np.maximum(np.abs(matrix).max(axis=0), LEAST)
    tried: list[Floats | None] = [None]
    for share in SHARES:
        factor = columns ** (1 - share) / channels**share
        tried.append((factor / np.exp(np.log(factor).mean())).astype(np.float32))
    compared = given[:: max(1, len(given) // COMPARED)]
    exact = [one @ matrix.T for one in compared]

    def error(factor: Floats | None) -> float:
        codes, scales = coded(matrix if factor is None else matrix / factor, MOST)
        rounded = codes * scales
        rough = (_rounded(one if factor is None else one * factor) @ rounded.T for one in compared)
        return sum(float(((a - b) ** 2).mean()) for a, b in zip(exact, rough, strict=True))

    return min(tried, key=error)


def _rounded(given: Floats) -> Floats:
    """Round as ONNX Runtime does: to 255 steps from the least to the largest, zero being one of them."""
    low, high = min(float(given.min()), 0.0), max(float(given.max()), 0.0)
    step = (high - low) / 255 or 1.0
    zero = round(-low / step)
    return np.asarray((np.clip(np.rint(given / step) + zero, 0, 255) - zero) * step, dtype=np.float32)
