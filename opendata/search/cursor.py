"""Where a page begins."""

from __future__ import annotations

from opendata.errors import TooDeep
from opendata.search.base import WINDOW, Query


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
