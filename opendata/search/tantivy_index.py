"""The embedded engine: a tantivy index in a folder, read by many processes, written by one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from opendata.errors import SearchUnavailable
from opendata.search import cursor, fields, order_keys, tantivy_versions, tree
from opendata.search import tantivy_words as words
from opendata.search.base import FacetCount, Query, Results, SearchDocument, Written
from opendata.search.index_folder import IndexFolder

_HEAP_BYTES = 64 * 1024**2
# Facets are counted over all values, then cut: so the cut is by count and name, never by chance.
_MAX_FACET_VALUES = 10_000
# Scores closer than this are a tie: sums differ in their last bits from segment to segment.
_SCORE_DIGITS = 4
_READ_TRIES = 3


class TantivyIndex:
    """A `SearchIndex` in `folder`. Making one costs nothing: the first search opens the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = IndexFolder(folder)
        self._lock = threading.Lock()
        self._path: Path | None = None
        self._index: Any = None
        self._seen: tuple[int, int] | None = None

    def is_built(self) -> bool:
        """Say whether an index was ever put in service here."""
        return self._folder.current() is not None

    def put(self, documents: Iterable[SearchDocument]) -> Written:
        """Add or replace by id; builds the index where there is none."""
        with self._folder.writing():
            path = self._folder.current()
            if path is None:
                return self._build(documents)
            told = tantivy_versions.without_late(self._searcher(), documents)
            with self._writer(path) as writer:
                return _write(writer, told)

    def remove(self, ids: Iterable[str], versions: Mapping[str, int] | None = None) -> None:
        """Remove by id, unless a newer version stands there."""
        with self._folder.writing():
            path = self._folder.current()
            if path is None:
                return
            newer = tantivy_versions.newer(self._searcher(), versions or {})
            with self._writer(path) as writer:
                for identifier in ids:
                    if identifier not in newer:
                        writer.delete_documents_by_term("id", identifier)

    def rebuild(self, documents: Iterable[SearchDocument]) -> Written:
        """Fill a new folder, count it, switch by one rename."""
        with self._folder.writing():
            return self._build(documents)

    def search(self, query: Query) -> Results:
        """Answer a query; an index never built holds nothing. Raises SearchUnavailable, TooDeep."""
        order, root = tree.order(query), tree.build(query)
        start, size = cursor.window(query)
        searcher = self._searcher()
        if searcher is None or not searcher.num_docs:
            return Results((), (), 0, dict.fromkeys(fields.FACETS, ()))
        compiled = words.query(root)
        total = searcher.search(compiled, 1).count
        size = min(size, total - start)  # the engine sets memory aside for what is asked
        hits: list[tuple[float, str]] = []
        if size > 0 and order == fields.RELEVANCE:
            hits = _by_score(searcher, compiled, start, size)
        elif size > 0:
            hits = _by_order(searcher, compiled, order, start, size)
        return Results(
            ids=tuple(identifier for _, identifier in hits),
            scores=tuple(score for score, _ in hits),
            total=total,
            facets=_facets(searcher, compiled, query.facet_size),
        )

    def ids(self) -> set[str]:
        """Return the ids of all documents. Raises SearchUnavailable."""
        searcher = self._searcher()
        if searcher is None or not searcher.num_docs:
            return set()
        everything = tantivy.Query.all_query()
        found = searcher.search(everything, searcher.num_docs, count=False, order_by_field="id")
        return {identifier for identifier, _ in found.hits}

    def versions(self) -> dict[str, int]:
        """Return the version of every document by its id. Raises SearchUnavailable."""
        return tantivy_versions.all_of(self._searcher())

    def close(self) -> None:
        """Let go of the open files; the next search opens them again."""
        with self._lock:
            self._path = self._index = self._seen = None

    def _build(self, documents: Iterable[SearchDocument]) -> Written:
        with self._folder.replacement() as path:
            with self._writer(path, is_new=True) as writer:
                written = _write(writer, documents)
            found = _open(path).searcher().num_docs
            if found != written.count:
                raise SearchUnavailable(
                    f"The new search index in {path} holds {found} of {written.count} documents "
                    "and was not put in service; run `opendata search rebuild` again."
                )
        return written

    def _searcher(self) -> Any:
        """Return a view of the newest commit, None where nothing was ever built."""
        with self._lock:
            for attempt in range(1, _READ_TRIES + 1):
                path = self._folder.current()
                if path is None:
                    return None
                try:
                    return self._view(path)
                except (ValueError, OSError) as err:
                    # A rebuild or a merge may have taken the files away under our hands.
                    self._path = None
                    if attempt == _READ_TRIES:
                        raise _damaged(path) from err
        return None

    def _view(self, path: Path) -> Any:
        status = (path / "meta.json").stat()
        seen = (status.st_mtime_ns, status.st_ino)
        if path != self._path:
            self._index = _open(path)
            self._path, self._seen = path, None
        if seen != self._seen:
            self._index.reload()
            self._seen = seen
        return self._index.searcher()

    @contextmanager
    def _writer(self, path: Path, *, is_new: bool = False) -> Iterator[Any]:
        """Open the writer and commit at the end; what fails before that leaves no trace."""
        try:
            index = _open(path, is_new=is_new)
        except (ValueError, OSError) as err:
            raise _damaged(path) from err
        with _refusals():
            # One thread: documents keep their order, and the same input gives the same index.
            writer = index.writer(_HEAP_BYTES, num_threads=1)
            # What a killed writer left bears the name that the next commit would use.
            writer.garbage_collect_files()
        try:
            yield writer
            with _refusals():
                writer.commit()
        finally:
            writer.wait_merging_threads()


