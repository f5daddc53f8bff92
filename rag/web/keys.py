"""The keys of people and programs: who has one, what it opens, and how often it may be used.

A key is 256 random bits, so its plain SHA-256 is kept: what is long and random needs no slow hash. The file is read
again when it changes, and so a key that is removed opens nothing from the next request on.
"""

import hashlib
import json
import os
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from rag.config import Config
from rag.errors import UsageError

PREFIX = "ql_"
READS_ONLY = "this key only reads: rag keys add NAME --write makes one that writes"
MOST_NAME_CHARS = 100
MINUTE = 60
MOST_NAMES = 10_000
"""Keys whose requests are counted."""

Scope = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key."""

    name: str
    scope: Scope
    """``write`` also adds, removes and indexes sources."""
    per_minute: int
    created: str
    """ISO 8601 date."""
    sha256: str
    collections: tuple[str, ...] = ()
    """The only ones that it asks; every one, if it names none."""

    @property
    def writes(self) -> bool:
        """Whether it also adds, removes and indexes sources."""
        return self.scope == "write"


class Keys:
    """The file of keys; safe between processes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    @classmethod
    def of(cls, config: Config) -> "Keys":
        """Return the keys that lie in the settings' data folder."""
        return cls(Path(config.data).expanduser() / "keys.json")

    def listed(self) -> tuple[Key, ...]:
        """Return all keys, in the order in which they were made.

        Raises:
            UsageError: the file cannot be read, or is none of keys.
        """
        try:
            info = self.path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, ()
            return ()
        except OSError as error:
            raise UsageError(f"file of keys {self.path} cannot be read: {error.strerror}") from None
        now = (info.st_mtime_ns, info.st_size, info.st_ino)
        if now != self._seen:
            self._keys = self._read()
            self._seen = now
        return self._keys

    def find(self, secret: str) -> Key | None:
        """Return the key of a secret, if there is one; errors as :meth:`listed`."""
        wanted = _digest(secret)
        return next((key for key in self.listed() if secrets.compare_digest(key.sha256, wanted)), None)

    def add(self, name: str, scope: Scope, per_minute: int, collections: Sequence[str] = ()) -> str:
        """Make a key and return it: it is kept nowhere.

        Raises:
            UsageError: the name or number cannot be used, or the file cannot be written.
        """
        if not name.strip() or len(name) > MOST_NAME_CHARS or not name.isprintable():
            raise UsageError(f"a key's name is 1 to {MOST_NAME_CHARS} printable characters, not {name[:120]!r}")
        if collections and scope == "write":
            raise UsageError("a key that writes changes the one folder of sources: give it no --collection")
        for one in collections:
            if not one.strip() or not one.isprintable():
                raise UsageError(f"{one!r} is no name of a collection")
        if per_minute < 1:
            raise UsageError(f"--per-minute is {per_minute}: the least is 1")
        secret = PREFIX + secrets.token_urlsafe(32)
        with self._changing() as keys:
            if any(key.name == name for key in keys):
                raise UsageError(f"there is a key called {name!r}: rag keys remove it, or take another name")
            made, named = datetime.now(UTC).date().isoformat(), tuple(dict.fromkeys(collections))
            keys.append(Key(name, scope, per_minute, made, _digest(secret), named))
        return secret

    def remove(self, name: str) -> None:
        """Remove a key; UsageError if there is none of that name."""
        with self._changing() as keys:
            kept = [key for key in keys if key.name != name]
            if len(kept) == len(keys):
                raise UsageError(f"there is no key called {name!r}: rag keys list tells which there are")
            keys[:] = kept

    @contextmanager
    def _changing(self) -> Iterator[list[Key]]:
        """Yield the keys, and write what became of them; nobody else does meanwhile."""
        from filelock import FileLock

        aside = self.path.with_name(f".{self.path.name}.new")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_name(f".{self.path.name}.lock")):
                keys = list(self.listed())
                yield keys
                aside.unlink(missing_ok=True)
                with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                    json.dump([asdict(key) for key in keys], file, ensure_ascii=False, indent=1)
                    file.flush()
                    os.fsync(file.fileno())
                aside.replace(self.path)
        except OSError as error:
            raise UsageError(f"file of keys {self.path} cannot be written: {error.strerror}") from None

    def _read(self) -> tuple[Key, ...]:
        from pydantic import TypeAdapter

        try:
            return TypeAdapter(tuple[Key, ...]).validate_json(self.path.read_bytes(), strict=True)
        except (OSError, ValueError):
            raise UsageError(f"{self.path} is no file of keys: remove it, and make keys with rag keys add") from None


class Rates:
    """Counts the requests of each key over the last minute.

    Args:
        share: the part of a key's number that this process allows: one of so many workers.
    """

    def __init__(self, share: int = 1, clock: Callable[[], float] = time.monotonic) -> None:
        self._share = share
        self._clock = clock
        self._by: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, key: Key) -> int:
        """Count a request, and return 0; where there were as many as there may be, the seconds after which to ask."""
        most = max(1, key.per_minute // self._share)
        times = self._by.setdefault(key.name, deque())
        self._by.move_to_end(key.name)
        if len(self._by) > MOST_NAMES:
            self._by.popitem(last=False)
        now = self._clock()
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= most:
            return int(times[0] + MINUTE - now) + 1
        times.append(now)
        return 0


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
