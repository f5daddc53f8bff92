"""The rules of the house, so that nobody has to remember them."""

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import fields
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import rag
from rag.cli.options import every, parser
from rag.config import Config
from rag.evaluation.figures import FIGURES
from tests.conftest import ROOT

EVERY = sorted((ROOT / "rag").rglob("*.py"))
WEB = sorted((ROOT / "rag" / "web").glob("*.py"))
HOUSE = """
    : schema errors config clock
    text: numerals dates written hanzi quantities terms values normal untrusted
        described
    documents.common: decode raised formula fields parsed gallery metadata header table grid symbols left
        pictured
    documents.html: markup tables blocks main_part about page
    documents.plain: book quoting mail records feed rst subtitles delimited
    documents.pdf: letters ocr lines wrapped glyphs grid order blocks hyphens furniture flow ruled figures
        pages image
    documents.office: number_format spreadsheet package drawing styles numbering word slides
    documents.opendocument: sheets styles text package
    documents.rtf: words story document
    documents: parse rows places leaf sandbox worker corpus fetched load split
    models: encode embed origins careful catalogue
    llm: gguf request providers client hearing
    index: near_duplicates manifest store bm25 vectors opened joined generations
    postgres: address session jobs kept tables store postings neighbours opened copy database collections
    indexing: homes ingestion hands team work said describing transcribing builder status watch
    english: preference vocabulary lexicon tokens polarity question_form grammar question_parts statements clause decide
        amounts counts relative period guards premise verdict
    retrieval: hybrid rerank
    reading: network capitals copies missing margin reader agree versions selection citations codes columns cells
        topic cost summary
    conversation: mention fragment substitute turns antecedent resolve rewrite smalltalk reply questions
        suggest
    claims: roles checks objections judging writer hints speaker check
    conflicts: clash find
    : engine
    output: render terminal
    exports: links cited annotations bibliography markdown docx notebook sheet checked files
    integrations: common llamaindex langchain haystack
    evaluation: gold text evidence figures ranking statistics results offline ask summary compare gate report html
        run check draft suites
    fetching: address fetch add find
    web: keys access spanish standing language words share kept conversations ratings leaves sounds live uploads
        arrivals library addresses listen guard streams receive runs checks pins icons template events trend
        evaluations install password people picture export trace listing pinbutton page prose printed document shelf
        desk answering llms settings chat adding sources history beside claims pinned notebook checking shell around
        beginning server
    serving: problems limits follow metrics spans vendors running dialogue openai examples asking checking
        compatible sources indexing reference gate tools mcp app run
    cli: batch show status add keys models evaluate options main
    : llamaindex gguf builder __main__
"""
"""Rooms and their modules; those without a room stand beside the rooms. Data flows down: a module imports from above it
alone."""
ROOMS = dict.fromkeys(re.findall(r"^    (\S*): ", HOUSE, re.MULTILINE))
ORDER = [
    ".".join(filter(None, ("rag", room, name)))
    for room, names in re.findall(r"^    (\S*): (.+(?:\n {8}.+)*)", HOUSE, re.MULTILINE)
    for name in names.split()
]
HEAVY = set(
    "torch sentence_transformers transformers llama_index langchain_core haystack gradio httpx httpx2 xllamacpp".split()
)


def parsed(path: Path) -> list[ast.AST]:
    """Every node of a file's syntax."""
    return list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))


