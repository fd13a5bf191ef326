"""The indices behind one name: numbered, a new one filled beside the old, switched in one step.

The name is an alias of exactly one index, `opendata` of `opendata-7`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from opendata import config
from opendata.errors import SearchUnavailable
from opendata.search import elasticsearch_words as words

# How long the server remembers what was removed: a late write of that age cannot bring it back.
_REMEMBER_REMOVED = "12h"


def layout() -> str:
    """Return a sign of the fields of this release: an index with another one must be rebuilt."""
    return hashlib.sha256(json.dumps(words.mapping(), sort_keys=True).encode()).hexdigest()[:12]


class Generations:
    """The numbered indices of one alias. Every method may raise the client's errors."""

    def __init__(self, client: Elasticsearch, settings: config.Search) -> None:
        self._client = client
        self._settings = settings
        self.alias = settings.index
        self._numbered = re.compile(re.escape(self.alias) + r"-([0-9]{1,9})")

    def is_current(self) -> bool:
        """Say whether an index of this release's fields is in service."""
        return self.current() is not None and self._current_layout() == layout()

    def current(self) -> str | None:
        """Return the index in service; None where there is none."""
        try:
            found = self._client.indices.get_alias(name=self.alias)
        except NotFoundError:
            return None
        return next(iter(found.body), None)

    def _current_layout(self) -> str:
        mappings = self._client.indices.get_mapping(index=self.alias).body
        return str(next(iter(mappings.values()))["mappings"].get("_meta", {}).get("layout"))

    @contextmanager
    def replacement(self) -> Iterator[str]:
        """Give a new index to fill; afterwards it is in service, and all older ones are gone.

        What fails before that leaves the old one in service and no trace of the new.
        """
        self._refuse_index_of_that_name()
        made = self._make()
        try:
            yield made
            self._client.indices.put_settings(index=made, settings={"refresh_interval": None})
            self._put_in_service(made)
        except BaseException:
            self._client.indices.delete(index=made, ignore_unavailable=True)
            raise

    def _make(self) -> str:
        newest = max((self._number(name) for name in self._existing()), default=0)
        made = f"{self.alias}-{newest + 1}"
        self._client.indices.create(
            index=made,
            mappings=words.mapping() | {"_meta": {"layout": layout()}},
            settings=self._index_settings(),
        )
        return made

    def _index_settings(self) -> dict[str, Any]:
        return {
            "number_of_shards": self._settings.shards,
            "number_of_replicas": self._settings.replicas,
            "gc_deletes": _REMEMBER_REMOVED,
            # Nobody reads it while it is filled.
            "refresh_interval": "-1",
        }

    def _put_in_service(self, made: str) -> None:
        """One change of the cluster: nobody sees two indices or none."""
        older = [name for name in self._existing() if name != made]
        removed: list[dict[str, Any]] = [{"remove_index": {"index": name}} for name in older]
        added = {"add": {"index": made, "alias": self.alias}}
        self._client.indices.update_aliases(actions=[added, *removed])

    def _existing(self) -> list[str]:
        found = self._client.indices.get(
            index=f"{self.alias}-*", expand_wildcards="all", features=["aliases"]
        )
        return [name for name in found.body if self._numbered.fullmatch(name)]

    def _number(self, name: str) -> int:
        match = self._numbered.fullmatch(name)
        return int(match[1]) if match else 0

    def _refuse_index_of_that_name(self) -> None:
        if self._client.indices.exists(index=self.alias) and self.current() is None:
            raise SearchUnavailable(
                f"The search server has an index called {self.alias}, where a name for numbered "
                "ones is wanted; delete it, or choose another name for [search] index."
            )
