"""Several collections, asked as one index: each keeps its own generation, and its name stands before its sources.

What is found, and how it is scored, follows from the collections that are asked and from no other: passages are
numbered through them, words are as rare as they are in them together, and each one's vectors are searched apart.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import asdict, replace
from functools import cached_property
from hashlib import sha256
from itertools import accumulate, chain
from math import log
from typing import TYPE_CHECKING, Any

from rag.errors import UsageError
from rag.index.bm25 import Words
from rag.index.manifest import Counts, Manifest
from rag.index.opened import Index
from rag.index.store import Listing, Store
from rag.schema import Document, Filter, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.index.bm25 import Row
    from rag.models.encode import QueryEncoder, Vectors


class Joined(Index):
    """Open indexes as one, read-only; it closes them unless they are lent."""

    def __init__(  # it opens no files, as the class above does
        self, parts: Mapping[str, Index], home: str, named: Callable[[], str], *, lent: bool = False
    ) -> None:
        """Take open indexes.

        Args:
            parts: by the names of their collections; at least one.
            home: what ``--index`` was given.
            named: tells the id that they would have if they were opened now.
            lent: whether somebody else closes them.

        Raises:
            UsageError: their vectors are of different encoders.
        """
        self._parts = dict(sorted(parts.items()))
        self._named = named
        self._lent = lent
        first, *others = self._parts.values()
        if any(_encoder(other) != _encoder(first) for other in others):
            raise UsageError(
                f"{home}: the collections {', '.join(self._parts)} were built with different encoders: index them with"
                " the same one, or ask them one by one"
            )
        self.collections = tuple(self._parts)
        self.id = joined_id({name: part.id for name, part in self._parts.items()})
        self.home = self.place = home
        self.path = first.path
        self.manifest = _manifest(self.id, {name: part.manifest for name, part in self._parts.items()})
        self._starts = [0, *accumulate(len(part) for part in self._parts.values())]
        self.store = JoinedStore({name: part.store for name, part in self._parts.items()}, self._starts)

    def some(self, names: Collection[str]) -> "Joined":
        """Return an index of some of the collections, which lives as long as this one."""
        return Joined({name: self._parts[name] for name in names}, self.home, self._named, lent=True)

    def named(self) -> str:
        return self._named()

    def close(self) -> None:
        if not self._lent:
            for part in self._parts.values():
                part.close()

    @cached_property
    def encoder(self) -> "QueryEncoder":
        """The encoder of all of them."""
        return next(iter(self._parts.values())).encoder

    @cached_property
    def vectors(self) -> "JoinedNeighbours":
        """The passages' vectors: row n is passage n's."""
        return JoinedNeighbours([part.vectors for part in self._parts.values()], self._starts)

    @cached_property
    def lexical(self) -> "JoinedWords":
        """BM25 over the passages."""
        return JoinedWords([(part.lexical, len(part)) for part in self._parts.values()])


def joined_id(ids: Mapping[str, str]) -> str:
    """Return the id of generations together, by the names of their collections, none of which it tells.

    >>> joined_id({"desk": "0123456789abcdef", "archive": "fedcba9876543210"})
    '4e5e848d9ef7bf54'
    """
    return sha256(repr(sorted(ids.items())).encode()).hexdigest()[:16]


def _encoder(index: Index) -> tuple[Any, Any]:
    return index.manifest.encoder, index.manifest.canaries


def _manifest(identity: str, parts: Mapping[str, Manifest]) -> Manifest:
    counts: Counter[str] = Counter()
    for about in parts.values():
        counts.update(asdict(about.counts))
    return replace(
        next(iter(parts.values())),
        id=identity,
        counts=Counts(**counts),
        skipped=tuple(
            replace(item, source=f"{name}/{item.source}") for name, about in parts.items() for item in about.skipped
        ),
        files={f"{name}/{file}": kept for name, about in parts.items() for file, kept in about.files.items()},
        tables={f"{name}/{table}": kept for name, about in parts.items() for table, kept in about.tables.items()},
    )


class JoinedStore(Store):
    """The documents and passages of several stores; a source begins with the name of its collection."""

    def __init__(self, stores: Mapping[str, Store], starts: Sequence[int]) -> None:
        self._stores = {name: copy(store) for name, store in stores.items()}
        for name, store in self._stores.items():
            store.prefix = f"{name}/"
        self._starts = starts

    def close(self) -> None:
        """Do nothing: the stores are those of the indexes."""

    def documents(self) -> list[Listing]:
        return [replace(one, source=store.prefix + one.source) for store in self._every for one in store.documents()]

    def noted(self) -> tuple[int, int]:
        found = [store.noted() for store in self._every]
        return sum(unread for unread, _ in found), sum(noted for _, noted in found)

    def unread(self, chosen: Filter) -> list[tuple[str, str, tuple[str, ...]]]:
        return [(store.prefix + source, *rest) for store in self._every for source, *rest in store.unread(chosen)]  # type: ignore[misc]

    def admits(self, source: str, chosen: Filter) -> bool:
        return next(self._every).admits(source, chosen)

    def named(self, chosen: Filter) -> Iterator[tuple[str, str, str | None]]:
        for store in self._every:
            yield from ((store.prefix + source, title, url) for source, title, url in store.named(chosen))

    def find(self, source: str) -> Document | None:
        store, own = self._own(source)
        found = store.find(own) if store else None
        return found and replace(found, source=source)

    def of_file(self, file: str, origin: str | None = None) -> list[Document]:
        store, own = self._own(file)
        found = store.of_file(own, origin) if store else []
        return [replace(one, source=file[: -len(own)] + one.source) for one in found]

    def digests(self) -> dict[str, str]:
        return {store.prefix + source: digest for store in self._every for source, digest in store.digests().items()}

    def headers(self, sources: Sequence[str]) -> list[str]:
        found: dict[str, str] = {}
        for store in self._every:
            own = [source for source in sources if source.startswith(store.prefix)]
            if own:
                found |= zip(own, store.headers([source[len(store.prefix) :] for source in own]), strict=True)
        return [found[source] for source in sources]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        found: dict[int, Passage] = {}
        for place, (store, start, stop) in enumerate(self._ranges()):
            if own := [int(number) for number in ids if start <= number < stop]:
                read = store.passages([number - start for number in own])
                found |= zip(own, (self._placed(place, store, passage) for passage in read), strict=True)
        return [found[int(number)] for number in ids]

    def of(self, source: str) -> list[Passage]:
        for place, store in enumerate(self._every):
            if source.startswith(store.prefix):
                return [self._placed(place, store, one) for one in store.of(source[len(store.prefix) :])]
        return []

    def story(self, story: int, chosen: Filter) -> Iterator[Passage]:
        number, place = divmod(story, len(self._stores))
        store = list(self._every)[place]
        return (self._placed(place, store, one) for one in store.story(number, chosen))

    @cached_property
    def publishers(self) -> tuple[str, ...]:
        return tuple(sorted({name for store in self._every for name in store.publishers}))

    @cached_property
    def newest(self) -> str | None:
        return max((store.newest for store in self._every if store.newest), default=None)

    def published(self, ids: Sequence[int]) -> list[tuple[str | None, str | None]]:
        found: dict[int, tuple[str | None, str | None]] = {}
        for store, start, stop in self._ranges():
            if own := [int(number) for number in ids if start <= number < stop]:
                found |= zip(own, store.published([number - start for number in own]), strict=True)
        return [found[int(number)] for number in ids]

    def passing(self, chosen: Filter) -> "NDArray[np.int64] | None":
        import numpy as np

        found = [(store.passing(chosen), start) for store, start, _ in self._ranges()]
        parts = [numbers + start for numbers, start in found if numbers is not None]
        return np.concatenate(parts) if parts else None  # a filter has conditions in all of them, or in none

    def undated(self, chosen: Filter) -> list[str]:
        return [store.prefix + source for store in self._every for source in store.undated(chosen)]

    def firsts(self, chosen: Filter) -> list[int]:
        return [start + number for store, start, _ in self._ranges() for number in store.firsts(chosen)]

    def texts(self) -> Iterator[str]:
        return chain.from_iterable(store.texts() for store in self._every)

    def headed_texts(self) -> Iterator[str]:
        return chain.from_iterable(store.headed_texts() for store in self._every)

    @property
    def _every(self) -> Iterator[Store]:
        return iter(self._stores.values())

    def _ranges(self) -> Iterator[tuple[Store, int, int]]:
        """Yield each store with the number of its first passage here, and of the next one's."""
        return zip(self._every, self._starts, self._starts[1:], strict=False)

    def _own(self, source: str) -> tuple[Store | None, str]:
        """Return the store that a source is of, and its name there."""
        name, _, own = source.partition("/")
        return self._stores.get(name), own

    def _placed(self, place: int, store: Store, passage: Passage) -> Passage:
        """Return a passage of a store as one of all: of two stores no story is the same."""
        story = None if passage.story is None else passage.story * len(self._stores) + place
        return replace(passage, source=store.prefix + passage.source, story=story)


