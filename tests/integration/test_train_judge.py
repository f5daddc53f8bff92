"""The judge's training recipe on made-up claims: the real network, the real exporter, no public data."""

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx

from rag.claims.judging import JudgeNetwork
from rag.reading.network import WEIGHTS, Session
from tests.integration import test_train
from tests.integration.test_train import LINES, settings
from tests.later import Later

import joint_mix  # isort: skip

if TYPE_CHECKING:
    import export_reader
    import judge_model
    import reader_model
    import teach
    import torch
    import train_judge
    import train_reader
else:
    judge_model, train_judge = Later("judge_model"), Later("train_judge")
    export_reader, reader_model, train_reader = Later("export_reader"), Later("reader_model"), Later("train_reader")
    torch, teach = Later("torch"), Later("teach")


def claim(number: int, verdicts: list[str], deciding: list[int]) -> dict[str, Any]:
    found = test_train.line(number, answerable=True)
    asked = f"Somebody {'designed' if verdicts == ['supports'] else 'painted'} the bridge number {number}."
    kept = {name: found[name] for name in ("title", "date", "text", "sentences", "split")}
    return kept | {
        "kind": "claim", "set": "made-up", "question": asked, "answer_sentences": deciding, "verdicts": verdicts,
    }  # fmt: skip


CLAIMS = [claim(n, ["supports"] if n % 2 else ["contradicts", "neutral"], [1] if n % 2 else []) for n in range(24)]


@cache
def untaught() -> "reader_model.Reader":
    torch.manual_seed(3)
    return reader_model.Reader().eval()


def losses(lines: list[dict[str, Any]]) -> dict[str, float]:
    found = reader_model.loss(untaught(), reader_model.batch(reader_model.tokenized(lines)))
    return {name: float(value.detach()) for name, value in found.items()}


def test_a_claim_teaches_a_reader_its_verdict_and_which_sentence_decides() -> None:
    parts = losses(CLAIMS[1:2])
    assert parts["span"] == parts["holds"] == parts["among"] == 0
    assert parts["verdict"] > 0
    assert parts["sentence"] > 0
    assert losses(CLAIMS[:1])["sentence"] == 0, "no sentence decides"
    one, two = (losses([CLAIMS[0] | {"verdicts": labels}]) for labels in (["neutral"], ["contradicts", "neutral"]))
    assert two["verdict"] < one["verdict"], "where two may be right, their sum counts"
    beside, alone = losses([LINES[1], CLAIMS[1]]), losses([LINES[1]])
    assert np.isclose(beside["holds"], alone["holds"], atol=1e-4)
    assert np.isclose(beside["span"], alone["span"], atol=1e-4)


