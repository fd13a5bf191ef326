"""Where a page begins: by its number near the start, by a cursor at any depth.

A cursor tells the last hits of a page, so that it holds while documents come and go. It is opaque
and not secret: a forged one names another place, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from opendata.errors import BadCursor, TooDeep
from opendata.search.base import WINDOW, Query

# The longest order key is that of a title; what is longer was not made here.
_LONGEST = 8_000


# So many last hits are told where scores decide: every change of the index moves all scores a
# little, so a place is found again by a hit that is still there.
_LAST_HITS = 5
_SEPARATOR = "\0"


@dataclass(frozen=True)
class Place:
    """The end of a page: the order key of its last hit, or by relevance the ids of its last hits.

    `seen` hits stood up to here when the cursor was made: where to look first.
    """

    key: str
    seen: int

    @property
    def last_hits(self) -> list[str]:
        """The ids by relevance, the last hit first."""
        return self.key.split(_SEPARATOR)[: -_LAST_HITS - 1 : -1]


def by_relevance(ids: Sequence[str], seen: int) -> Place:
    """Return the place behind a page whose hits have these ids."""
    return Place(_SEPARATOR.join(ids[-_LAST_HITS:]), seen)


def window(query: Query) -> tuple[int, int]:
    """Return (first hit, number of hits) of a page by number, both 0 or more.

    Raises TooDeep behind `WINDOW` hits; a page across that border is cut there.
    """
    size = max(query.size, 0)
    start = (max(query.page, 1) - 1) * size
    if start >= WINDOW:
        raise TooDeep(
            f"Pages end at hit {WINDOW:,}, and page {query.page} lies behind it; "
            "read on with `after`, which the last page and every answer name as `next`."
        )
    return start, min(size, WINDOW - start)


def write(query: Query, order: str, place: Place) -> str:
    """Return the cursor behind a hit of this query in this order."""
    told = [_digest(query, order), place.key, place.seen]
    return base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")


def read(query: Query, order: str) -> Place:
    """Return the place that `query.after` names; raises BadCursor where it names none."""
    try:
        digest, key, seen = json.loads(_decoded(query.after))
        place = Place(str(key), int(seen))
    except (ValueError, TypeError, OverflowError, RecursionError) as err:
        raise _bad() from err
    if digest != _digest(query, order) or place.seen < 0:
        raise _bad()
    return place


def _decoded(after: str) -> bytes:
    if len(after) > _LONGEST or not after.isascii():
        raise ValueError
    return base64.urlsafe_b64decode(after + "=" * (-len(after) % 4))


def _digest(query: Query, order: str) -> str:
    """Return what the hits and their order hang on: a cursor of another query is none."""
    filters = sorted((name, sorted(chosen)) for name, chosen in query.filters.items() if chosen)
    asked = [query.text, filters, order, query.literal, query.any_word]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _bad() -> BadCursor:
    return BadCursor(
        "The cursor in `after` does not belong to this search; take the `next` of an answer "
        "unchanged, with the same words, filters and order."
    )