class JoinedWords:
    """BM25 over several indexes: each term is as rare as it is in all of them together."""

    def __init__(self, parts: Sequence[tuple[Words, int]]) -> None:
        self._parts = parts

    def scores(self, asked: Iterable[str]) -> "NDArray[np.float32]":
        """Return the score of every passage, shape ``(passages,)``."""
        import numpy as np

        wanted = list(asked)
        rows = self.rows(wanted)
        scores = np.zeros(sum(size for _, size in self._parts), dtype=np.float32)
        for passages, weights in (rows[term] for term in wanted):
            scores[passages] += weights
        return scores

    def frequency(self, term: str) -> int:
        """Return in how many passages a term occurs."""
        return sum(words.frequency(term) for words, _ in self._parts)

    def rows(self, wanted: Collection[str]) -> "dict[str, Row]":
        """Return the row of each term.

        A word's weight in a passage is that in its own index, times what it is rarer, or more common, in all of them.
        Lengths stay held against the average of their own index.
        """
        sizes = [size for _, size in self._parts]
        parts = [words.rows(wanted) for words, _ in self._parts]
        return {term: _row([rows[term] for rows in parts], sizes) for term in wanted}


def _row(parts: "Sequence[Row]", sizes: Sequence[int]) -> "Row":
    """Return a term's rows in indexes of these sizes as one."""
    import numpy as np

    rarity = _rarity(sum(sizes), sum(len(passages) for passages, _ in parts))
    own = [np.float32(rarity / _rarity(size, len(part[0]))) for size, part in zip(sizes, parts, strict=True)]
    starts = [np.int32(start) for start in (0, *accumulate(sizes))]
    return (
        np.concatenate([passages + start for (passages, _), start in zip(parts, starts, strict=False)]),
        np.concatenate([weights * factor for (_, weights), factor in zip(parts, own, strict=True)]),
    )


