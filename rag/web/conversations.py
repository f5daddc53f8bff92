"""Stand-in for the conversation store: in memory."""

from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from rag.schema import Answer


@dataclass(frozen=True, slots=True)
class Rating:
    """What a person made of an answer."""

    liked: bool | None
    comment: str


class Conversations:
    """Conversations by owner."""

    def __init__(self, path: Path) -> None:
        self._kept: dict[tuple[str, str], list[Answer]] = {}
        self._ratings: dict[tuple[str, str], dict[int, Rating]] = {}

    def new(self, owner: str, title: str) -> str:
        """Return the id of a new conversation."""
        identity = uuid4().hex
        self._kept[owner, identity] = []
        self._ratings[owner, identity] = {}
        return identity

    def answers(self, owner: str, id: str) -> list[Answer]:  # noqa: A002
        """Return a conversation's answers."""
        return list(self._kept[owner, id])

    def append(self, owner: str, id: str, answer: Answer) -> None:  # noqa: A002
        """Add a turn."""
        self._kept[owner, id].append(answer)

    def cut(self, owner: str, id: str, place: int) -> None:  # noqa: A002
        """Drop a turn and what follows."""
        del self._kept[owner, id][place:]
        self._ratings[owner, id] = {n: r for n, r in self._ratings[owner, id].items() if n < place}

    def rate(self, owner: str, id: str, place: int, liked: bool | None, comment: str) -> None:  # noqa: A002
        """Rate a turn."""
        self._ratings[owner, id][place] = Rating(liked, comment)

    def ratings(self, owner: str, id: str) -> dict[int, Rating]:  # noqa: A002
        """Return the ratings of a conversation by place."""
        return dict(self._ratings[owner, id])
