"""Open the search engine that the settings name."""

from __future__ import annotations

from opendata.config import Settings
from opendata.errors import SettingError
from opendata.search.base import SearchIndex
from opendata.search.tantivy_index import TantivyIndex


def open_index(settings: Settings) -> SearchIndex:
    """Return the index of `search.engine`; the embedded one lies in `data_dir`/search."""
    match settings.search.engine:
        case "tantivy":
            return TantivyIndex(settings.data_path / "search")
        case other:
            raise SettingError(f"search.engine is {other!r}; the choices are: tantivy.")