@cache
def imported(path: Path) -> set[str]:
    """Modules that a file imports, at its head or inside a function."""
    found: set[str] = set()
    for node in parsed(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(name_of(path) for path in EVERY if path.stem != "__init__")
    assert {name.rpartition(".")[0].removeprefix("rag").lstrip(".") for name in ORDER} == set(ROOMS)


def test_imports_point_one_way() -> None:
    places = {name: place for place, name in enumerate(ORDER)}
    upwards, doors, outside = {}, {}, {}
    for path in EVERY:
        name, found = name_of(path), imported(path)
        if path.stem != "__init__":
            upwards[name] = {other for other in found & places.keys() if places[other] >= places[name]}
        elif path.parent.name != "rag":
            doors[name] = {other for other in found if other.startswith("rag.")}
        outside[name] = found & {"app", "training", "benchmarks", "tests"}
    assert {name: found for name, found in upwards.items() if found} == {}
    assert {name: found for name, found in doors.items() if found} == {}, "a room's door imports nothing"
    assert {name: found for name, found in outside.items() if found} == {}


def test_a_noun_of_the_api_names_one_thing() -> None:
    """Only the parts of other libraries are named alike, each as its own library's users would look for it."""
    named: dict[str, set[str]] = {}
    for path in EVERY:
        if path.parent.name != "integrations":
            for node in parsed(path):
                if isinstance(node, ast.ClassDef):
                    named.setdefault(node.name, set()).add(name_of(path))
    nouns = {*rag.__all__} | {name for name, places in named.items() if places & {"rag.schema", "rag.engine"}}
    assert {name: places for name, places in named.items() if name in nouns and len(places) > 1} == {}


def test_the_nouns_need_the_standard_library_alone() -> None:
    for name in ("schema", "errors"):
        tops = {module.split(".")[0] for module in imported(ROOT / "rag" / f"{name}.py")}
        assert tops <= sys.stdlib_module_names | {"rag"}


def test_only_config_reads_the_environment() -> None:
    for path in EVERY:
        text = path.read_text(encoding="utf-8")
        reads = re.findall(r"os\.environ\b(?!\[\"(?:GRADIO_ANALYTICS_\w+|PROMETHEUS_MULTIPROC_DIR)\"\] =)|getenv", text)
        assert not reads or name_of(path) == "rag.config", path


TAG = re.compile(r"(?<!\(\?P)(?<!\\g)<(?:/?[a-z]|!doctype|!--)", re.IGNORECASE)
"""In a pattern, such a sign begins the name of a group."""


def tags(path: Path) -> list[str]:
    """HTML that a module writes: in an f-string, and as it stands within the rooms whose work is pages."""
    nodes = parsed(path)
    pages = path.is_relative_to(ROOT / "rag" / "web") or path.is_relative_to(ROOT / "rag" / "serving")
    told = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    pieces = [piece for node in nodes if isinstance(node, ast.JoinedStr) for piece in node.values]
    pieces += [node for node in nodes if pages and isinstance(node, ast.Constant) and id(node) not in told]
    texts = [piece.value for piece in pieces if isinstance(piece, ast.Constant) and isinstance(piece.value, str)]
    return [text for text in texts if TAG.search(text)]


def test_only_templates_write_html() -> None:
    written = {name_of(path): tags(path) for path in EVERY if "documents" not in path.parts}
    written = {name: found for name, found in written.items() if found}
    assert not written, "HTML is written by a template of rag/web/templates"


def test_a_tag_is_seen_and_a_pattern_is_not(tmp_path: Path) -> None:
    path = tmp_path / "made.py"
    path.write_text("one = f'<b>{1}</b>'\ntwo = f'{3}<br>'\nthree = r'(?P<name>x)'\nfour = f'(?P<of>{2}) {1} < 2'\n")
    assert tags(path) == ["<b>", "</b>", "<br>"]


def test_only_one_command_and_the_page_fetch() -> None:
    users = {
        name: {name_of(path) for path in EVERY if f"rag.fetching.{name}" in imported(path)}
        for name in ("add", "fetch", "address", "find")
    }
    assert users == {
        "add": {"rag.cli.add", "rag.web.addresses"},
        "fetch": {"rag.fetching.add", "rag.fetching.find", "rag.web.addresses"},
        "address": {"rag.fetching.fetch"},
        "find": {"rag.cli.add", "rag.web.adding"},
    }


def test_only_commands_write_to_standard_output() -> None:
    prints = {
        name_of(path): [
            node.lineno
            for node in parsed(path)
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.stdout.write")
            if "file" not in {keyword.arg for keyword in node.keywords}
        ]
        for path in EVERY
        if "cli" not in path.parts
    }
    assert {name: lines for name, lines in prints.items() if lines} == {}


def loaded_by(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stdout.splitlines()[-1].split()}


def test_the_command_line_loads_nothing_heavy() -> None:
    found = loaded_by("import rag.cli.main, rag.cli.options; rag.cli.options.parser()")
    assert not found & (HEAVY | {"numpy", "faiss", "onnxruntime", "bm25s"})


def test_importing_the_package_loads_nothing_and_a_name_only_what_it_needs() -> None:
    assert not loaded_by("import rag") & {"numpy", "pydantic", "sqlite3", "asyncio"}
    assert not loaded_by("from rag import Config, Filter, QuotelineError, Turn") & (HEAVY | {"numpy"})


def test_the_api_alone_needs_nothing_of_the_page() -> None:
    assert not loaded_by("import rag.serving.run, rag.serving.app") & HEAVY


def test_a_question_needs_neither_torch_nor_templates(config: Config) -> None:
    code = f"from rag.cli.main import main; main(['ask', 'Who is it?', '--index', {config.index!r}])"
    assert not loaded_by(code) & (HEAVY | {"jinja2"})


def test_every_word_of_the_page_is_used() -> None:
    tree = ast.parse((ROOT / "rag" / "web" / "words.py").read_text(encoding="utf-8"))
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    files = [path for path in WEB if path.stem not in ("words", "spanish")]
    files += (ROOT / "rag" / "web" / "templates").glob("*.html")
    used = {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    assert len(named) > 100
    assert named - used == set()


def test_every_option_is_documented() -> None:
    documented = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for sub in [*every(parser())][1:]:
        name = sub.prog
        section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", documented, re.MULTILINE | re.DOTALL)
        assert section, f"docs/cli.md has no section for {name}: run make docs"
        for action in sub._actions:
            for option in action.option_strings or [str(action.metavar)]:
                assert str(option) in section[1], f"docs/cli.md lacks {option} of {name}: run make docs"


def test_the_help_of_each_command_fits_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for command in every(parser()):
        name = command.prog
        lines = command.format_help().splitlines()
        assert len(lines) <= 24, f"{name} --help has {len(lines)} lines"
        assert max(map(len, lines)) <= 80, f"{name} --help is too wide"


def test_the_documented_help_is_the_real_help() -> None:
    done = subprocess.run([sys.executable, ROOT / "docs" / "make_cli.py"], capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), "run make docs"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for field in fields(Config):
        assert re.search(rf"^\| `{field.name}` \|", page, re.MULTILINE), f"docs/settings.md lacks {field.name}"


def test_every_figure_is_defined() -> None:
    page = (ROOT / "docs" / "eval.md").read_text(encoding="utf-8")
    table = page.split("## Figures")[1].split("## Comparing")[0]
    rows = " ".join(line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([^`]+)`", rows)) == set(FIGURES)
    less = set(re.findall(r"`([^`]+)` \*less\*", rows))
    assert less == {figure.name for figure in FIGURES.values() if figure.better == "lower"}
    gate = page.split("- **Regression**")[1].split("- **`must_pass`**")[0]
    assert {figure.name for figure in FIGURES.values() if figure.gated} == set(re.findall(r"`([a-z_@\d]+)`", gate))


def test_every_dependency_is_pinned_the_transitive_ones_too() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = {
        canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines) if version
    }
    waiting, seen = [Requirement("quoteline[test]")], set()
    while waiting:
        wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if (name, *sorted(wanted.extras)) in seen:
            continue
        seen.add((name, *sorted(wanted.extras)))
        found = distribution(name)
        if name != "quoteline":
            assert pins.get(name) == found.version.split("+")[0], (
                f"constraints.txt does not pin {name}: make constraints"
            )
        for requirement in map(Requirement, found.requires or ()):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in ("", *wanted.extras)):
                waiting.append(requirement)
    assert len(seen) > 100


def test_the_wheel_holds_the_package_alone(tmp_path: Path) -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for name in tracked:
        place = tmp_path / "copy" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if name.startswith("rag/weights/"):
            place.touch()  # what they hold is 80 MB, which a wheel takes long to pack
        else:
            shutil.copy(ROOT / name, place)
    copy = str(tmp_path / "copy")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), copy]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == {name for name in tracked if name.startswith("rag/")}


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for heading in re.findall(
        r"^#+ +(.+)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE
    ):
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        twin = next(n for n in range(99) if (f"{slug}-{n}" if n else slug) not in found)
        found.add(f"{slug}-{twin}" if twin else slug)
    return found


def test_anchors_are_made_as_github_makes_them() -> None:
    page = "# The `--help` of it\n\n```\n# a comment\n```\n\n## Yes, and [no](x.md)\n\n## Yes, and no\n"
    assert anchors(page) == {"the---help-of-it", "yes-and-no", "yes-and-no-1"}


def test_pages_are_finished_and_their_links_lead_somewhere() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    pages = {name: (ROOT / name).read_text(encoding="utf-8") for name in tracked if name.endswith(".md")}
    for name, text in pages.items():
        assert not re.findall(r"\b[A-Z]+_HERE\b|\bTODO\b", text), name
        for link, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text):
            target = (ROOT / name).parent.joinpath(link).resolve().relative_to(ROOT).as_posix() if link else name
            assert target in tracked, f"{name} links to {link}"
            assert not anchor or anchor in anchors(pages[target]), f"{name} links to {link}#{anchor}"


def test_the_wheel_and_the_command_agree_on_the_version() -> None:
    version = re.search(r'__version__ = "(.+)"', (ROOT / "rag" / "__init__.py").read_text(encoding="utf-8"))
    assert version
    assert f"## {version[1]}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
