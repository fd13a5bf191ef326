"""Open the search engine that the settings name, and the one that answers in its place."""

from __future__ import annotations

from dataclasses import dataclass

from opendata.config import Settings
from opendata.errors import SettingError
from opendata.search.base import Searcher, SearchIndex
from opendata.search.fallback import FallbackSearch
from opendata.search.indexer import READER
from opendata.search.tantivy_index import TantivyIndex

_CHOICES = "tantivy, elasticsearch"


@dataclass(frozen=True)
class Followed:
    """An index that follows the event log, each at its own pace under the name of its reader.

    The name is the index's own: one that served before, and serves again, goes on where it stood.
    """

    reader: str
    index: SearchIndex


def open_index(settings: Settings) -> Searcher:
    """Return what answers searches: the engine, with its fallback behind it if there is one."""
    first, *others = (found.index for found in followed(settings))
    return FallbackSearch(first, others[0]) if others else first


def followed(settings: Settings) -> tuple[Followed, ...]:
    """Return all indices to keep: that of `search.engine`, then that of `search.fallback`."""
    engine, fallback = settings.search.engine, settings.search.fallback
    if fallback not in ("", "tantivy"):
        raise SettingError(f"search.fallback is {fallback!r}; the choices are: tantivy, or empty.")
    names = dict.fromkeys([engine, *([fallback] if fallback else [])])
    return tuple(_open(name, settings) for name in names)


def _open(name: str, settings: Settings) -> Followed:
    """Open an engine; the embedded one lies in `data_dir`/search."""
    match name:
        case "tantivy":
            return Followed(READER, TantivyIndex(settings.data_path / "search"))
        case "elasticsearch":
            # Loaded where it is used: a fifth of a second that others need not wait.
            from opendata.search.elasticsearch_index import ElasticsearchIndex

            index = ElasticsearchIndex(settings.search)
            return Followed(f"{READER}:{settings.search.index}", index)
        case other:
            raise SettingError(f"search.engine is {other!r}; the choices are: {_CHOICES}.")