def _write(writer: Any, documents: Iterable[SearchDocument]) -> Written:
    """Write the documents, the last one of each id, but those with a value of the wrong kind."""
    written, refused = set(), {}
    for document in documents:
        identifier = document["id"]
        try:
            rendered = words.document(document)
        except (ValueError, TypeError) as err:
            refused[identifier] = str(err)
            continue
        with _refusals():
            writer.delete_documents_by_term("id", identifier)
            writer.add_document(rendered)
        written.add(identifier)
    return Written(len(written), {found: refused[found] for found in refused.keys() - written})


@contextmanager
def _refusals() -> Iterator[None]:
    # The engine has one class for all its errors: ValueError.
    try:
        yield
    except (ValueError, OSError) as err:
        raise SearchUnavailable(
            f"The search index cannot be written: {err}; make sure that the disk has room "
            "and that no other process writes it, then try again."
        ) from err


def _damaged(path: Path) -> SearchUnavailable:
    return SearchUnavailable(
        f"The search index in {path} is damaged or of another version; "
        "run `opendata search rebuild`."
    )


def _open(path: Path, *, is_new: bool = False) -> Any:
    if not is_new and not tantivy.Index.exists(str(path)):
        raise FileNotFoundError(path)
    index = tantivy.Index(words.schema(), str(path))
    whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer("whitespace", whitespace)
    # No watching thread: every search looks at the commit itself, also after a fork.
    index.config_reader("manual")
    return index


def _by_order(
    searcher: Any, query: Any, order: str, start: int, size: int
) -> list[tuple[float, str]]:
    found = searcher.search(
        query,
        size,
        count=False,
        order_by_field=f"order_{order}",
        order=tantivy.Order.Asc,
        offset=start,
    )
    return [(0.0, order_keys.identifier(key)) for key, _ in found.hits]


def _by_score(searcher: Any, query: Any, start: int, size: int) -> list[tuple[float, str]]:
    """Return a page by score; ties go by id, so that no merge of segments changes a page."""
    hits = _top_with_ties(searcher, query, start + size)
    first = next(place for place, (score, _) in enumerate(hits) if score == hits[start][0])
    page = sorted((-score, searcher.doc(where)["id"][0]) for score, where in hits[first:])
    return [(-score, identifier) for score, identifier in page][start - first :][:size]


def _top_with_ties(searcher: Any, query: Any, wanted: int) -> list[tuple[float, Any]]:
    """Return the `wanted` best hits and all that tie with the last of them."""
    limit = wanted + 1
    while True:
        found = searcher.search(query, limit, count=False).hits
        hits = [(round(score, _SCORE_DIGITS), where) for score, where in found]
        if len(hits) < limit or hits[-1][0] < hits[wanted - 1][0]:
            last = hits[min(wanted, len(hits)) - 1][0]
            return [hit for hit in hits if hit[0] >= last]
        limit *= 2


def _facets(searcher: Any, query: Any, size: int) -> dict[str, tuple[FacetCount, ...]]:
    """Count each facet over all hits: most frequent first, then by name."""
    wanted = {name: {"terms": {"field": name, "size": _MAX_FACET_VALUES}} for name in fields.FACETS}
    answer = searcher.aggregate(query, wanted) if size > 0 else {}
    return {name: _counts(answer, name)[: max(size, 0)] for name in fields.FACETS}


def _counts(answer: dict[str, Any], name: str) -> tuple[FacetCount, ...]:
    buckets = answer.get(name, {}).get("buckets", [])
    counts = [FacetCount(bucket["key"], bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda found: (-found.count, found.value)))
