"""An installation of serve.txt alone: every other package is out of reach, torch among them.

Here they are hidden; ``pytest --slow`` makes a virtual environment of it, too, and weighs it.
"""

import os
import subprocess
import sys
import tomllib
import venv
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rag.config import Config
from tests.conftest import ROOT

BLOCK = """
import sys
sys.modules.update(dict.fromkeys(OUT))  # to import one fails, and to look whether it is there finds nothing
"""
ASK = """
from rag.cli import main as cli
assert cli.main(["ask", "How many Cubans died in the raid?", "--index", INDEX]) == 0
assert cli.main(["search", "oil", "--index", INDEX]) == 0
assert cli.main(["status", "--index", INDEX]) == 0
assert cli.main(["show", "000_5e8d803c2965fb30.txt", "--index", INDEX]) == 0
"""
SERVE = """
from fastapi.testclient import TestClient
from rag.config import Config
from rag.engine import Engine
from rag.serving.app import app
from rag.web import server
site = server.parts(Engine.open(config=Config(index=INDEX, sources=SOURCES, data=DATA)))
with TestClient(app(site.live, site.library, page=server.app(site)), base_url="http://127.0.0.1") as client:
    assert client.get("/").status_code == 200
    assert client.post("/v1/ask", json={"question": "How many Cubans died?"}).json()["outcome"] == "answered"
    assert client.get("/metrics").status_code == 200
    listed = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    told = client.post("/mcp", json=listed, headers={"Accept": "application/json, text/event-stream"})
    assert "list_sources" in told.text
site.close()
"""
MCP = """
import anyio
from contextlib import nullcontext
from mcp import Client
from rag.cli import main as cli
from rag.config import Config
from rag.engine import Engine
from rag.serving.mcp import server
async def ask():
    with Engine.open(config=Config(index=INDEX)) as engine:
        async with Client(server(lambda: nullcontext(engine)), read_timeout_seconds=300) as client:
            told = await client.call_tool("ask", {"question": "How many Cubans died in the raid?"})
            assert told.structured_content["short_answer"] == "32"
anyio.run(ask)
assert cli.main(["mcp", "--index", INDEX]) == 0
"""


MOST_MB = 750
"""Of an installation: what the image "serve" adds to that of Python, which has about 120 MB; together below 900."""


def wanted() -> set[str]:
    """Return the packages that serve.txt installs, with what those need."""
    lines = (ROOT / "serve.txt").read_text(encoding="utf-8").splitlines()
    waiting = [Requirement(line) for line in lines if not line.startswith("#")]
    seen: set[tuple[str, str]] = set()
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        for extra in {"", *one.extras} - {known for asked, known in seen if asked == name}:
            seen.add((name, extra))
            needed = map(Requirement, distribution(name).requires or ())
            waiting += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": extra})]
    return {name for name, _ in seen}


def test_it_takes_no_torch_and_only_what_the_project_asks_for() -> None:
    lines = (ROOT / "serve.txt").read_text(encoding="utf-8").splitlines()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked_for = {
        canonicalize_name(Requirement(line).name)
        for line in (*project["dependencies"], *project["optional-dependencies"]["mcp"])
    }
    assert {canonicalize_name(line) for line in lines if not line.startswith("#")} <= asked_for
    assert not wanted() & {"torch", "sentence-transformers", "transformers", "llama-index-core", "onnx", "scikit-learn"}


@pytest.mark.parametrize("code", [ASK, SERVE, MCP], ids=["ask", "serve", "mcp"])
def test_nothing_else_is_needed(config: Config, code: str) -> None:
    here = wanted() | {"quoteline"}
    out = {
        module for module, names in packages_distributions().items() if not {*map(canonicalize_name, names)} & here
    } - {"rag"}
    command = [sys.executable, "-c", f"OUT = {out!r}\n{named(config)}{BLOCK}{code}"]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def named(config: Config) -> str:
    return f"INDEX, SOURCES, DATA = {config.index!r}, {config.sources!r}, {config.data!r}\n"


def test_a_virtual_environment_of_it_alone(config: Config, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("--slow"):
        pytest.skip("installs 800 MB and takes minutes: pytest --slow")
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=True)
    python, root = str(folder / "bin" / "python"), str(ROOT)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    locked = ["--constraint", f"{root}/constraints.txt", "--requirement", f"{root}/serve.txt"]
    subprocess.run([*pip, *locked], cwd=tmp_path, check=True)
    subprocess.run([*pip, "--no-deps", root], cwd=tmp_path, check=True)  # as the Dockerfile does
    (packages,) = folder.glob("lib/python*/site-packages")
    there = {path.name for path in packages.iterdir()}
    assert not there & {"torch", "sentence_transformers", "transformers", "llama_index", "onnx"}
    size = sum(path.lstat().st_size for path in folder.rglob("*"))
    print(f"{size / 1e6:.0f} MB")
    assert size < MOST_MB * 1_000_000
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for code in (ASK, SERVE, MCP):
        command = [python, "-c", named(config) + code]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, stdin=subprocess.DEVNULL)
