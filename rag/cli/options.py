"""The commands of ``rag`` and their options; docs/cli.md is made from them."""

import argparse
from collections.abc import Iterator, Sequence

from rag import __version__

EPILOG = """\
exit codes: 0 done, 1 error, 2 usage, 3 refused, 4 no index, 5 gate failed"""

LLM = "LLM that words the answer: ollama:MODEL, … (docs/llm.md)"

READER = "reader: auto, packaged or careful (docs/reader.md)"

JUDGE = "judge: auto, packaged or careful (docs/check.md)"

OUT = "as .md .docx .bib .ris .csl.json .jsonld .csv .xlsx .jsonl"

OCR = "read pages without text by text recognition (quoteline[ocr])"

DESCRIBE = "have the LLM say what pictures show (sends them to it)"

TRANSCRIBE = "model that hears sound and video (sends them to it)"

SEES = "the LLM that --describe asks (docs/llm.md)"

PEOPLE = "have people sign in to the page by their keys (rag keys)"

VERBOSE = "all nearest passages, whole; the confidence as a number"

GROUPS = {
    "models": "fetch and check models",
    "eval": "measure answers on gold questions",
    "keys": "make and remove keys of people and programs",
}
"""Commands that have commands of their own."""

SHELLS = ("bash", "zsh", "tcsh")


def renamed(argv: Sequence[str]) -> list[str]:
    """Return the arguments with ``eval FILE``, as 0.8 had it, as ``eval run FILE``."""
    named = {"run", "check", "new", "compare", "baseline", "suites", "-h", "--help"}
    return ["eval", "run", *argv[1:]] if argv[:1] == ["eval"] and argv[1:] and argv[1] not in named else list(argv)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help in a screen of 80 columns: one line an option, as far as its name is not long."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26)

    def _format_action(self, action: argparse.Action) -> str:
        """Leave out the line that would say "COMMAND" above the commands, and their indent below it."""
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001 (argparse names it nowhere else)
            return "".join(map(self._format_action, action._get_subactions()))  # noqa: SLF001
        return super()._format_action(action)


