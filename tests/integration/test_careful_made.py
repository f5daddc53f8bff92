"""The careful networks made of a base and adapters: a made-up MPNet of 2 layers of 32, everything else as it is."""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors import safe_open
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import RobertaProcessing

from rag.claims import judging
from rag.claims.judging import JudgeNetwork
from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.errors import ModelError, ReaderError
from rag.models import careful
from rag.models.careful import JUDGE, READER, Part, coded
from rag.models.catalogue import Model, pull, verify
from rag.reading import network
from rag.reading.network import CAREFUL, OUTPUTS, PACKAGED, WEIGHTS, Network, Tokens, Window
from rag.schema import ALL, Answer
from rag.web import words
from rag.web.answering import MOST_WAITING, SentQuestion, answering
from rag.web.conversations import Conversations
from rag.web.desk import Desk
from rag.web.live import Live
from tests.conftest import ROOT
from tests.integration.test_train_judge import CLAIMS
from tests.later import Later

sys.path.insert(0, str(ROOT / "training"))  # its scripts import one another by name, as when they are run

if TYPE_CHECKING:
    import export_careful
    import graph
    import judge_model
    import reader_model
    import safetensors.torch as tensors
    import torch
    import transformers
    from torch import Tensor, nn
    from transformers.models.mpnet import modeling_mpnet
else:
    export_careful, graph = Later("export_careful"), Later("graph")
    judge_model, reader_model = Later("judge_model"), Later("reader_model")
    tensors, torch, nn = Later("safetensors.torch"), Later("torch"), Later("torch.nn")
    transformers, modeling_mpnet = Later("transformers"), Later("transformers.models.mpnet.modeling_mpnet")

CHOSEN = Part.chosen  # the tests' own settings patch it
SIZE = 32
TEXT = "the ship left the port . it came back in june . nobody was there ."
SENTENCES = ((0, 24), (25, 47), (48, 66))
WORDS = ["<s>", "<pad>", "</s>", "<unk>", *dict.fromkeys(TEXT.split()), "who", "when", "?", "|", "harbour"]


@dataclass(frozen=True)
class Made:
    """A base, the folder of its adapters, and the tensors of all three."""

    base: Path
    adapter: Path
    published: "dict[str, Tensor]"
    learned: "dict[str, Tensor]"
    judging: "dict[str, Tensor]"
    """What the judge learned; ``learned`` is the reader's."""

    @property
    def model(self) -> Model:
        sha256 = hashlib.sha256(self.base.read_bytes()).hexdigest()
        return Model(careful.NAME, "", "MIT", self.base.stat().st_size, 281, sha256, ())


def head(name: str, *shape: int) -> "dict[str, Tensor]":
    return {f"{name}.weight": torch.randn(shape) / 4, f"{name}.bias": torch.randn(shape[0])}


def learned(published: "dict[str, Tensor]", heads: dict[str, int]) -> "dict[str, Tensor]":
    """Return an adapter: of rank 3 for each matrix, other norms and biases of attention, heads with their outputs."""
    found: dict[str, Tensor] = {}
    for name, tensor in published.items():
        if name.endswith(".weight") and ".layer." in name and tensor.dim() == 2:
            stem = name.removesuffix(".weight")
            found[f"{stem}.down"], found[f"{stem}.up"] = (
                torch.randn(3, tensor.shape[1]),
                torch.randn(len(tensor), 3) / 9,
            )
        elif "LayerNorm" in name or "relative" in name:
            found[name] = tensor + torch.randn(tensor.shape) / 9
    for name, outputs in heads.items():
        if name == "span":
            found |= head(name, outputs, SIZE)
        else:
            found |= head(f"{name}.0", SIZE, SIZE) | head(f"{name}.2", outputs, SIZE)
    return found


