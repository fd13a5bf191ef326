"""Many writes to Elasticsearch in one request, each looked at by itself.

Versions are ours, and the server holds each write against the one it has: an older one never
replaces a newer one, however late it comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
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
# Only these are the document's own fault; all others may go well later.
_FAULTS = {400, 413}


# One line of a request in bulk, in the words of the client.
Action = dict[str, Any]


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

    def _puts(self, documents: Iterable[SearchDocument]) -> Iterator[Action]:
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

    def _send(self, actions: Iterator[Action], *, refresh: bool) -> None:
        while batch := list(islice(actions, _ACTIONS)):
            if not self._send_together(batch, refresh=refresh):
                # One of them spoils the whole request; alone, it spoils only itself.
                for action in batch:
                    self._send_together([action], refresh=refresh)

    def _send_together(self, batch: list[Action], *, refresh: bool) -> bool:
        """Send a batch; return False where the request as a whole is at fault, with all in it."""
        answers = helpers.streaming_bulk(
            self._client.options(request_timeout=_TIMEOUT_SECONDS),
            batch,
            max_chunk_bytes=_BYTES,
            raise_on_error=False,
            raise_on_exception=False,
            index=self._index,
            # Otherwise the server would make an index of that name, with fields it guesses.
            require_alias=self._is_alias,
            refresh=refresh,
        )
        failed = [answer for is_done, each in answers if not is_done for answer in each.values()]
        if len(batch) > 1 and any("exception" in a and a["status"] in _FAULTS for a in failed):
            return False
        for answer in failed:
            self._judge(answer)
        return True

    def _judge(self, answer: dict[str, Any]) -> None:
        """Tell a write that came too late, one that can never be, and one that may be later."""
        status, reason = answer["status"], answer.get("error")
        if status == _NEWER_STANDS_THERE or not reason:
            return
        if status in _FAULTS:
            self._refuse(answer["_id"], _sentence(reason))
        elif "exception" in answer:
            raise answer["exception"]
        else:
            raise server.refused(status, server.kind(answer))

    def _refuse(self, identifier: str, reason: str) -> None:
        self.written.discard(identifier)
        self.refused[identifier] = reason


def _removal(identifier: str, version: int | None) -> Action:
    action: Action = {"_op_type": "delete", "_id": identifier}
    return action if version is None else action | {"version": version, "version_type": _BY_VERSION}


def _sentence(reason: Any) -> str:
    """Return why a document was refused; the innermost cause says it."""
    while isinstance(reason, dict) and isinstance(reason.get("caused_by"), dict):
        reason = reason["caused_by"]
    told = reason.get("reason") if isinstance(reason, dict) else reason
    return str(told)[:200]
