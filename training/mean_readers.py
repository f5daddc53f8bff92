"""Write the mean of two readers' weights: what one has learned last, and what the other knew before.

    python training/mean_readers.py --last RUN/reader.pt --before FOLDER/reader.onnx --part 0.4 --out RUN/mean.pt

``--part`` is that of the one before. The head for yes or no, which it lacks, is the last one's.
"""

import argparse
from pathlib import Path

import torch
from reader_model import weights
from torch import Tensor


def mean(last: dict[str, Tensor], before: dict[str, Tensor], part: float) -> dict[str, Tensor]:
    """Return weights of which ``part`` is ``before``'s."""
    return {
        name: value
        if name.startswith("verdict.") or not value.is_floating_point()
        else (1 - part) * value + part * before[name]
        for name, value in last.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--last", type=Path, required=True)
    parser.add_argument("--before", type=Path, required=True)
    parser.add_argument("--part", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.save(mean(weights(arguments.last), weights(arguments.before), arguments.part), arguments.out)


if __name__ == "__main__":
    main()