def made(folder: Path) -> Made:
    torch.manual_seed(11)
    config = transformers.MPNetConfig(
        vocab_size=len(WORDS), hidden_size=SIZE, num_hidden_layers=2, num_attention_heads=4, intermediate_size=3 * SIZE,
        max_position_embeddings=500,
    )  # fmt: skip
    model = transformers.MPNetModel(config, add_pooling_layer=False)
    for parameter in model.parameters():
        nn.init.normal_(parameter, std=0.3)
    published = {name: tensor.detach().contiguous() for name, tensor in model.named_parameters()}
    folder.mkdir(exist_ok=True)
    tensors.save_file(published, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(config.to_dict()))
    words = Tokenizer(WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="<unk>"))
    words.pre_tokenizer = BertPreTokenizer()
    words.post_processor = RobertaProcessing(("</s>", 2), ("<s>", 0))
    words.save(str(folder / "tokenizer.json"))
    adapters = (
        learned(published, {"span": 2, "sentence": 1, "holds": 1}),
        learned(published, {"sentence": 1, "verdict": 3}),
    )
    for part, own in zip(careful.PARTS, adapters, strict=True):
        export_careful.write(part, {name: tensor.numpy() for name, tensor in own.items()}, folder, folder / "careful")
    shutil.copy(WEIGHTS / "calibration.json", folder / "careful")
    shutil.copy(WEIGHTS / judging.NUMBERS, folder / "careful" / JUDGE.home)
    reader, judge = ({name: tensor.half().float() for name, tensor in own.items()} for own in adapters)
    return Made(folder / "model.safetensors", folder / "careful", published, reader, judge)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return made(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
def tiny(shared: Made, monkeypatch: pytest.MonkeyPatch) -> Made:
    """The tiny networks, in place of those that the package has."""
    monkeypatch.setattr(careful, "ADAPTER", shared.adapter)
    return shared


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "models"


@pytest.fixture
def pulled(tiny: Made, models: Path) -> Callable[[], Path]:
    return lambda: pull(tiny.model, models, lambda line: None, file=tiny.base)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def by_torch(tiny: Made, learned: "dict[str, Tensor]", tokens: Tokens) -> "dict[str, Tensor]":
    """Return the logits of a merged network in float32, by the library that MPNet comes from."""
    given = tokens.inputs()
    ids, weights = torch.from_numpy(given["input_ids"]), torch.from_numpy(given["sentence_weights"][0])
    base = tiny.base.parent
    model = transformers.MPNetModel(
        transformers.MPNetConfig.from_pretrained(base, hidden_dropout_prob=0), add_pooling_layer=False
    )
    model.train(mode=False)
    merged = {**tiny.published, **{name: t for name, t in learned.items() if name in tiny.published}}
    for name in (name for name in learned if name.endswith(".up")):
        stem = name.removesuffix(".up")
        merged[f"{stem}.weight"] = merged[f"{stem}.weight"] + learned[name] @ learned[f"{stem}.down"]
    model.load_state_dict(merged, strict=False)

    def linear(name: str, states: "Tensor") -> "Tensor":
        return states @ learned[f"{name}.weight"].T + learned[f"{name}.bias"]

    with torch.inference_mode():
        states = model(input_ids=ids).last_hidden_state[0]
        found: dict[str, Tensor] = {}
        if "span.bias" in learned:
            found["start"], found["end"] = linear("span", states).unbind(-1)
        for name, of in (("sentence", weights @ states), ("holds", states[0]), ("verdict", states[0])):
            if f"{name}.0.bias" in learned:
                found[name] = linear(f"{name}.2", nn.functional.gelu(linear(f"{name}.0", of)))
    return found


def window(question: str = "when ?") -> Window:
    return Window(question, "harbour", "", TEXT, SENTENCES)


def test_the_merged_reader_says_what_the_trained_one_says(tiny: Made, pulled: Callable[[], Path]) -> None:
    net = Network(pulled(), threads=1, merged=True)
    (tokens,) = network.tokenized(net.tokenizer, [window()])
    assert net.tokenizer.decode(tokens.ids.tolist(), skip_special_tokens=False).startswith("<s> when ? </s> harbour |")
    wanted = by_torch(tiny, tiny.learned, tokens)
    (found,) = net._session.run([tokens], OUTPUTS, lambda _, *values: dict(zip(OUTPUTS, values, strict=True)))
    for name, logits in wanted.items():
        assert found[name] == pytest.approx(logits.numpy().reshape(np.shape(found[name])), abs=0.05), name
    scale = max(float(logits.abs().max()) for logits in wanted.values())
    assert scale > 0.8, "or the comparison says little"
    (read,) = net.read([window()])
    assert read.sentences == pytest.approx(wanted["sentence"].numpy().ravel(), abs=0.05)


@pytest.mark.parametrize("times", [1, 20])  # the second is longer than the reader's texts
def test_the_merged_judge_says_what_the_trained_one_says(tiny: Made, pulled: Callable[[], Path], times: int) -> None:
    pulled()
    net = JudgeNetwork.merged(pulled().parent / JUDGE.folder, threads=1)
    assert net.name == judging.CAREFUL
    spans = tuple(
        (start + n * (len(TEXT) + 1), end + n * (len(TEXT) + 1)) for n in range(times) for start, end in SENTENCES
    )
    claimed = Window("the ship came back in june .", "harbour", "", " ".join([TEXT] * times), spans)
    limits = judging.CLAIM_TOKENS, judging.WINDOW_TOKENS + judging.HEAD_TOKENS
    (tokens,) = network.tokenized(net.tokenizer, [claimed], *limits)
    assert (len(tokens.ids) > graph.POSITIONS[READER]) == (times > 1)
    wanted = by_torch(tiny, tiny.judging, tokens)
    assert float(wanted["verdict"].abs().max()) > 0.3, "or the comparison says little"
    (read,) = net.read([claimed])
    said = [read.supports, read.contradicts, read.neutral]
    assert said == pytest.approx(wanted["verdict"].numpy(), abs=0.05)
    there = np.isfinite(read.sentences)
    assert read.sentences[there] == pytest.approx(wanted["sentence"].numpy().ravel()[there], abs=0.05)


def test_a_run_on_the_base_becomes_what_the_package_has(
    shared: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = shared.base.parent
    torch.manual_seed(7)
    joint = reader_model.Reader(base)
    for name, parameter in joint.named_parameters():
        if name.endswith(".up"):
            nn.init.normal_(parameter, std=0.05)
    torch.save(joint.trained(), tmp_path / "reader.pt")
    judge = judge_model.Judge(base)
    judge_model.started(judge, reader_model.weights(tmp_path / "reader.pt"))
    own, before = judge.trained(), joint.trained()
    assert set(before) - set(own) == {name for name in before if name.startswith(("span.", "holds."))}
    assert all(torch.equal(own[name], before[name]) for name in own), (
        "of a network that judges too, what it learned of it"
    )
    with pytest.raises(SystemExit, match="not the weights of this network"):
        judge_model.started(judge, {"elsewhere": torch.ones(1)})
    torch.save(own, tmp_path / "judge.pt")
    lines = "".join(json.dumps({**line, "split": "dev"}) + "\n" for line in CLAIMS)
    (tmp_path / "windows.jsonl").write_text(lines)
    out = tmp_path / "out"
    given = {"--judge": "judge.pt", "--windows": "windows.jsonl", "--out": "out"}
    export_careful.main(
        ["--base", str(base), *(text for name, file in given.items() for text in (name, str(tmp_path / file)))]
    )
    told = capsys.readouterr().out
    assert float(re.search(r"difference of a logit: mean ([\d.]+)", told)[1]) < 0.05  # type: ignore[index]
    assert names(out) == {"judge", "tokenizer.json"}
    assert names(out / "judge") == {"adapter.safetensors", "graph.onnx", "SHA256SUMS"}
    with safe_open(out / "judge" / "adapter.safetensors", "np") as found:
        assert {name.partition(".")[0] for name in found.keys()} == {"encoder", "sentence", "verdict"}  # noqa: SIM118


def test_what_training_changed_is_added_to_the_base() -> None:
    torch.manual_seed(11)
    base = nn.Linear(12, 6)
    layer = reader_model.Adapted(base)
    nn.init.normal_(layer.up)
    text = torch.randn(4, 12)
    names = {
        f"encoder.encoder.layer.0.output.{name}": tensor.detach()
        for name, tensor in layer.named_parameters()
        if "base" not in name
    }
    found = reader_model.adapter({**names, "span.bias": torch.ones(2), "verdict.2.bias": torch.ones(3)}, ["span"])
    assert set(found) == {"encoder.layer.0.output.down", "encoder.layer.0.output.up", "span.bias"}
    weight = base.weight.detach().numpy() + found["encoder.layer.0.output.up"] @ found["encoder.layer.0.output.down"]
    merged = text.numpy() @ weight.T + base.bias.detach().numpy()
    assert merged == pytest.approx(layer(text).detach().numpy(), abs=1e-4)


def test_an_adapter_adds_replaces_and_brings(tiny: Made) -> None:
    with safe_open(tiny.base, "np") as base, safe_open(tiny.adapter / "adapter.safetensors", "np") as adapter:
        weights = careful.Weights(base, adapter)
        name = "encoder.layer.1.output.dense"
        added = tiny.learned[f"{name}.up"] @ tiny.learned[f"{name}.down"]
        assert weights.tensor(f"{name}.weight") == pytest.approx((tiny.published[f"{name}.weight"] + added).numpy())
        assert (weights.tensor(f"{name}.bias") == tiny.published[f"{name}.bias"].numpy()).all()
        normal = "encoder.layer.0.output.LayerNorm.weight"
        assert (weights.tensor(normal) == tiny.learned[normal].numpy()).all()
        assert (weights.tensor("span.bias") == tiny.learned["span.bias"].numpy()).all()
        with pytest.raises(KeyError):
            weights.tensor("pooler.dense.weight")


def test_distances_fall_into_the_buckets_that_mpnet_was_trained_with() -> None:
    most = graph.POSITIONS[JUDGE]
    distances = torch.arange(1 - most, most)
    bucket: Callable[[Tensor], Tensor] = modeling_mpnet.MPNetEncoder.relative_position_bucket
    assert bucket(distances).tolist() == graph.buckets(32, most)


@settings(max_examples=50, deadline=None)
@given(
    arrays(np.float32, (3, 20), elements=st.floats(-1e3, 1e3, width=32, allow_subnormal=False)),
    st.sampled_from((careful.MOST, careful.MOST_OF_WORDS)),
)
def test_codes_are_near_the_numbers(weight: Any, most: int) -> None:
    codes, scales = coded(weight, most)
    assert np.abs(codes).max() <= most
    back = codes * scales
    assert (np.abs(back - weight) <= scales * 0.5001 + 1e-35).all()
    assert np.abs(back).max(initial=0) <= np.abs(weight).max(initial=0) * 1.0001, "a row's largest number is kept"


def test_a_number_that_no_half_holds_is_told(shared: Made, tmp_path: Path) -> None:
    adapter = {name: tensor.numpy() for name, tensor in shared.learned.items()}
    adapter["span.bias"] = np.array([1e9, 0], dtype=np.float32)
    with pytest.raises(ValueError, match=r"no finite float16: span\.bias"):
        export_careful.write(READER, adapter, shared.base.parent, tmp_path / "out")


def test_pulled_it_is_merged_and_the_base_is_dropped(tiny: Made, models: Path, pulled: Callable[[], Path]) -> None:
    path = pulled()
    assert path == models / "reader-base"
    assert names(path) == {"reader.onnx", "SHA256SUMS"}
    assert names(models / "judge-base") == {"judge.onnx", "SHA256SUMS"}
    assert names(models) == {"reader-base", "judge-base", ".reader-base.lock"}
    assert JUDGE.whole(models / "judge-base")
    assert READER.whole(path)
    lines = (path / "SHA256SUMS").read_text().splitlines()
    assert [line.split()[1] for line in lines] == ["reader.onnx", "adapter.safetensors", "graph.onnx", "tokenizer.json"]
    assert hashlib.sha256((tiny.adapter / "adapter.safetensors").read_bytes()).hexdigest() in lines[1]
    before = (path / "reader.onnx").stat().st_mtime_ns
    pulled()
    assert (path / "reader.onnx").stat().st_mtime_ns == before, "what is here is not made again"


def test_killed_while_it_was_merged_nothing_is_fetched_again(
    tiny: Made, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(self: Path, target: Path) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(Killed):
            pull(tiny.model, models, print, file=tiny.base)
    assert not (models / "reader-base").exists()
    assert (models / ".reader-base.new").is_dir()
    assert CHOSEN(READER, Config(models=str(models))) is None
    with pytest.raises(ModelError):
        pull(tiny.model, models / "other", print, file=models / "gone")
    pull(tiny.model, models, print, file=models / "gone")  # whose bytes are not needed any more
    assert names(models) == {"reader-base", "judge-base", ".reader-base.lock", "other"}


def test_killed_before_the_base_was_dropped_the_next_pull_drops_it(
    tiny: Made, models: Path, pulled: Callable[[], Path]
) -> None:
    pulled()
    shutil.copy(tiny.base, models / "reader-base.safetensors.part")
    pulled()
    assert names(models) == {"reader-base", "judge-base", ".reader-base.lock"}


def test_another_adapter_wants_another_pull(
    tiny: Made,
    models: Path,
    config: Config,
    pulled: Callable[[], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = pulled()
    newer = shutil.copytree(tiny.adapter, tmp_path / "newer")
    changed = {name: tensor.numpy() * 1.5 for name, tensor in tiny.learned.items()}
    export_careful.write(READER, changed, tiny.base.parent, newer)
    monkeypatch.setattr(careful, "ADAPTER", newer)
    assert not READER.fits(path)
    assert CHOSEN(READER, Config(models=str(models))) is None
    with pytest.raises(ModelError, match="was made by another version .*rag models pull reader-base"):
        CHOSEN(READER, Config(models=str(models), reader="careful"))
    pulled()
    assert READER.whole(path)


def test_whoever_pulled_before_there_was_a_judge_gets_it_by_pulling_again(
    tiny: Made, models: Path, pulled: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = pulled()
    before = (path / "reader.onnx").stat().st_mtime_ns
    shutil.rmtree(models / "judge-base")
    auto, asked = (Config(models=str(models), reader=name) for name in ("auto", "careful"))
    assert CHOSEN(READER, auto) == path
    assert CHOSEN(JUDGE, auto) is None
    with pytest.raises(
        ModelError, match=r"the careful judge is not here .*: rag models pull reader-base, or set reader"
    ):
        CHOSEN(JUDGE, asked)
    JUDGE.advise(auto)
    JUDGE.advise(auto)
    told = "rag: the packaged judge judged this; a more careful one comes with: rag models pull reader-base\n"
    assert capsys.readouterr().err == told, "once"
    with pytest.raises(ModelError, match="judge-base is not here, which this version makes of reader-base too"):
        verify(tiny.model, models)
    assert cli.main(["models", "list", "--models", str(models)]) == 0
    assert "outdated" in next(line for line in capsys.readouterr().out.splitlines() if line.startswith("reader-base"))
    pull(tiny.model, models, print, file=tiny.base)
    assert "judge-base is not here" in capsys.readouterr().out
    assert CHOSEN(JUDGE, auto) == CHOSEN(JUDGE, asked) == models / "judge-base"
    assert (path / "reader.onnx").stat().st_mtime_ns == before, "the reader was right"


def test_the_judge_says_who_judged(
    tiny: Made,
    models: Path,
    engine: Engine,
    pulled: Callable[[], Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Part, "chosen", CHOSEN)
    monkeypatch.setenv("RAG_MODELS", str(models))
    monkeypatch.setenv("RAG_READER", "auto")
    lines = tmp_path / "claims.jsonl"
    lines.write_text(json.dumps({"id": "c1", "claim": "The ship left.", "passage": "The ship left the port."}) + "\n")
    index = ["--index", engine.config.index]

    def judged_by(*command: str) -> str:
        cli.main([*command, *index, "--json"])
        found = json.loads(capsys.readouterr().out)
        assert found["model"]["encoder"] == engine.index.manifest.encoder.name
        return str(found["model"]["judge"])

    def batch(*more: str) -> float:
        assert cli.main(["judge", "--batch", str(lines), *more]) == 0
        found = json.loads(capsys.readouterr().out)
        assert set(found) - {"reason"} == {"id", "verdict", "score", "sentence"}
        return float(found["score"])

    text = "32 Cubans died in the raid."
    assert judged_by("check", text) == judging.PACKAGED
    packaged = batch()
    assert cli.main(["judge", "--batch", str(lines), "--reader", "careful"]) == 1
    assert "the careful judge is not here" in capsys.readouterr().err
    pulled()
    assert judged_by("check", text) == judged_by("conflicts", "--seconds", "0.1") == judging.CAREFUL
    assert judged_by("check", text, "--reader", "packaged") == judging.PACKAGED
    assert batch() == batch("--reader", "careful") != packaged == batch("--reader", "packaged")
    (judge,) = {
        judging.opened(Config(models=str(models))),
        judging.opened(Config(models=str(models), reader="careful")),
    }
    assert judge.fitted == judging.fitted(), "the tiny one's are a copy"


def test_a_judge_that_was_damaged_is_told_and_mended(tiny: Made, models: Path, pulled: Callable[[], Path]) -> None:
    pulled()
    with (models / "judge-base" / "judge.onnx").open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\1\2\3")
    with pytest.raises(
        ReaderError, match="does not hold the careful judge as it was made: rag models pull reader-base"
    ):
        JudgeNetwork.merged(models / "judge-base", threads=1)
    with pytest.raises(ModelError, match=r"judge-base is not made of .* and was deleted: rag models pull reader-base"):
        verify(tiny.model, models)
    assert names(models) == {"reader-base", ".reader-base.lock"}
    pulled()
    assert JUDGE.whole(models / "judge-base")


def test_damage_is_told_and_mended(tiny: Made, models: Path, pulled: Callable[[], Path]) -> None:
    path = pulled()
    verify(tiny.model, models)
    with (path / "reader.onnx").open("r+b") as file:
        file.seek(5000)
        file.write(b"\0\1\2\3")
    assert READER.fits(path), "a question does not hash before it is asked"
    with pytest.raises(
        ReaderError, match="does not hold the careful reader as it was made: rag models pull reader-base"
    ):
        Network(path, threads=1, merged=True)
    with pytest.raises(ModelError, match=r"and was deleted: rag models pull reader-base"):
        verify(tiny.model, models)
    assert not path.exists()
    assert READER.whole(pulled())


def test_a_package_without_its_adapter_fetches_nothing(
    tiny: Made, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = shutil.copytree(tiny.adapter, tmp_path / "lacking")
    (lacking / "adapter.safetensors").unlink()
    monkeypatch.setattr(careful, "ADAPTER", lacking)
    with pytest.raises(ModelError, match=r"adapter\.safetensors is missing: reinstall quoteline"):
        pull(tiny.model, models, print, file=tiny.base)
    (lacking / "adapter.safetensors").write_bytes(b"other")
    with pytest.raises(ModelError, match="does not hold what was published"):
        pull(tiny.model, models, print, file=tiny.base)
    assert names(models) == {".reader-base.lock"}


def test_which_reader_the_settings_choose(tiny: Made, models: Path, pulled: Callable[[], Path]) -> None:
    auto, packaged, asked = (Config(models=str(models), reader=name) for name in ("auto", "packaged", "careful"))
    assert CHOSEN(READER, auto) is CHOSEN(READER, packaged) is None
    with pytest.raises(
        ModelError, match=r"the careful reader is not here .*: rag models pull reader-base, or set reader"
    ):
        CHOSEN(READER, asked)
    path = pulled()
    assert CHOSEN(READER, auto) == CHOSEN(READER, asked) == path
    assert CHOSEN(READER, packaged) is None


def test_an_answer_tells_who_read(
    tiny: Made, engine: Engine, models: Path, pulled: Callable[[], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*more: str) -> tuple[int, str, str]:
        code = cli.main(["ask", "Who is the minister?", "--index", engine.config.index, *more])
        return code, *capsys.readouterr()

    def ask(*more: str) -> tuple[int, dict[str, Any], str]:
        code, out, error = said("--json", *more)
        return code, json.loads(out) if out else {}, error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Part, "chosen", CHOSEN)
        patch.setenv("RAG_MODELS", str(models))
        patch.setenv("RAG_READER", "auto")
        code, found, error = ask()
        assert found["model"]["reader"] == PACKAGED
        assert "reader-base" not in error + said("--quiet")[2], "a program does not want to know"
        assert said()[2].count("rag models pull reader-base") == 1
        assert "reader-base" not in said()[2], "it is said once"
        code, _, error = ask("--reader", "careful")
        assert (code, error.count("\n")) == (1, 1)
        assert "rag models pull reader-base" in error
        pulled()
        assert ask()[1]["model"]["reader"] == CAREFUL
        assert ask("--reader", "packaged")[1]["model"]["reader"] == PACKAGED
        code, _, error = ask("--reader", "best")
        assert (code, error) == (2, "rag: reader is 'best': one of auto, packaged, careful\n")


def test_nobody_is_told_who_did_not_ask_for_advice(
    tiny: Made, models: Path, capsys: pytest.CaptureFixture[str], pulled: Callable[[], Path]
) -> None:
    READER.advise(Config(models=str(models), reader="packaged"))
    pulled()
    READER.advise(Config(models=str(models)))
    assert not capsys.readouterr().err


def test_it_is_listed(tiny: Made, models: Path, pulled: Callable[[], Path], capsys: pytest.CaptureFixture[str]) -> None:
    def listed() -> str:
        assert cli.main(["models", "list", "--models", str(models)]) == 0
        return next(line for line in capsys.readouterr().out.splitlines() if line.startswith("reader-base"))

    assert "not here" in listed()
    pulled()
    assert " pulled " in listed()
    sums = models / "reader-base" / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("adapter", "adopter"))
    assert "outdated" in listed()


def test_where_many_wait_the_packaged_reader_reads_and_the_trace_says_so(
    tiny: Made,
    engine: Engine,
    models: Path,
    pulled: Callable[[], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pulled()
    monkeypatch.setattr(Part, "chosen", CHOSEN)
    live, desk = Live(Engine(engine.index, replace(engine.config, models=str(models), reader="careful"))), Desk()

    def read_by(place: int) -> tuple[str | None, bool]:
        asked = SentQuestion("Who is the minister?", place, conversation, "", ALL, 0, "ana")
        changes = list(answering(live, Conversations(tmp_path / "c.sqlite"), desk, asked, set()))
        conversation[:] = changes[-1]["conversation"]
        return conversation[-1].model["reader"], words.CHAT_TRACE_HURRIED in changes[-1]["chat"]

    conversation: list[Answer] = []
    assert read_by(0) == (CAREFUL, False)
    live.waiting = lambda: MOST_WAITING + 1
    assert read_by(0) == (PACKAGED, True)
    live.waiting = lambda: MOST_WAITING
    assert read_by(0) == (CAREFUL, False)
