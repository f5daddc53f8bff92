"""Where an index lives: in a folder, or in a PostgreSQL database.

The one seam between the two: a home opens its current generation for whoever asks, and takes a built one from the
builder. Both make the same promise: a generation is built aside, checked, and swapped in by one step.
"""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.config import Config
from rag.errors import UsageError
from rag.index.generations import Folder, Generation
from rag.index.opened import Index

if TYPE_CHECKING:
    from rag.postgres.jobs import Jobs

SCHEMES = ("postgresql://", "postgres://")
"""How the address of a database begins."""


class Home(Protocol):
    """Holds the generations of an index."""

    @property
    def name(self) -> str:
        """As messages call it: without a password."""
        ...

    def open(self, *, verify: bool = False, threads: int = 2, load: bool = False) -> Index:
        """Open the current generation, whatever builds do meanwhile.

        Args:
            verify: check every byte, however many.
            threads: for encoding a question.
            load: load everything now.

        Raises:
            IndexMissing: nothing was built there.
            IndexDamaged: what lies there is not what was built.
            IndexUnreachable: the database does not answer.
        """
        ...

    def listed(self) -> list[Generation]:
        """Return the generations that can be read, newest first."""
        ...

    def roll_back(self) -> str:
        """Make the newest generation that is not current the current one, and return its id."""
        ...

    def prune(self) -> list[str]:
        """Remove every generation but the current one, and return their ids."""
        ...

    def single_writer(self) -> AbstractContextManager[None]:
        """Be the only one who writes; what a killed writer left is removed.

        Raises:
            BusyError: another one is.
            SourceError: nothing can be written; the index is as it was.
        """
        ...

    def is_sound(self, identity: str) -> bool:
        """Tell whether there is a generation of this id and every byte of it is as it was built."""
        ...

    def make_current(self, identity: str) -> None:
        """Ask a generation that is there from now on."""
        ...

    def aside(self) -> Path:
        """Return a new folder to build in, which the end of :meth:`single_writer` removes."""
        ...

    def swap_in(self, target: Path, identity: str) -> None:
        """Take a finished generation, make it current, and drop all older ones but the last."""
        ...

    def jobs(self) -> "Jobs | None":
        """Return where other hosts find what they may do of a build; None if they cannot reach this home.

        Raises:
            UsageError: it is of several collections.
            IndexUnreachable: the database does not answer.
        """
        ...

    def under_way(self) -> dict[str, Any]:
        """Return how far a build is and who takes part, as ``rag status --json`` has it; nothing if none can be told.

        Raises:
            IndexUnreachable: the database does not answer.
        """
        ...


def home(index: str | Path, models: str | None = None) -> Home:
    """Return the home of an index.

    Args:
        index: what ``rag index --index`` was given: a folder, or the address of a database.
        models: the folder below which an encoder that comes out of a database is kept; by default the settings' own.

    Raises:
        UsageError: the address cannot be used, is not one of PostgreSQL, or the extra ``postgres`` is not installed.
    """
    if not is_database(index):
        scheme, mark, _ = str(index).partition("://")
        if mark:  # as a folder it would be built in one of that name, here
            where = "write a folder, or postgresql://USER@HOST:PORT/DATABASE"
            raise UsageError(f"{scheme}://… is not a place for an index: {where}")
        return Folder(Path(index))
    try:
        from rag.postgres.collections import EVERY, Collections
        from rag.postgres.database import Database
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("psycopg", "psycopg_pool"):
            raise
        raise UsageError(
            f"{named(index)} needs the packages of PostgreSQL: pip install 'quoteline[postgres]'"
        ) from None
    kept, (url, _, wanted) = Path(models or Config().models).expanduser(), str(index).partition("#")
    if wanted == EVERY or "," in wanted:
        return Collections(url, named(index), wanted, kept)
    return Database(str(index), named(index), kept)


def is_database(index: str | Path) -> bool:
    """Tell whether an index is in a database."""
    return isinstance(index, str) and index.startswith(SCHEMES)


def named(index: str | Path) -> str:
    """Return what messages call an index: the address of a database without its password and options.

    >>> named("postgresql://ana:secret@db.example/press?password=secret#desk")
    'postgresql://ana@db.example/press#desk'
    >>> named("postgresql:///?service=press&sslmode=require")
    'postgresql:///?service=press'
    >>> named("index")
    'index'
    """
    if not is_database(index):
        return str(index)
    scheme, rest = str(index).split("://", 1)
    bare, mark, collection = rest.partition("#")
    place, _, options = bare.partition("?")
    hosts, _, path = place.partition("/")
    user, at, host = hosts.rpartition("@")
    service = next((f"?{one}" for one in options.split("&") if one.startswith("service=")), "")
    return f"{scheme}://{user.partition(':')[0]}{at}{host}/{path}{service}{mark}{collection}"


def tells_password(index: str | Path) -> bool:
    """Tell whether the address of a database has a password in it.

    >>> tells_password("postgresql://ana:secret@db/press"), tells_password("postgresql://db/press?password=secret")
    (True, True)
    >>> tells_password("postgresql://ana@db:5432/press")
    False
    """
    if not is_database(index):
        return False
    place, _, options = str(index).split("://", 1)[1].partition("#")[0].partition("?")
    user = place.partition("/")[0].rpartition("@")[0]
    return bool(user.partition(":")[2]) or "password=" in options
