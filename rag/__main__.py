"""``python -m rag`` is the command ``rag``."""

import sys

from rag.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