def test_a_reader_is_trained_on_questions_and_claims_together(tmp_path: Path) -> None:
    torch.manual_seed(5)
    examples = reader_model.tokenized([line for pair in zip(LINES, CLAIMS, strict=False) for line in pair])
    assert [one.line for one in examples[:2]] == [LINES[0], CLAIMS[0]]
    dev = train_reader.sample([line | {"split": "dev"} for line in [*LINES, *CLAIMS]], questions=6)
    assert sum(map(reader_model.is_claim, dev)) == len(CLAIMS)
    train_reader.Run(settings(tmp_path / "run", examples=8), examples, reader_model.tokenized(dev)).go()
    logged = [json.loads(text) for text in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert all(0 <= entry["dev"]["auc_claims"] <= 1 for entry in logged if "dev" in entry)


def test_a_judge_starts_from_a_reader_and_says_the_same_once_it_is_exported(tmp_path: Path) -> None:
    torch.manual_seed(5)
    torch.save(reader_model.Reader().state_dict(), tmp_path / "reader.pt")
    examples = reader_model.tokenized(CLAIMS)
    run = train_judge.JudgeRun(settings(tmp_path / "run", examples=8, start=tmp_path / "reader.pt"), examples, examples)
    started = torch.load(tmp_path / "reader.pt", weights_only=True)
    own = run.model.state_dict()
    assert all(torch.equal(own[name], started[name]) for name in own)
    run.go()
    model = run.model
    assert isinstance(model, judge_model.Judge)
    path = tmp_path / "judge.onnx"
    onnx.save(export_reader.exported(model, examples), path)
    logits = judge_model.judged(model, examples)
    found = JudgeNetwork(Session(path, WEIGHTS, threads=1)).read([reader_model.window(line) for line in CLAIMS])
    said = [[one.supports, one.contradicts, one.neutral] for one in found]
    assert np.allclose(said, logits, atol=0.05)


def taught(lines: list[dict[str, Any]], by: reader_model.Reader) -> list[dict[str, Any]]:
    said = teach.told(by, reader_model.tokenized(lines))
    return [line | {"said": one} for line, one in zip(lines, said, strict=True)]


def test_what_a_teacher_says_is_learned_of_each_token_and_sentence() -> None:
    torch.manual_seed(4)
    other = reader_model.Reader()
    two = [LINES[1], LINES[2] | {"text": f"{LINES[2]['text']} {'It is painted green. ' * 4}"}]
    own = taught(two, untaught())
    tokens = [len(one.tokens.ids) for one in reader_model.tokenized(two)]
    assert tokens[0] < tokens[1]
    assert [len(line["said"]["start"]) for line in own] == [len(line["said"]["end"]) for line in own] == tokens
    assert [len(line["said"]["sentence"]) for line in own] == [3, 3]
    assert losses(own)["taught"] < losses(taught(two, other))["taught"], "nothing is left to learn of its own odds"
    alone = [losses([line])["taught"] for line in own]
    assert np.isclose(losses(own)["taught"], np.mean(alone), atol=1e-3), "what fills a batch up is not learned"
    same = [line | {"question_id": "1"} for line in own]
    assert losses(same)["taught"] > losses(own)["taught"], "the windows of a question compete"
    assert losses([two[0], own[1]])["taught"] == losses([own[1]])["taught"]
    assert "taught" not in losses(two)


def test_a_judge_learns_what_a_teacher_says() -> None:
    torch.manual_seed(4)
    pupil, other = judge_model.Judge().eval(), judge_model.Judge()

    def parts(lines: list[dict[str, Any]]) -> dict[str, float]:
        batch = judge_model.batch(reader_model.tokenized(lines), pupil.pad)
        return {name: float(value.detach()) for name, value in judge_model.loss(pupil, batch).items()}

    assert parts(taught(CLAIMS[:2], pupil))["taught"] < parts(taught(CLAIMS[:2], other))["taught"]
    assert "taught" not in parts(CLAIMS[:2])


def test_claims_and_windows_lie_in_one_file(tmp_path: Path) -> None:
    lines = [line | {"cluster": n // 2} for n, line in enumerate(LINES)]
    (tmp_path / "windows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps({"cluster": n} | c) + "\n" for n, c in enumerate(CLAIMS)))
    command = ["--windows", "windows.jsonl", "--claims", "claims.jsonl", "--out", "out", "--skip", "4", "--most", "6"]
    joint_mix.main(
        [str(tmp_path / part) if not part.startswith("-") and not part.isdigit() else part for part in command]
    )
    made = [json.loads(text) for text in (tmp_path / "out" / "windows.jsonl").read_text().splitlines()]
    assert sorted(line["id"] for line in made if "id" in line) == sorted(str(n) for n in range(4, 10))
    assert sum(map(reader_model.is_claim, made)) == len(CLAIMS)
    assert len({line["cluster"] for line in made}) == 3 + len(CLAIMS)


def test_a_part_of_the_claims_lies_alone(tmp_path: Path) -> None:
    sets = ["made-up", "paws"]
    lines = [
        {**CLAIMS[0], "set": sets[n % 2], "split": "train" if n < 400 else "dev", "cluster": n} for n in range(440)
    ]
    (tmp_path / "claims.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    joint_mix.main(["--claims", str(tmp_path / "claims.jsonl"), "--out", str(tmp_path / "out"), "--seed", "23"])
    made = [json.loads(text) for text in (tmp_path / "out" / "windows.jsonl").read_text().splitlines()]
    train = [line["set"] for line in made if line["split"] == "train"]
    assert train.count("made-up") == 200
    assert 25 < train.count("paws") < 65, "a share of 0.18, a quarter more"
    assert [line["split"] for line in made] == ["train"] * len(train) + ["dev"] * 40
    assert train != sorted(train), "they are shuffled"
