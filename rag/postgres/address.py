"""The address of an index in a database: how to connect, and what messages may say of it."""

import re
import zlib
from dataclasses import dataclass

from psycopg import Error, conninfo

from rag.errors import UsageError

COLLECTION = "quoteline"
"""The collection of an address that names none."""
_COLLECTION = re.compile(r"(?!pg_|.*_g\d+$)[a-z][a-z0-9_]{0,39}")
"""A name that no schema of PostgreSQL's, and of no generation, can have."""
_DEFAULTS = {
    "connect_timeout": "10",  # seconds
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",  # milliseconds: a network that is cut is noticed, and no question waits for ever
    "application_name": "quoteline",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where an index lies: a database, and a collection in it."""

    name: str
    """As messages call it, without a password."""
    conninfo: str
    """As libpq takes it."""
    collection: str
    """The schema of its list of generations, and the start of the names of theirs."""
    options: str = ""
    """Settings of each connection that it names."""
    secret: str = ""
    """What no message may say."""

    @property
    def key(self) -> int:
        """Of the collection's locks, a signed number of 32 bits."""
        return zlib.crc32(self.collection.encode()) - 2**31

    def schema(self, number: int) -> str:
        """Return the name of a generation's schema."""
        return f"{self.collection}_g{number}"

    def hidden(self, text: str) -> str:
        """Return a text without the password."""
        return text.replace(self.secret, "***") if self.secret else text


def is_collection(name: str) -> bool:
    """Tell whether a collection may have this name."""
    return _COLLECTION.fullmatch(name) is not None


def address(url: str, name: str) -> Address:
    """Take an address apart.

    Args:
        url: ``postgresql://USER@HOST/DATABASE#COLLECTION`` with any option of libpq; the collection may be left out.
        name: the same without what is secret.

    Raises:
        UsageError: it is no such address.
    """
    bare, _, collection = url.partition("#")
    collection = collection or COLLECTION
    if not is_collection(collection):
        raise UsageError(f"{name}: {collection!r} is no name of a collection: write it in small letters, such as #desk")
    try:
        parts = conninfo.conninfo_to_dict(bare)
    except Error:  # its message repeats what it was given, with the password
        raise UsageError(f"{name} is no address of a database: write postgresql://USER@HOST:PORT/DATABASE") from None
    options, secret = (str(parts.get(name) or "") for name in ("options", "password"))
    return Address(name, conninfo.make_conninfo("", **(_DEFAULTS | parts)), collection, options, secret)
