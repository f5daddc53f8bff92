"""How the work of a function grows with what it is given, whatever machine does it."""

import time
from collections.abc import Callable

TIMES = 4
MOST = 2.5
"""Times as much as in proportion: twice the time of proportion is noise, four times is its square."""
TRIES = 5
LEAST_SECONDS = 0.02
"""Less tells nothing; the size is doubled until it takes as long."""
LARGEST = 1_000_000
"""Of a size; what is done sooner even then is not done with what was given: its time would be that of making it."""


def in_proportion(work: Callable[[int], object], size: int) -> bool:
    """Tell whether the processor's time for ``TIMES`` the size is about ``TIMES`` as much."""
    while (small := _seconds(work, size)) < LEAST_SECONDS:
        size *= 2
        if size > LARGEST:
            return True
    for _ in range(TRIES):
        if _seconds(work, TIMES * size) <= MOST * TIMES * small:
            return True
        small = max(small, _seconds(work, size))
    return False


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
