"""``rag add``, up to the index; and what there is to add."""

import argparse
import sys

from rag.config import Config
from rag.errors import RagError, UsageError
from rag.fetching.add import MOST_ITEMS, Added, add, items
from rag.fetching.find import find


def run(arguments: argparse.Namespace, config: Config) -> tuple[list[Added], int]:
    """Do ``rag add`` up to the index; return what was added, and the exit code of what was not.

    Raises:
        UsageError: no address is named.
        RagError: nothing was added, and there was one address.
    """
    if not arguments.address:
        raise UsageError('name an address, or look for one: rag add --find "WORDS"')
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


def listed(query: str, config: Config) -> int:
    """List the pages that are found, and fetch none; return the exit code.

    Raises:
        UsageError, FetchError: as :func:`find` does.
    """
    found = find(query, config)
    for number, one in enumerate(found, start=1):
        about = " · ".join(filter(None, (one.published, one.about)))
        print("\n   ".join(filter(None, (f"{number}. {one.title}", one.address, about))))
    print("Make one a source: rag add ADDRESS" if found else "Nothing was found.", file=sys.stderr)
    return 0
