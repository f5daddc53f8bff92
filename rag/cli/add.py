"""``rag add``, up to the index."""

import argparse
import sys

from rag.config import Config
from rag.errors import RagError
from rag.fetching.add import MOST_ITEMS, Added, add, items


def run(arguments: argparse.Namespace, config: Config) -> tuple[list[Added], int]:
    """Do ``rag add`` up to the index; return what was added, and the exit code of what was not.

    Raises:
        RagError: nothing was added, and there was one address.
    """
    added: list[Added] = []
    code = 0
    waiting = list(dict.fromkeys(arguments.address))
    alone = len(waiting) == 1
    feeds = len(waiting) if arguments.items else 0
    for place, address in enumerate(waiting):  # the items of feeds are put behind them
        try:
            one = add(address, config)
            added.append(one)
            if not arguments.quiet:
                print(f"{one.news} {one.source} from {one.address}")
            if place < feeds:
                new, left = items(one, config)
                waiting += [item for item in new if item not in waiting]
                if left:
                    print(f"rag: {one.source}: {left} items more than {MOST_ITEMS} are not fetched", file=sys.stderr)
        except RagError as error:
            if alone and not added:
                raise
            code = code or error.exit_code
            print(f"rag: {error}", file=sys.stderr)
    return added, code
