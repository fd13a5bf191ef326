"""Many writes to Elasticsearch in one request, each looked at by itself.

Versions are ours, and the server holds each write against the one it has: an older one never
replaces a newer one, however late it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from elasticsearch import Elasticsearch, helpers

from opendata.search import elasticsearch_server as server
from opendata.search import elasticsearch_words as words
from opendata.search.base import SearchDocument

# Below the limit of every proxy on the way: what is refused as too large is one document.
_ACTIONS, _BYTES = 500, 768 * 1024
_TIMEOUT_SECONDS = 60.0
# The same version again is fine: what died half-way is written once more.
_BY_VERSION = "external_gte"
_NEWER_STANDS_THERE = 409
_TOO_LARGE = 413
# Only these are the document's own fault; all others may go well later.
_FAULTS = {400, _TOO_LARGE}


class Writes:
    """Writes to one index or alias; afterwards it says what was written, and what refused."""

    def __init__(self, client: Elasticsearch, index: str, *, is_alias: bool) -> None:
        self._client = client
        self._index = index
        self._is_alias = is_alias
        self.written: set[str] = set()
        self.refused: dict[str, str] = {}

    def put(self, documents: Iterable[SearchDocument], *, refresh: bool = False) -> None:
        """Add or replace each document; raises SearchUnavailable where that may go well later."""
        self._send(self._puts(documents), refresh=refresh)

    def remove(self, ids: Iterable[str], versions: Mapping[str, int]) -> None:
        """Remove each id, unless a newer document stands there."""
        self._send((_removal(found, versions.get(found)) for found in ids), refresh=True)

    def _puts(self, documents: Iterable[SearchDocument]) -> Iterator[dict[str, Any]]:
        for told in documents:
            identifier = told["id"]
            try:
                source = words.document(told)
            except (ValueError, TypeError) as err:
                self._refuse(identifier, str(err))
                continue
            self.refused.pop(identifier, None)
            self.written.add(identifier)
            version = {"version": source["version"], "version_type": _BY_VERSION}
            yield {"_op_type": "index", "_id": identifier, "_source": source, **version}

    def _send(self, actions: Iterable[dict[str, Any]], *, refresh: bool) -> None:
        client = self._client.options(request_timeout=_TIMEOUT_SECONDS)
        answers = helpers.streaming_bulk(
            client,
            actions,
            chunk_size=_ACTIONS,
            max_chunk_bytes=_BYTES,
            raise_on_error=False,
            raise_on_exception=False,
            index=self._index,
            # Otherwise the server would make an index of that name, with fields it guesses.
            require_alias=self._is_alias,
            refresh=refresh,
        )
        for is_done, answer in answers:
            if not is_done:
                self._judge(*answer.values())

    def _judge(self, answer: dict[str, Any]) -> None:
        """Tell a write that came too late, one that can never be, and one that may be later."""
        status, reason = answer.get("status"), answer.get("error")
        if status == _NEWER_STANDS_THERE or not reason:
            return
        if "exception" in answer and status != _TOO_LARGE:
            raise answer["exception"]  # the request as a whole
        if status not in _FAULTS:
            raise server.refused(int(status or 0), server.kind(answer))
        self._refuse(answer["_id"], _sentence(reason))

    def _refuse(self, identifier: str, reason: str) -> None:
        self.written.discard(identifier)
        self.refused[identifier] = reason


def _removal(identifier: str, version: int | None) -> dict[str, Any]:
    action: dict[str, Any] = {"_op_type": "delete", "_id": identifier}
    return action if version is None else action | {"version": version, "version_type": _BY_VERSION}


def _sentence(reason: Any) -> str:
    """Return why a document was refused; the innermost cause says it."""
    while isinstance(reason, dict) and isinstance(reason.get("caused_by"), dict):
        reason = reason["caused_by"]
    told = reason.get("reason") if isinstance(reason, dict) else reason
    return str(told)[:500]
