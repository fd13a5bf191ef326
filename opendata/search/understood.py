"""What was made of the words of a query, for people to see and to undo."""

from __future__ import annotations

from opendata.search import language
from opendata.search.base import Query, Understood


def of(query: Query) -> Understood:
    """Return what a query was taken for; every engine hands it out with its results."""
    return Understood(is_cut=language.read(query.text).is_cut)
