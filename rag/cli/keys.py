"""``rag keys`` and its sub-commands."""

import argparse
import sys

from rag.config import Config
from rag.web.keys import Keys, Scope


def run(arguments: argparse.Namespace, config: Config) -> int:
    """Run ``rag keys add``, ``list`` or ``remove``."""
    keys = Keys.of(config)
    if arguments.command == "keys add":
        scope: Scope = "write" if arguments.write else "read"
        print(keys.add(arguments.name, scope, arguments.per_minute, arguments.collection or ()))
        print("rag: this is the only time that the key is shown", file=sys.stderr)
    elif arguments.command == "keys remove":
        keys.remove(arguments.name)
        print(f"removed {arguments.name}")
    else:
        for key in keys.listed():
            of = f"  of {', '.join(key.collections)}" if key.collections else ""
            print(f"{key.name}  {key.scope}{of}  {key.per_minute} a minute  made {key.created}")
    return 0