def _rarity(passages: int, having: int) -> float:
    """Return the weight of a term that so many passages have, as bm25s reckons it."""
    return log(1 + (passages - having + 0.5) / (having + 0.5))


class JoinedNeighbours:
    """The vectors of several indexes, of one encoder."""

    def __init__(self, parts: Sequence[Any], starts: Sequence[int]) -> None:
        self._parts = parts
        self._starts = starts

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._starts[-1]

    def nearest(
        self, vector: "Vectors", n: int, among: "NDArray[np.int64] | None" = None
    ) -> "tuple[NDArray[np.int64], Vectors]":
        """Return the numbers and cosines of the rows nearest to a unit vector, best first, equals in order."""
        import numpy as np

        found = []
        for part, start, stop in zip(self._parts, self._starts, self._starts[1:], strict=False):
            own = None if among is None else among[(among >= start) & (among < stop)] - start
            if own is None or len(own):
                ids, cosines = part.nearest(vector, n, own)
                found.append((ids + start, cosines))
        ids, cosines = (np.concatenate(parts) for parts in zip(*found, strict=True))
        best = np.lexsort((ids, -cosines))[:n]
        return ids[best], cosines[best]

    def cosines(self, vector: "Vectors", ids: "NDArray[np.int64]") -> "Vectors":
        """Return the cosines of chosen rows with a unit vector of shape ``(dimension,)``."""
        return self._gathered(ids, lambda part, own: part.cosines(vector, own))

    def rows(self, ids: "NDArray[np.int64]") -> "Vectors":
        """Return the vectors of chosen rows, shape ``(len(ids), dimension)``."""
        return self._gathered(ids, lambda part, own: part.rows(own))

    def close(self) -> None:
        """Do nothing: the vectors are those of the indexes."""

    def _gathered(self, ids: "NDArray[np.int64]", read: "Callable[[Any, NDArray[np.int64]], Vectors]") -> "Vectors":
        import numpy as np

        ids = np.asarray(ids, dtype=np.int64)
        places, found = [], []
        for part, start, stop in zip(self._parts, self._starts, self._starts[1:], strict=False):
            here = np.flatnonzero((ids >= start) & (ids < stop))
            if len(here) or not len(ids):
                places.append(here)
                found.append(read(part, ids[here] - start))
        gathered: Vectors = np.concatenate(found)[np.argsort(np.concatenate(places), kind="stable")]
        return gathered
