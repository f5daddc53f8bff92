"""The reader's training recipe on made-up windows: the real network, the real exporter, no public data."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest

from rag.reading.network import Network
from tests.conftest import ROOT
from tests.later import Later

sys.path.insert(0, str(ROOT / "training"))  # its scripts import one another by name, as when they are run

if TYPE_CHECKING:
    import export_reader
    import reader_model
    import smooth
    import torch
    import train_reader
else:
    export_reader, reader_model, train_reader = Later("export_reader"), Later("reader_model"), Later("train_reader")
    smooth, torch = Later("smooth"), Later("torch")


def line(number: int, *, answerable: bool) -> dict[str, Any]:
    names = ("Ana Silva", "Ben Okri", "Carla Diaz", "Dan Roth")
    name = names[number % len(names)]
    text = f"The bridge number {number} is old. {name} designed it in {1900 + number}. Nobody was there."
    start, end = text.index(name), text.index(" Nobody")
    asked = "designed" if answerable else "painted"
    return {
        "id": str(number), "question_id": str(number), "set": "made-up", "group": str(number), "split": "train",
        "kind": "positive" if answerable else "human", "question": f"Who {asked} the bridge number {number}?",
        "title": "Bridges", "date": "", "text": text, "sentences": [[0, start - 1], [start, end], [end + 1, len(text)]],
        "answer_sentences": [1] if answerable else [], "unknown_sentences": [],
        "answers": [[start, start + len(name)]] if answerable else [], "answerable": answerable,
    }  # fmt: skip


LINES = [line(number, answerable=number % 3 > 0) for number in range(12)]


def settings(out: Path, **more: Any) -> argparse.Namespace:
    given = {
        "windows": out, "out": out, "examples": 24, "batch": 4, "rate": 2e-4, "seed": 5, "threads": 1, "bf16": False,
        "report": 2, "measure": 3, "checkpoint_minutes": 60.0, "stop_after": None, "speed": False,
        "start": None, "mpnet": None,
    }  # fmt: skip
    out.mkdir(exist_ok=True)
    return argparse.Namespace(**{**given, **more})


def trained(out: Path, **more: Any) -> "dict[str, torch.Tensor]":
    torch.manual_seed(5)
    examples = reader_model.tokenized(LINES)
    run = train_reader.Run(settings(out, **more), examples, examples)
    run.go()
    return run.model.state_dict()


def test_a_run_that_was_cut_off_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    whole = trained(tmp_path / "whole")
    trained(tmp_path / "parts", stop_after=3)
    assert not (tmp_path / "parts" / "reader.pt").exists()
    assert torch.load(tmp_path / "parts" / "checkpoint.pt", weights_only=True)["step"] == 3
    parts = trained(tmp_path / "parts")
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    assert (tmp_path / "parts" / "reader.pt").exists()
    logged = [json.loads(text) for text in (tmp_path / "whole" / "log.jsonl").read_text().splitlines()]
    assert [entry["step"] for entry in logged if "losses" in entry] == [2, 4, 6]
    assert [entry["step"] for entry in logged if "dev" in entry] == [3, 6]


def test_a_run_goes_on_only_with_its_own_settings(tmp_path: Path) -> None:
    trained(tmp_path / "run", stop_after=1)
    with pytest.raises(SystemExit, match="use another --out"):
        trained(tmp_path / "run", rate=1e-4)


def test_the_loss_is_of_the_labels_alone() -> None:
    model = reader_model.Reader().eval()
    examples = reader_model.tokenized(LINES[1:3])
    assert [one.span is not None for one in examples] == [True, True]
    losses = reader_model.loss(model, reader_model.batch(examples))
    parts = {name: float(value.detach()) for name, value in losses.items()}
    unanswerable = reader_model.tokenized([LINES[0]])
    padded = reader_model.batch([*unanswerable, *reader_model.tokenized([LINES[1] | {"text": LINES[1]["text"] * 3}])])
    alone = reader_model.outputs(model, reader_model.batch(unanswerable))
    beside = reader_model.outputs(model, padded)
    assert float(alone[3][0]) == pytest.approx(float(beside[3][0]), abs=1e-4), "padding changes nothing"
    wrong = [one | {"answer_sentences": [2]} for one in LINES[1:3]]
    assert parts["span"] == float(reader_model.loss(model, reader_model.batch(reader_model.tokenized(wrong)))["span"])
    unknown = [one | {"unknown_sentences": [0]} for one in LINES[1:3]]
    less = reader_model.loss(model, reader_model.batch(reader_model.tokenized(unknown)))["sentence"]
    assert float(less) < parts["sentence"], "a sentence that may answer is not held against it"


def test_a_sentence_that_the_tokens_do_not_reach_is_not_learned() -> None:
    model = reader_model.Reader().eval()
    cut = LINES[1] | {"text": "So it is. " * 200 + LINES[1]["text"], "answers": []}
    cut["sentences"] = [[0, 9], [2000, 2000 + len(LINES[1]["text"])]]
    both = reader_model.tokenized([LINES[2], cut])
    assert both[1].tokens.sentences[1] is None
    losses = [
        float(reader_model.loss(model, reader_model.batch(part))["sentence"].detach()) for part in (both[:1], both)
    ]
    assert losses[0] == pytest.approx(losses[1], abs=1e-3)


def test_every_epoch_has_every_window_once_in_an_order_of_its_own() -> None:
    examples = reader_model.tokenized(LINES)
    drawn = reader_model.batches(examples, 5, seed=1)
    epochs = [[one.line["id"] for _ in range(3) for one in next(drawn)] for _ in range(2)]
    assert all(sorted(epoch) == sorted(one["id"] for one in LINES) for epoch in epochs)
    assert epochs[0] != epochs[1]
    again = reader_model.batches(examples, 5, seed=1)
    assert [one.line["id"] for _ in range(3) for one in next(again)] == epochs[0]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> "tuple[reader_model.Reader, Path]":
    """A reader that nothing has taught, and the folder of its export."""
    folder = tmp_path_factory.mktemp("exported")
    torch.manual_seed(1)
    model = reader_model.Reader()
    onnx.save(export_reader.exported(model, reader_model.tokenized(LINES)), folder / "reader.onnx")
    export_reader.finish(folder)
    return model, folder


def test_the_exported_reader_says_what_the_trained_one_says(exported: "tuple[reader_model.Reader, Path]") -> None:
    model, folder = exported
    examples = reader_model.tokenized(LINES)
    assert (folder / "reader.onnx").stat().st_size < 45e6
    original = reader_model.read(model, examples)
    said = Network(folder, threads=1).read([reader_model.window(one) for one in LINES])
    mean, largest = export_reader.difference(original, said)
    assert mean < 0.01
    assert largest < 0.05
    for one, ours, theirs in zip(examples, original, said, strict=True):
        assert len(theirs.sentences) == len(one.line["sentences"])
        assert np.allclose(ours.span_logits, theirs.span_logits, atol=0.1)


def test_a_large_channel_is_made_smaller_before_it_is_rounded() -> None:
    torch.manual_seed(3)
    model = reader_model.Reader()
    layer = "encoder.layer.2"
    with torch.no_grad():  # as some trained networks have them
        model.encoder.get_submodule(f"{layer}.attention.output.LayerNorm").weight[7] *= 100
    groups = [(f"{layer}.intermediate.dense",), (f"{layer}.attention.output.dense",)]
    found = smooth.factors(model, groups, reader_model.tokenized(LINES))[groups[0][0]]
    assert found.shape == (384,)
    assert found[7] < 0.3 * np.median(found)
    assert found[7] == found.min()


def test_exported_weights_can_be_trained_on(exported: "tuple[reader_model.Reader, Path]", tmp_path: Path) -> None:
    model, folder = exported
    examples = reader_model.tokenized(LINES)
    torch.save(model.state_dict(), tmp_path / "best.pt")
    for start in (tmp_path / "best.pt", folder / "reader.onnx"):
        run = train_reader.Run(settings(tmp_path / start.stem, start=start), examples, examples)
        for parameter, value in run.model.state_dict().items():
            if start.suffix == ".onnx" and parameter.startswith("verdict."):
                continue  # the head that is not exported
            wanted = model.state_dict()[parameter]
            rounded = 0.2 if start.suffix == ".onnx" and value.dim() == 2 else 0
            assert torch.linalg.norm(value - wanted) <= rounded * torch.linalg.norm(wanted), (start.name, parameter)
        apart = export_reader.difference(reader_model.read(model, examples), reader_model.read(run.model, examples))
        assert max(apart) < 0.05, start.name
