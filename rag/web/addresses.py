"""Fetches the addresses that a person pastes on the page, each in the background, and has them indexed.

Who may add files may add addresses, and nobody else: nothing is fetched unasked. The rules are those of ``rag add``
(:mod:`rag.fetching`): public machines alone, at most so many bytes and seconds.
"""

from contextvars import copy_context
from threading import Lock, Thread

from rag.errors import BusyError, RagError, first_line
from rag.fetching.add import add
from rag.fetching.fetch import parsed
from rag.web import words
from rag.web.library import Library

MOST_AT_ONCE = 4
"""Addresses that are being fetched, for all pages together."""


class Addresses:
    """The addresses that are being fetched. Safe between threads."""

    def __init__(self, library: Library) -> None:
        """Fetch into a library's sources folder."""
        self._library = library
        self._lock = Lock()
        self._under_way: set[str] = set()

    @property
    def busy(self) -> bool:
        """Whether an address is being fetched."""
        return bool(self._under_way)

    def add(self, text: str) -> None:
        """Begin to fetch an address; what becomes of it stands among the library's arrivals.

        Args:
            text: the address; ``https://`` where it names no scheme.

        Raises:
            RightsError: who adds it only reads.
            UsageError: it is no address that can be fetched, or the sources folder cannot be used.
            SourceError: the sources folder cannot be written.
            BusyError: too many are being fetched.
        """
        self._library.check_writes()
        text = text.strip()
        address = str(parsed(text if "://" in text else f"https://{text}"))
        self._library.check_folder()
        with self._lock:
            if address in self._under_way:
                return
            if len(self._under_way) >= MOST_AT_ONCE:
                raise BusyError(words.ADDRESS_BUSY.format(count=len(self._under_way)))
            self._under_way.add(address)
        self._library.arrivals.note(address, "fetching")
        # On behalf of who added it: in a thread of its own it would be nobody's.
        Thread(target=copy_context().run, args=[self._fetch, address], name="fetch", daemon=True).start()

    def _fetch(self, address: str) -> None:
        arrivals = self._library.arrivals
        try:
            source = add(address, self._library.config).source
        except RagError as error:
            arrivals.note(address, "failed", str(error))
        except Exception as error:  # whatever it is, who waits for it must hear of it
            arrivals.note(address, "failed", first_line(error))
        else:
            arrivals.note(address, "dropped")
            arrivals.note(source, "received")
            self._library.reindex()
        finally:
            with self._lock:
                self._under_way.discard(address)
