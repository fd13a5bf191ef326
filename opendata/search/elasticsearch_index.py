"""The search server: an index of Elasticsearch behind an alias, read and written over HTTP."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from elasticsearch import NotFoundError

from opendata import config
from opendata.errors import SearchUnavailable
from opendata.search import cursor, fields, tree, understood
from opendata.search import elasticsearch_facets as facets
from opendata.search import elasticsearch_pages as pages
from opendata.search import elasticsearch_server as server
from opendata.search import elasticsearch_words as words
from opendata.search.base import WINDOW, Query, Results, SearchDocument, Written
from opendata.search.elasticsearch_bulk import Writes
from opendata.search.elasticsearch_generations import Generations
from opendata.search.pause import Pause

_NOTHING = Results((), (), 0, dict.fromkeys(fields.FACETS, ()))
# To read all of a large index takes longer than a search may.
_KEEP_VIEW, _LONG_SECONDS = "2m", 60.0


class ElasticsearchIndex:
    """A `SearchIndex` on a server. Making one costs nothing: the first call connects."""

    def __init__(self, settings: config.Search) -> None:
        self._settings = settings
        self._alias = settings.index
        self._pause = Pause()
        self._connect()

    def is_built(self) -> bool:
        """Say whether an index with the fields of this release is in service."""
        with server.in_our_words():
            return self._generations.is_current()

    def put(self, documents: Iterable[SearchDocument]) -> Written:
        """Add or replace by id; builds the index where there is none."""
        # All at once before the first is sent: what fails while they are made changes nothing.
        told = list(documents)
        with server.in_our_words():
            if self._generations.current() is None:
                return self._build(told)
            self._require_layout()
            writes = Writes(self._client, self._alias, is_alias=True)
            writes.put(told, refresh=True)
        return Written(len(writes.written), writes.refused)

    def remove(self, ids: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
        """Remove by id, unless a newer version stands there."""
        with server.in_our_words():
            if self._generations.current() is not None:
                Writes(self._client, self._alias, is_alias=True).remove(ids, versions or {})

    def rebuild(self, documents: Iterable[SearchDocument]) -> Written:
        """Fill a new index, count it, switch the alias."""
        with server.in_our_words():
            return self._build(documents)

    def search(self, query: Query) -> Results:
        """Answer a query; an index never built holds nothing. Raises SearchUnavailable too."""
        order, compiled = tree.order(query), words.query(tree.build(query))
        start, size = cursor.window(query) if not query.after else (0, max(query.size, 0))
        place = cursor.read(query, order) if query.after else None
        ask = partial(self._ask, pages.copy_of(query))
        with self._pause.unless_it_answers(), server.in_our_words():
            try:
                total, counted = facets.count(ask, query, compiled)
                hits = pages.Ordered(ask, compiled, order)
                if place is None:
                    shown = hits.read(start, size)
                    is_more = start + len(shown) < total
                else:
                    start = place.seen
                    shown, is_more = hits.read_behind(place, size)
            except NotFoundError:
                return _NOTHING
        end = start + len(shown)
        return Results(
            ids=tuple(hit.identifier for hit in shown),
            scores=tuple(hit.score for hit in shown),
            total=total,
            facets=counted,
            next=cursor.write(query, order, hits.end(shown, end)) if shown and is_more else "",
            understood=understood.of(query),
        )

    def ids(self) -> set[str]:
        """Return the ids of all documents. Raises SearchUnavailable."""
        return set(self.versions())

    def versions(self) -> dict[str, int]:
        """Return the version of every document by its id. Raises SearchUnavailable."""
        with server.in_our_words():
            try:
                return dict(self._all_versions())
            except NotFoundError:
                return {}

    def close(self) -> None:
        """Let go of the connections; the next call opens them again."""
        self._client.close()
        self._connect()

    def _connect(self) -> None:
        self._client = server.connect(self._settings)
        self._generations = Generations(self._client, self._settings)

    def _build(self, documents: Iterable[SearchDocument]) -> Written:
        with self._generations.replacement() as made:
            writes = Writes(self._client, made, is_alias=False)
            writes.put(documents)
            self._client.indices.refresh(index=made)
            found = self._client.count(index=made)["count"]
            if found != len(writes.written):
                raise SearchUnavailable(
                    f"The new search index holds {found} of {len(writes.written)} documents and "
                    "was not put in service; run `opendata search rebuild` again."
                )
        return Written(len(writes.written), writes.refused)

    def _require_layout(self) -> None:
        if not self._generations.is_current():
            raise SearchUnavailable(
                "The search index was made by another release; run `opendata search rebuild`."
            )

    def _ask(self, copy: str, clause: words.Clause, **more: Any) -> dict[str, Any]:
        answer = self._client.search(
            index=self._alias,
            query=clause,
            source=False,
            track_total_hits=True,
            # Half an answer would be taken for a whole one.
            allow_partial_search_results=False,
            # Over all parts of the index a word is as rare as it is in the whole.
            search_type="dfs_query_then_fetch",
            preference=copy,
            **more,
        )
        return dict(answer.body)

    def _all_versions(self) -> Iterator[tuple[str, int]]:
        """Read the whole index as it is now, whatever is written meanwhile."""
        view = self._client.open_point_in_time(index=self._alias, keep_alive=_KEEP_VIEW)["id"]
        after = None
        try:
            while hits := self._page_of_view(view, after):
                yield from ((hit["_id"], hit["fields"]["version"][0]) for hit in hits)
                after = hits[-1]["sort"]
        finally:
            self._client.close_point_in_time(id=view)

    def _page_of_view(self, view: str, after: Any) -> list[dict[str, Any]]:
        answer = self._client.options(request_timeout=_LONG_SECONDS).search(
            pit={"id": view, "keep_alive": _KEEP_VIEW},
            sort={"_shard_doc": "asc"},
            size=WINDOW,
            search_after=after,
            source=False,
            docvalue_fields=[{"field": "version"}],
            track_total_hits=False,
            allow_partial_search_results=False,
        )
        return list(answer["hits"]["hits"])
