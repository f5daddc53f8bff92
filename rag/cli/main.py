"""The command ``rag``. Standard output carries the result; standard error everything else.

Imports nothing heavy: ``rag --help`` must cost next to nothing, and each command loads what it needs.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.cli.options import every, parser, renamed
from rag.config import Config, load
from rag.errors import BusyError, RagError, SourceError, UsageError

if TYPE_CHECKING:
    from rag.cli.batch import Ask
    from rag.engine import Engine
    from rag.output.terminal import Look
    from rag.schema import Answer, Citation, Closest, Filter, Turn

REFUSED = 3


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # bytes that are not UTF-8 are refused by name, not by a traceback
            errors = "surrogateescape" if stream is sys.stdin else "backslashreplace"
            stream.reconfigure(encoding="utf-8", errors=errors)
    arguments = argparse.Namespace(command="")
    try:
        arguments = parser().parse_args(renamed(sys.argv[1:] if argv is None else argv))
        config = load({name: getattr(arguments, name, None) for name in Config.__dataclass_fields__})
        _warn_of_password(arguments)
        code = COMMANDS[arguments.command.partition(" ")[0]](arguments, config)
        if sys.stdout is not None:
            sys.stdout.flush()
    except RagError as error:
        print(f"rag: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        kept = "this run was not written" if arguments.command.startswith("eval") else "nothing was lost"
        print(f"rag: interrupted; {kept}", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who read our output has seen enough, as with `rag show … | head`
        _drop_output()
        return 0
    except OSError as error:
        _drop_output()
        print(f"rag: {error.filename or 'standard output'}: {error.strerror}", file=sys.stderr)
        return 1
    return code


def _warn_of_password(arguments: argparse.Namespace) -> None:
    index = getattr(arguments, "index", None) or ""
    if "://" in index and not getattr(arguments, "quiet", False):  # a folder waits for no import
        from rag.indexing.homes import tells_password

        if tells_password(index):
            told = "every user of this machine can read the password on this command line"
            print(f"rag: {told}: keep it in ~/.pgpass or PGPASSWORD, or the address in RAG_INDEX", file=sys.stderr)


def _drop_output() -> None:
    """Send what is left in standard output's buffer nowhere, or Python would complain of it on the way out."""
    with suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _index(arguments: argparse.Namespace, config: Config) -> int:
    if arguments.list or arguments.rollback or arguments.prune:
        return _generations(arguments, config)
    if arguments.watch:
        return _watch(arguments, config)
    if arguments.work:
        return _work(arguments, config)
    return _build(arguments, config)


def _watch(arguments: argparse.Namespace, config: Config) -> int:
    from rag.indexing.watch import changes

    for _ in changes(config):
        while True:
            try:
                _build(arguments, config)
            except BusyError:  # another build may have read the folder before it changed: this one must come after it
                time.sleep(1)
                continue
            except RagError as error:  # an empty folder, say: it may be filled
                print(f"rag: {error}", file=sys.stderr)
            break
        if sys.stdout is not None:
            sys.stdout.flush()
    return 0


def _work(arguments: argparse.Namespace, config: Config) -> int:
    from rag.indexing.work import work

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # who is asked to end gives back what it has begun

    def tell(line: str) -> None:
        if not arguments.quiet:
            print(f"rag: {line}", file=sys.stderr, flush=True)

    work(config, tell)
    return 0


