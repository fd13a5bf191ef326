"""The embedded engine: a tantivy index in a folder, read by many processes, written by one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from opendata.errors import SearchUnavailable
from opendata.search import cursor, fields, tantivy_versions, tree, understood
from opendata.search import tantivy_facets as facets
from opendata.search import tantivy_pages as pages
from opendata.search import tantivy_words as words
from opendata.search.base import Query, Results, SearchDocument, Written
from opendata.search.index_folder import IndexFolder

_HEAP_BYTES = 64 * 1024**2
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
        """Answer a query; an index never built holds nothing. Raises SearchUnavailable too."""
        order, compiled = tree.order(query), words.query(tree.build(query))
        start, size = cursor.window(query) if not query.after else (0, max(query.size, 0))
        place = cursor.read(query, order) if query.after else None
        searcher = self._searcher()
        if searcher is None or not searcher.num_docs:
            return Results((), (), 0, dict.fromkeys(fields.FACETS, ()))
        total = searcher.search(compiled, 1).count
        hits = pages.Ordered(searcher, compiled, order, total)
        if place is None:
            shown = hits.read(start, size)
        else:
            start, shown = hits.read_behind(place, size)
        end = start + len(shown)
        return Results(
            ids=tuple(hit.identifier for hit in shown),
            scores=tuple(hit.score for hit in shown),
            total=total,
            facets=facets.count(searcher, query, compiled),
            next=cursor.write(query, order, hits.end(shown, end)) if shown and end < total else "",
            understood=understood.of(query),
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
