"""The chat page, for ``python app.py`` and for hosts that look for this name."""

import sys

from rag.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["ui", *sys.argv[1:]]))
