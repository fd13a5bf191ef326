"""The embedded engine: a tantivy index in a folder, read by many processes, written by one."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from opendata.errors import SearchUnavailable
from opendata.search import cursor, fields, tree, understood
from opendata.search import tantivy_facets as facets
from opendata.search import tantivy_pages as pages
from opendata.search import tantivy_words as words
from opendata.search.base import Query, Results, SearchDocument
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

    def put(self, documents: Iterable[SearchDocument]) -> None:
        """Add or replace by id; builds the index where there is none."""
        with self._folder.writing():
            path = self._folder.current()
            if path is None:
                self._build(documents)
                return
            with self._writer(path) as writer:
                _write(writer, documents)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove by id."""
        with self._folder.writing():
            path = self._folder.current()
            if path is None:
                return
            with self._writer(path) as writer:
                for identifier in ids:
                    writer.delete_documents_by_term("id", identifier)

    def rebuild(self, documents: Iterable[SearchDocument]) -> int:
        """Fill a new folder, count it, switch by one rename; return the count."""
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

    def close(self) -> None:
        """Let go of the open files; the next search opens them again."""
        with self._lock:
            self._path = self._index = self._seen = None

    def _build(self, documents: Iterable[SearchDocument]) -> int:
        with self._folder.replacement() as path:
            with self._writer(path, is_new=True) as writer:
                count = _write(writer, documents)
            found = _open(path).searcher().num_docs
            if found != count:
                raise SearchUnavailable(
                    f"The new search index in {path} holds {found} of {count} documents and was "
                    "not put in service; run `opendata search rebuild` again."
                )
        return count

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


def _write(writer: Any, documents: Iterable[SearchDocument]) -> int:
    """Write the documents, the last one of each id; return how many ids there were."""
    written = set()
    for document in documents:
        rendered = words.document(document)
        with _refusals():
            writer.delete_documents_by_term("id", document["id"])
            writer.add_document(rendered)
        written.add(document["id"])
    return len(written)


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
