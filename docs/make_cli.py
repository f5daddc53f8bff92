"""Print docs/cli.md: what ``--help`` says, for every command."""

import os

os.environ["COLUMNS"] = "80"

from rag.cli.options import every, parser

HEAD = """\
# The command line

`rag COMMAND --help` prints these texts; `make docs` writes them here. Standard output carries the answer, standard
error everything else. What holds where you name no option: [settings](settings.md).
"""


def main() -> None:
    """Print the page."""
    print(HEAD)
    print("\n".join(f"## {command.prog}\n\n```\n{command.format_help()}```\n" for command in every(parser())), end="")


if __name__ == "__main__":
    main()
