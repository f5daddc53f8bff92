"""Have a careful network read what a packaged one is to learn from; write the lines again with what it said.

    python training/teach.py --windows MIX/windows.jsonl --skip 46000 --mpnet BASE --teacher RUN/reader.pt
        --out TAUGHT/windows.jsonl
    python training/teach.py --judge --windows CLAIMS/windows.jsonl --mpnet BASE --teacher RUN/judge.pt --out …

Both networks cut a text into the same wordpieces, so a logit of the one belongs to a token of the other. A training
line gets ``said``: the teacher's logits by part, of each token (``start``, ``end``), of each sentence, or of the text.
Held-back lines stay as they are. Questions for yes or no are left out: the packaged reader has no head for them.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import judge_model
import torch
from reader_model import Example, Reader, batch, by_length, load, load_trained, outputs, tokenized, weights

PARTS = {Reader: ("start", "end", "sentence", "holds"), judge_model.Judge: ("verdict", "sentence")}
"""What each network says, in its order."""
SIZE = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--windows", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, required=True, help="MPNet-base's folder")
    parser.add_argument("--teacher", type=Path, required=True, help="the .pt of a careful network")
    parser.add_argument("--judge", action="store_true", help="the teacher is a judge, the lines are claims")
    parser.add_argument("--skip", type=int, default=0, help="training lines to leave out, the first so many")
    parser.add_argument("--most", type=int, default=24_000, help="training lines to take then")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    model = (judge_model.Judge if arguments.judge else Reader)(arguments.mpnet)
    load_trained(model, weights(arguments.teacher))
    chosen = load(arguments.windows, "train")[arguments.skip :]
    chosen = [line for line in chosen if "verdict" not in line][: arguments.most]
    examples = tokenized(chosen, arguments.mpnet)
    for example, said in zip(examples, told(model, examples), strict=True):
        example.line["said"] = said
    held = [line for line in load(arguments.windows, "dev") if "verdict" not in line]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in chosen + held)


def told(model: Reader, examples: list[Example]) -> list[dict[str, Any]]:
    """Return the logits that a network gives each example, in the order given."""
    model.eval()
    made = judge_model.batch if isinstance(model, judge_model.Judge) else batch
    found: list[dict[str, Any]] = [{} for _ in examples]
    with torch.inference_mode():
        for numbers in by_length(examples, SIZE):
            logits = outputs(model, made([examples[n] for n in numbers], model.pad))
            for name, values in zip(PARTS[type(model)], logits, strict=False):
                for row, n in zip(values.double().numpy().round(2).tolist(), numbers, strict=True):
                    found[n][name] = row[: _length(examples[n], name)] if isinstance(row, list) else row
    return found


def _length(example: Example, part: str) -> int | None:
    """Return how many logits of a part are not of what fills the batch up; None of all."""
    if part == "sentence":
        return len(example.tokens.sentences)
    return len(example.tokens.ids) if part in ("start", "end") else None


if __name__ == "__main__":
    main()
