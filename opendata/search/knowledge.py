"""What the words of queries and documents are understood by, put together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from opendata.search import lexicon
from opendata.search.agencies import Register
from opendata.search.lexicon import Lexicon
from opendata.search.places import Gazetteer

if TYPE_CHECKING:
    from opendata.search.vocabulary import Vocabulary


@dataclass(frozen=True)
class Knowledge:
    """Words with other meanings, names of places and of agencies; and, where it is known, the
    words that the index holds."""

    lexicon: Lexicon
    gazetteer: Gazetteer
    register: Register
    vocabulary: Vocabulary | None = None


def published(overlay: Path | None = None) -> Knowledge:
    """Return what the published lists say, with the overlay of `lexicon.load`."""
    return _of(lexicon.load(overlay))


@lru_cache(maxsize=4)
def _of(words: Lexicon) -> Knowledge:
    return Knowledge(words, Gazetteer(words), Register(words))