def _add(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.add import listed, run

    if arguments.find is not None:
        return listed(arguments.find, config)
    added, failed = run(arguments, config)
    return (_build(arguments, config, {one.source for one in added}) or failed) if added else failed


def _build(arguments: argparse.Namespace, config: Config, added: "set[str] | None" = None) -> int:
    from rag.indexing.builder import build
    from rag.indexing.homes import named

    report = build(config, dry_run=arguments.dry_run, progress=not arguments.quiet and sys.stderr.isatty())
    for line in report.told(briefly=arguments.quiet):
        print(f"rag: {line}", file=sys.stderr)
    if not arguments.quiet:
        print(report.summary(named(config.index)))
    missed = report.skipped if arguments.strict else [item for item in report.skipped if item.source in (added or ())]
    return RagError.exit_code if missed else 0


def _generations(arguments: argparse.Namespace, config: Config) -> int:
    from rag.indexing.homes import home

    index = home(config.index, config.models)
    if arguments.list:
        for g in index.listed():
            mark = "*" if g.current else " "
            held = f"{_count(g.documents, 'document')}, {_count(g.passages, 'passage')}, {g.bytes / 2**20:.1f} MB"
            print(f"{mark} {g.id}  built {g.built}  {held}")
        return 0
    if arguments.rollback:
        done = f"now asking generation {index.roll_back()}"
    else:
        done = f"removed {', '.join(index.prune()) or 'nothing'}"
    if not arguments.quiet:
        print(done)
    return 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _ask(arguments: argparse.Namespace, config: Config) -> int:
    from rag.models.careful import READER
    from rag.output import render

    question, chosen = _question(arguments), _filter(arguments)
    if arguments.out is not None:
        return _ask_into(arguments, config, question)
    with _engine(config) as engine:
        if question is None:
            return _batch(arguments, lambda q, history: render.answer_object(engine.ask(q, history, chosen)))
        answer = engine.ask(question, chosen=chosen)
        _warn(answer.warnings)
        if arguments.json:
            print(render.dumps(render.answer_object(answer)))
        else:
            _print_answer(answer, engine, verbose=arguments.verbose)
    if not arguments.quiet:
        if not arguments.json:
            READER.advise(config)
        print(f"rag: answered from index {answer.index} in {answer.timings_ms['total']:.0f} ms", file=sys.stderr)
    return REFUSED if answer.outcome == "refused" else 0


def _print_answer(answer: "Answer", engine: "Engine", *, verbose: bool) -> None:
    from rag.output import terminal

    pointers: tuple[Citation | Closest, ...] = (*answer.citations, *answer.closest)
    sources = {pointer.source for pointer in pointers}
    print(terminal.answer_text(answer, _look(engine, sources), verbose=verbose), flush=True)


def _look(engine: "Engine", sources: Iterable[str]) -> "Look":
    """Return what standard output takes: links to these sources only where it is a terminal that takes any."""
    from rag.output import terminal

    if sys.stdout is None:
        return terminal.Look()
    linked = terminal.takes_links(sys.stdout)
    return terminal.look_of(
        sys.stdout, terminal.links_of(engine.index.store, engine.config.sources, sources) if linked else {}
    )


def _ask_into(arguments: argparse.Namespace, config: Config, question: str | None) -> int:
    """Answer one question, or a batch if it is None, into a file."""
    from rag.cli import batch
    from rag.exports import files
    from rag.exports.sheet import Row

    if arguments.json:
        raise UsageError("--json and --out together: the ending of --out says the format (.jsonl is JSON)")
    files.ending(arguments.out)  # before any question is answered for nothing
    chosen = _filter(arguments)
    with _engine(config) as engine:
        if question is None:
            rows = list(batch.rows(arguments.batch, lambda q, history: engine.ask(q, history, chosen)))
        else:
            rows = [Row(question, engine.ask(question, chosen=chosen))]
        files.write(arguments.out, rows, engine.index.store)
    errors = [row.result for row in rows if isinstance(row.result, RagError)]
    answers = [row.result for row in rows if not isinstance(row.result, RagError)]
    _warn([*map(str, errors), *dict.fromkeys(warning for answer in answers for warning in answer.warnings)])
    if not arguments.quiet:
        refused = sum(answer.outcome == "refused" for answer in answers)
        told = f"{_count(len(rows), 'question')}, {refused} refused, {len(errors)} failed"
        print(f"rag: wrote {arguments.out}: {told}", file=sys.stderr)
    if question is None:
        return RagError.exit_code if errors else 0
    return REFUSED if answers[0].outcome == "refused" else 0


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        print(f"rag: {warning}", file=sys.stderr)


def _search(arguments: argparse.Namespace, config: Config) -> int:
    from rag.output import render
    from rag.retrieval.hybrid import left_out

    question, chosen = _question(arguments), _filter(arguments)
    with _engine(replace(config, llm=None, reader="packaged")) as engine:  # neither is asked, and both take long
        _warn(left_out(engine.index, chosen))
        if question is None:
            return _batch(arguments, lambda q, _: render.search_object(engine.search(q, chosen=chosen)))
        found = engine.search(question, chosen=chosen)
        if arguments.json:
            print(render.dumps(render.search_object(found)))
        else:
            from rag.output import terminal

            print(terminal.search_text(found, _look(engine, {hit.passage.source for hit in found.hits})))
    if not arguments.quiet:
        print(f"rag: searched index {found.index} in {found.timings_ms['total']:.0f} ms", file=sys.stderr)
    return 0


def _check(arguments: argparse.Namespace, config: Config) -> int:
    from rag.exports import files
    from rag.output import render, terminal

    text = _text(arguments.text, config)
    if arguments.out is not None:
        if arguments.json:
            raise UsageError("--json and --out together: the ending of --out says the format")
        files.ending(arguments.out, files.CHECK_ENDINGS)  # before anything is checked for nothing
    with _judging(config) as engine:
        checked = engine.check(text, _filter(arguments))
        if arguments.out is not None:
            files.write_check(arguments.out, checked, text, engine.index.store)
    _warn(checked.warnings)
    if arguments.out is None:
        print(
            render.dumps(render.check_object(checked))
            if arguments.json
            else terminal.check_text(checked, terminal.look_of(sys.stdout))
        )
    elif not arguments.quiet:
        print(f"rag: wrote {arguments.out}: {terminal.counted(checked)}", file=sys.stderr)
    if not arguments.quiet:
        _advise_judge(arguments, config)
        print(f"rag: checked against index {checked.index} in {checked.timings_ms['total']:.0f} ms", file=sys.stderr)
    return 0 if checked.supported else REFUSED


def _conflicts(arguments: argparse.Namespace, config: Config) -> int:
    from rag.output import render, terminal

    with _judging(config) as engine:
        found = engine.conflicts(arguments.seconds, _filter(arguments))
        _warn(found.warnings)
        if arguments.json:
            print(render.dumps(render.conflicts_object(found)))
        else:
            sources = {citation.source for citation in found.citations}
            print(terminal.conflicts_text(found, _look(engine, sources)))
    if not arguments.quiet:
        _advise_judge(arguments, config)
        print(f"rag: looked through index {found.index} in {found.timings_ms['total']:.0f} ms", file=sys.stderr)
    return REFUSED if found.contradictions else 0


@contextmanager
def _judging(config: Config) -> "Iterator[Engine]":
    """Open an engine that is to judge: neither its LLM nor its reader is asked, and both take long to load."""
    with _engine(replace(config, llm=None, reader="packaged")) as engine:
        engine.config = config  # by which it takes its judge
        yield engine


def _advise_judge(arguments: argparse.Namespace, config: Config) -> None:
    """Say what would judge better, but to a program."""
    from rag.models.careful import JUDGE

    if not arguments.json:
        JUDGE.advise(config)


def _text(given: str, config: Config) -> str:
    """Return a text that was given, or that of the file or of standard input that was named."""
    from rag.documents.load import SUFFIXES, read_text

    if given == "-":
        return _standard_input()
    with suppress(OSError, ValueError):  # a text may be no name of a file at all
        if Path(given).is_file():
            return read_text(Path(given), config)
    if not any(char.isspace() for char in given) and Path(given).suffix.lower() in SUFFIXES:
        raise SourceError(f"{given!r}: no such file")
    return given


def _standard_input() -> str:
    if sys.stdin is None:
        raise UsageError("standard input is closed: give a text, or name a file")
    return sys.stdin.read()


def _judge(arguments: argparse.Namespace, config: Config) -> int:
    from rag.claims import judging
    from rag.cli import batch
    from rag.documents.load import read_text
    from rag.output import render, terminal

    if (arguments.claim is None) == (arguments.batch is None) or (arguments.claim is None) != (
        arguments.passage is None
    ):
        raise UsageError("give a claim with --passage FILE, or --batch FILE")
    if arguments.batch is not None:
        if arguments.batch == "-" and sys.stdin is None:
            raise UsageError("standard input is closed: give --batch FILE")
        return _lines(batch.judge(arguments.batch, judging.opened(config)))
    passage = _standard_input() if arguments.passage == "-" else read_text(Path(arguments.passage), config)
    (judged,) = judging.opened(config).judge([(arguments.claim, passage)])
    told = render.judgement_object(judged, None)
    print(
        render.dumps(told) if arguments.json else terminal.judgement_text(judged, passage, terminal.look_of(sys.stdout))
    )
    _advise_judge(arguments, config)
    return 0 if judged.verdict == "supports" else REFUSED


def _show(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.show import shown

    text = shown(config, arguments.source, arguments.start, arguments.end, original=arguments.original)
    if sys.stdout is not None:
        sys.stdout.buffer.write(text.encode())  # as it stands: no line end is added or changed
    return 0


def _status(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.status import text
    from rag.indexing.status import status

    found = status(config, verify=arguments.verify, sources=arguments.list_sources)
    if arguments.json:
        from rag.output import render

        print(render.dumps(found))
    else:
        print(text(found))
    return 0


def _chat(arguments: argparse.Namespace, config: Config) -> int:
    if sys.stdin is None:
        raise UsageError("standard input is closed: rag chat reads questions from it")
    interactive = sys.stdin.isatty()
    history: list[Turn] = []
    with _engine(config) as engine:
        if interactive:
            import readline  # noqa: F401 (gives input() line editing and history)

            print("Ask a question; an empty line or Ctrl-D ends the conversation.", file=sys.stderr)
        while True:
            try:
                question = input("\n> " if interactive else "")
            except EOFError:
                return 0
            if question.strip():
                try:
                    _reply(engine, question, history, verbose=arguments.verbose)
                except UsageError as error:
                    print(f"rag: {error}", file=sys.stderr)
                except KeyboardInterrupt:  # ends an answer that an LLM is writing, not the conversation
                    if not interactive:
                        raise
                    print("\nrag: stopped", file=sys.stderr)
            elif interactive:
                return 0


def _reply(engine: "Engine", question: str, history: list["Turn"], *, verbose: bool) -> None:
    """Print the answer to a question, add it to the conversation, and after a refusal print what may be asked."""
    from rag.output import terminal
    from rag.schema import Turn

    answer = engine.ask(question, history)
    _warn(answer.warnings)
    _print_answer(answer, engine, verbose=verbose)
    before = [*history]
    history.append(Turn(question, answer.answer))
    if answer.outcome == "refused" and not answer.message:  # a reply to a greeting has them already
        print(terminal.suggestions_text(engine.suggest(question, before), _look(engine, ())), flush=True)


def _ui(arguments: argparse.Namespace, config: Config) -> int:
    if arguments.set_password:
        from rag.web.password import write

        write(Path(arguments.set_password))
        return 0
    from rag.web.server import serve

    serve(config, _announced)
    return 0


def _mcp(_arguments: argparse.Namespace, config: Config) -> int:
    if sys.stdin is None or sys.stdout is None:
        raise UsageError("standard input or output is closed: rag mcp talks with a program through them")
    from rag.serving.mcp import serve

    serve(config)
    return 0


def _serve(arguments: argparse.Namespace, config: Config) -> int:
    from rag.serving.run import serve

    serve(config, _announced, api_only=arguments.api_only)
    return 0


def _announced(line: str) -> None:
    """Tell where a server is, at once: who started it may read this from a pipe."""
    print(line, flush=True)


def _keys(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.keys import run

    return run(arguments, config)


def _models(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.models import run

    return run(arguments, config)


def _eval(arguments: argparse.Namespace, config: Config) -> int:
    from rag.cli.evaluate import COMMANDS

    code = COMMANDS[arguments.command](arguments, config)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:  # a gate that failed has failed, whether or not somebody reads on
        _drop_output()
    return code


def _engine(config: Config) -> "Engine":
    from rag.engine import Engine

    return Engine.open(config=config)


def _question(arguments: argparse.Namespace) -> str | None:
    """Return the question that was given, or None for a batch."""
    question: str | None = arguments.question
    if question is not None and arguments.batch is not None:
        raise UsageError("a question and --batch together: give one of them")
    if question is None and arguments.batch is None:
        raise UsageError("no question: give one in quotes, - to read it from standard input, or --batch FILE")
    if "-" in (question, arguments.batch) and sys.stdin is None:
        raise UsageError("standard input is closed: give a question, or --batch FILE")
    return sys.stdin.read() if question == "-" else question


def _filter(arguments: argparse.Namespace) -> "Filter":
    from rag.schema import Filter

    return Filter(tuple(arguments.source or ()), arguments.after, arguments.before)


def _batch(arguments: argparse.Namespace, ask: "Ask") -> int:
    from rag.cli import batch

    return _lines(batch.run(arguments.batch, ask))


def _lines(results: "Iterator[tuple[dict[str, Any], RagError | None]]") -> int:
    """Print the results of a batch as they come; return 1 if one of them is an error."""
    from rag.output import render

    failed = False
    for result, error in results:
        print(render.dumps(result), flush=True)
        if error:
            failed = True
            print(f"rag: {error}", file=sys.stderr)
    return 1 if failed else 0


def _completion(arguments: argparse.Namespace, _config: Config) -> int:
    import shtab

    root = parser()
    for command in every(root):
        for action in command._actions:  # noqa: SLF001 (argparse names them nowhere else)
            if kind := {"FILE": shtab.FILE, "FOLDER": shtab.DIRECTORY}.get(str(action.metavar)):
                action.complete = kind  # type: ignore[attr-defined]
    print(shtab.complete(root, arguments.shell))
    return 0


COMMANDS: dict[str, Callable[[argparse.Namespace, Config], int]] = {
    "index": _index,
    "add": _add,
    "ask": _ask,
    "search": _search,
    "check": _check,
    "judge": _judge,
    "conflicts": _conflicts,
    "show": _show,
    "status": _status,
    "chat": _chat,
    "ui": _ui,
    "keys": _keys,
    "mcp": _mcp,
    "models": _models,
    "serve": _serve,
    "eval": _eval,
    "completion": _completion,
}