def parser() -> argparse.ArgumentParser:
    """Return the parser of every command; the documentation and the completion of shells are made from it too."""
    root = argparse.ArgumentParser(
        prog="rag",
        description="Ask your documents: each line of an answer is a verbatim quote, or it says no.",
        usage="rag COMMAND [OPTIONS] | rag COMMAND --help | rag --version",
        epilog=EPILOG,
        add_help=False,
        formatter_class=_Formatter,
    )
    root.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    root.add_argument("--version", action="version", version=f"rag {__version__}", help=argparse.SUPPRESS)
    commands = root.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True, prog="rag")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}

    def command(name: str, text: str, *, index: bool = True, takes: str = "") -> argparse.ArgumentParser:
        """Add a command, or, of two words, one of a group; ``takes`` is what stands behind it, for its usage."""
        group, _, own = name.rpartition(" ")
        if group and group not in groups:
            whole = commands.add_parser(
                group,
                help=GROUPS[group],
                description=_sentence(GROUPS[group]),
                usage=f"rag {group} COMMAND [OPTIONS]",
                formatter_class=_Formatter,
            )
            groups[group] = whole.add_subparsers(
                title="commands", metavar="COMMAND", required=True, prog=f"rag {group}"
            )
        sub = (groups[group] if group else commands).add_parser(
            own,
            help=text,
            description=_sentence(text),
            usage=" ".join(filter(None, ("rag", name, "[OPTIONS]", takes))),
            formatter_class=_Formatter,
        )
        sub.set_defaults(command=name)
        if index:
            sub.add_argument("--index", metavar="FOLDER", help="folder of the index (default: index)")
        return sub

    sub = command("index", "build the index over a folder of documents")
    sub.add_argument("--sources", metavar="FOLDER", help="folder of documents (default: seeds)")
    sub.add_argument("--encoder", metavar="MODEL", help="sentence-transformers model, by name or path")
    sub.add_argument("--ocr", action="store_const", const=True, help=OCR)
    sub.add_argument("--describe", action="store_const", const=True, help=DESCRIBE)
    sub.add_argument("--transcribe", metavar="NAME", help=TRANSCRIBE)
    sub.add_argument("--llm", metavar="NAME", help=SEES)
    sub.add_argument(
        "--strict", action="store_true", help="build all the same, but exit with 1 if anything was skipped"
    )
    instead = sub.add_mutually_exclusive_group()
    instead.add_argument("--dry-run", action="store_true", help="tell what would change, and write nothing")
    instead.add_argument("--watch", action="store_true", help="build, then again after each change, until interrupted")
    instead.add_argument("--work", action="store_true", help="take part in builds of other hosts (docs/scale.md)")
    instead.add_argument("--list", action="store_true", help="list the generations that are kept, newest first")
    instead.add_argument("--rollback", action="store_true", help="go back to the generation before")
    instead.add_argument("--prune", action="store_true", help="remove every generation but the current one")
    sub.add_argument(
        "--quiet", action="store_true", help="print only what was skipped or could not be read, and errors"
    )

    sub = command("add", "fetch a page, file or feed into the sources folder, and index it", takes="URL ...")
    sub.add_argument("address", nargs="*", metavar="URL", help="an address that starts with http or https")
    sub.add_argument("--find", metavar="WORDS", help="list pages of the web to choose from instead (docs/sources.md)")
    sub.add_argument("--sources", metavar="FOLDER", help="folder of documents (default: seeds)")
    sub.add_argument("--encoder", metavar="MODEL", help="sentence-transformers model, by name or path")
    sub.add_argument("--ocr", action="store_const", const=True, help=OCR)
    sub.add_argument("--describe", action="store_const", const=True, help=DESCRIBE)
    sub.add_argument("--transcribe", metavar="NAME", help=TRANSCRIBE)
    sub.add_argument("--llm", metavar="NAME", help=SEES)
    sub.add_argument("--items", action="store_true", help="also fetch the pages that the items of a feed lead to")
    sub.add_argument(
        "--quiet", action="store_true", help="print only what was skipped or could not be read, and errors"
    )
    sub.set_defaults(dry_run=False, strict=False)

    for name, text in (
        ("ask", "answer a question, with the quotes that support the answer"),
        ("search", "list the passages nearest to a question, without an answer"),
    ):
        sub = command(name, text, takes="[QUESTION]")
        sub.add_argument("question", nargs="?", metavar="QUESTION", help="the question; - reads it from standard input")
        sub.add_argument("--batch", metavar="FILE", help="questions: JSON Lines, .csv or .xlsx; - reads JSON Lines")
        sub.add_argument("--json", action="store_true", help="print one JSON object (always so with --batch)")
        sub.add_argument("--source", action="append", metavar="PATTERN", help="only sources like this; may be repeated")
        sub.add_argument("--after", metavar="DATE", help="only documents published on this date or later: 2026-01-31")
        sub.add_argument("--before", metavar="DATE", help="only documents published on this date or earlier")
        sub.add_argument("-k", type=int, metavar="N", help="how many passages to retrieve (default: 8)")
        sub.add_argument("--reranker", metavar="MODEL", help="cross-encoder that orders the passages, by name or path")
        if name == "ask":
            sub.add_argument("--out", metavar="FILE", help=OUT)
            sub.add_argument("--threshold", type=float, metavar="P", help="least confidence for an answer, 0 to 1")
            sub.add_argument("--length", metavar="HOW", help="how long: sentence, short (two) or all (default: all)")
            sub.add_argument("--reader", metavar="WHICH", help=READER)
            sub.add_argument("--llm", metavar="NAME", help=LLM)
            sub.add_argument("-v", "--verbose", action="store_true", help=VERBOSE)
        sub.add_argument("--quiet", action="store_true", help="print no notes on standard error, only errors")

    sub = command("check", "tell which claims of a text the sources support or contradict", takes="TEXT|FILE|-")
    sub.add_argument("text", metavar="TEXT", help="the text, or a file of it; - reads it from standard input")
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    sub.add_argument("--out", metavar="FILE", help="write to this file: .html .md .json")
    sub.add_argument("--source", action="append", metavar="PATTERN", help="only sources like this; may be repeated")
    sub.add_argument("--after", metavar="DATE", help="only documents published on this date or later: 2026-01-31")
    sub.add_argument("--before", metavar="DATE", help="only documents published on this date or earlier")
    sub.add_argument("-k", type=int, metavar="N", help="how many passages to judge for a claim (default: 8)")
    sub.add_argument("--reader", metavar="WHICH", help=JUDGE)
    sub.add_argument("--quiet", action="store_true", help="print no notes on standard error, only errors")

    sub = command("conflicts", "report statements of the sources that contradict one another")
    sub.add_argument("--seconds", type=float, metavar="N", default=60, help="most time to look (default: 60)")
    sub.add_argument("--reader", metavar="WHICH", help=JUDGE)
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    sub.add_argument("--source", action="append", metavar="PATTERN", help="only sources like this; may be repeated")
    sub.add_argument("--after", metavar="DATE", help="only documents published on this date or later: 2026-01-31")
    sub.add_argument("--before", metavar="DATE", help="only documents published on this date or earlier")
    sub.add_argument("--quiet", action="store_true", help="print no notes on standard error, only errors")

    sub = command("judge", "tell whether a passage supports a claim, and where", index=False, takes="[CLAIM]")
    sub.add_argument("claim", nargs="?", metavar="CLAIM", help="the claim, or a question of yes or no")
    sub.add_argument("--passage", metavar="FILE", help="file of the passage; - reads it from standard input")
    sub.add_argument("--batch", metavar="FILE", help="JSON Lines of claims with passages; - reads standard input")
    sub.add_argument("--reader", metavar="WHICH", help=JUDGE)
    sub.add_argument("--json", action="store_true", help="print one JSON object (always so with --batch)")

    sub = command("show", "print the canonical text of a source, into which citations point", takes="SOURCE")
    sub.add_argument("source", metavar="SOURCE", help="as a citation names it")
    sub.add_argument("--start", type=int, default=0, metavar="N", help="first character (default: 0)")
    sub.add_argument("--end", type=int, metavar="N", help="the character to stop before (default: the end)")
    sub.add_argument(
        "--original", action="store_true", help="print it as it was parsed, before invisible characters were removed"
    )

    sub = command("status", "tell what the index holds and whether it is sound")
    sub.add_argument("--sources", dest="list_sources", action="store_true", help="list every document")
    sub.add_argument("--verify", action="store_true", help="check every byte, however large the index")
    sub.add_argument("--json", action="store_true", help="print one JSON object")

    sub = command("chat", "ask questions one after the other in the terminal")
    sub.add_argument("--reader", metavar="WHICH", help=READER)
    sub.add_argument("--llm", metavar="NAME", help=LLM)
    sub.add_argument("-v", "--verbose", action="store_true", help=VERBOSE)

    sub = command("ui", "open the chat page in the browser")
    sub.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    sub.add_argument("--port", type=int, metavar="N", help="port to listen on; 0 takes any free one (default: 7860)")
    sub.add_argument("--people", action="store_const", const=True, help=PEOPLE)
    sub.add_argument("--password-file", metavar="FILE", help="ask for the password whose hash this file holds")
    sub.add_argument("--set-password", metavar="FILE", help="ask for a password, write its hash to this file, and end")
    sub.add_argument("--sources", metavar="FOLDER", help="folder that the page adds to and indexes (default: seeds)")
    sub.add_argument("--reader", metavar="WHICH", help=READER)
    sub.add_argument("--ocr", action="store_const", const=True, help=OCR)
    sub.add_argument("--describe", action="store_const", const=True, help=DESCRIBE)
    sub.add_argument("--transcribe", metavar="NAME", help=TRANSCRIBE)
    sub.add_argument("--llm", metavar="NAME", help=LLM)

    sub = command("serve", "answer other programs over HTTP, with the chat page beside")
    sub.add_argument("--api-only", action="store_true", help="leave the chat page out")
    sub.add_argument("--host", metavar="ADDRESS", help="address to listen on (default: 127.0.0.1)")
    sub.add_argument("--port", type=int, metavar="N", help="port to listen on; 0 takes any free one (default: 7860)")
    sub.add_argument("--workers", type=int, metavar="N", help="processes, of which several only read (default: 1)")
    sub.add_argument("--people", action="store_const", const=True, help=PEOPLE)
    sub.add_argument("--password-file", metavar="FILE", help="ask for the page's password, whose hash this file holds")
    sub.add_argument("--sources", metavar="FOLDER", help="folder that is added to and indexed (default: seeds)")
    sub.add_argument("--llm", metavar="NAME", help=LLM)

    sub = command("keys add", "make a key for a person or a program, and print it", index=False, takes="NAME")
    sub.add_argument("name", metavar="NAME", help="a name for it; a person signs in to the page with both")
    sub.add_argument("--write", action="store_true", help="let it also add, remove and index sources")
    sub.add_argument("--collection", action="append", metavar="NAME", help="let it ask this one alone; may be repeated")
    sub.add_argument(
        "--per-minute", type=int, metavar="N", default=600, help="requests that it may make in a minute (default: 600)"
    )

    command("keys list", "list the keys: what each opens, never itself", index=False)

    sub = command("keys remove", "remove a key: it opens nothing from now on", index=False, takes="NAME")
    sub.add_argument("name", metavar="NAME", help="as rag keys list names it")

    sub = command("mcp", "serve the sources to a program by the Model Context Protocol")
    sub.add_argument("--threshold", type=float, metavar="P", help="least confidence for an answer, 0 to 1")
    sub.add_argument("--llm", metavar="NAME", help=LLM)

    sub = command("models list", "list the models that can be pulled, and which are here", index=False)
    sub.add_argument("--models", metavar="FOLDER", help="folder of the models (default: ~/.cache/quoteline/models)")

    sub = command("models pull", "fetch a model; a pull that was killed goes on", index=False, takes="NAME")
    sub.add_argument("name", metavar="NAME", help="as rag models list names it")
    sub.add_argument("--from", dest="file", metavar="FILE", help="take the bytes from this file, not from the network")
    sub.add_argument("--models", metavar="FOLDER", help="folder to pull it to (default: ~/.cache/quoteline/models)")
    sub.add_argument("--quiet", action="store_true", help="print only which origins failed, and errors")

    sub = command("models verify", "hash what was pulled; delete what is not as published", index=False, takes="[NAME]")
    sub.add_argument("name", nargs="?", metavar="NAME", help="only the model of this name")
    sub.add_argument("--models", metavar="FOLDER", help="folder of the models (default: ~/.cache/quoteline/models)")

    sub = command("eval run", "ask gold questions and measure the answers; 5 if the gate fails", takes="FILE ...")
    sub.add_argument("gold", nargs="+", metavar="FILE", help="gold questions, JSON Lines")
    sub.add_argument("--sources", metavar="FOLDER", help="index this folder first; without --index for this run alone")
    sub.add_argument("--type", action="append", metavar="TYPE", help="only questions of this type; may be repeated")
    sub.add_argument("--split", metavar="NAME", help="only questions of this split: dev or test")
    sub.add_argument("--limit", type=int, metavar="N", help="at most so many of each file, taken evenly from all of it")
    sub.add_argument("--out", metavar="FOLDER", help="folder to write the run to (default: TIME in the setting runs)")
    sub.add_argument("-k", type=int, metavar="N", help="how many passages to retrieve (default: 8)")
    sub.add_argument("--reranker", metavar="MODEL", help="cross-encoder that orders the passages, by name or path")
    sub.add_argument("--threshold", type=float, metavar="P", help="least confidence for an answer, 0 to 1")
    sub.add_argument("--reader", metavar="WHICH", help=READER)
    sub.add_argument("--llm", metavar="NAME", help=LLM)
    sub.add_argument("--quiet", action="store_true", help="print the summary and the gate's failures alone")

    sub = command("eval check", "look for mistakes in gold questions; 1 if there are any", takes="FILE ...")
    sub.add_argument("gold", nargs="+", metavar="FILE", help="gold questions, JSON Lines")
    sub.add_argument("--sources", metavar="FOLDER", help="folder of the documents (default: those of the index)")

    sub = command("eval new", "draft gold questions from an index, for a person to edit", takes="--out FILE")
    sub.add_argument("--out", metavar="FILE", required=True, help="file to write; it must not be there yet")
    sub.add_argument("--limit", type=int, metavar="N", default=40, help="most questions (default: 40)")
    sub.add_argument("--llm", metavar="NAME", help="LLM that writes them (default: none, but templates)")

    sub = command("eval compare", "tell what changed between two runs", index=False, takes="A B")
    sub.add_argument("a", metavar="A", help="folder of the run before")
    sub.add_argument("b", metavar="B", help="folder of the run after")
    sub.add_argument("--html", metavar="FILE", help="also write the two side by side as one HTML page")

    sub = command("eval baseline", "make a run the one that later runs are held against", index=False, takes="RUN")
    sub.add_argument("run", metavar="RUN", help="folder of the run")

    sub = command("eval suites", "run public question sets that lie in a folder", index=False, takes="FILE")
    sub.add_argument("suites", metavar="FILE", help="which sets there are: eval/suites.toml")
    sub.add_argument(
        "--data", metavar="FOLDER", required=True, help="folder of the sets; what is not there is passed over"
    )
    sub.add_argument("--work", metavar="FOLDER", required=True, help="folder that keeps their indexes between runs")
    sub.add_argument("--only", action="append", metavar="NAME", help="only this set; may be repeated")
    sub.add_argument(
        "--size", choices=("quick", "nightly"), default="quick", help="how many questions (default: quick)"
    )
    sub.add_argument("--out", metavar="FOLDER", required=True, help="folder to write the runs to, one a set")
    sub.add_argument("--quiet", action="store_true", help="print the summaries alone")

    sub = command("completion", "print what completes commands and options in a shell", index=False, takes="SHELL")
    sub.add_argument("shell", metavar="SHELL", choices=SHELLS, help=f"{', '.join(SHELLS)} (docs/terminal.md)")
    return root


def every(command: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Yield a parser and those of its commands; ``prog`` is the whole name of each."""
    yield command
    for action in command._actions:  # noqa: SLF001 (argparse names them nowhere else)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for sub in action.choices.values():
                yield from every(sub)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."
