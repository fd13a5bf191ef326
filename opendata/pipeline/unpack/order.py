"""What a child is asked: the file, where its tables go, and the bounds of tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from opendata.config import Tables


@dataclass(frozen=True)
class Order:
    """The kind of the file, absolute paths, and what messages call the file."""

    kind: str
    path: str
    folder: str
    where: str
    limits: Tables

    def to_words(self) -> list[str]:
        """Return the arguments of a task."""
        limits = json.dumps(asdict(self.limits))
        return [self.kind, self.path, self.folder, self.where, limits]


def from_words(words: Sequence[str]) -> Order:
    """Return what `to_words` said."""
    kind, path, folder, where, limits = words
    return Order(kind, path, folder, where, Tables(**json.loads(limits)))
