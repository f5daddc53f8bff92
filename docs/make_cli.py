"""Print docs/cli.md: what ``--help`` says, for every command."""

import argparse
import os

os.environ["COLUMNS"] = "100"

from rag.options import parser

HEAD = """\
# The command line

Written by `make docs` from what `rag --help` says. Standard output carries the answer, standard error everything else.
"""


def main() -> None:
    """Print the page."""
    root = parser()
    print(HEAD)
    print(f"## rag\n\n```\n{root.format_help()}```")
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                print(f"\n## rag {name}\n\n```\n{sub.format_help()}```")


if __name__ == "__main__":
    main()
