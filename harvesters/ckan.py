"""CKAN portals, and those that answer like them (DKAN): the Action API's `package_search`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from harvesters import ckan_package, mapping
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import HttpClient, SourceConfig, Transfer, Validators
from opendata.records import Distribution, RejectedRecord, SourceRecord, clean_text

_HIDDEN_STATES = ("draft", "deleted")
_MOST_ROWS = 1000  # what CKAN itself cuts a page to


@dataclass(frozen=True)
class Page:
    """One answer of `package_search`; `count` is what the portal announces in all."""

    items: list[Any]
    count: int | None


class Ckan:
    """A CKAN portal. Options: rows (of a page), q and fq (as CKAN has them), language."""

    def __init__(self, source: SourceConfig, http: HttpClient) -> None:
        mapping.check_options(source, known=("rows", "q", "fq", "language"))
        #: How many datasets the portal says it has, once it was asked.
        self.announced: int | None = None
        self._source = source
        self._http = http
        self._search = f"{_portal(source.url)}/api/3/action/package_search"
        self._rows = _rows(source)
        self._language = source.options.get("language", "vi")
        if self._language not in mapping.LANGUAGES:
            raise mapping.bad_option(source, f"language is one of {', '.join(mapping.LANGUAGES)}")

    def discover(self) -> Iterator[SourceRecord | RejectedRecord]:
        """List every dataset once; again only what comes under the same id with another content."""
        seen: set[bytes] = set()
        told: set[bytes] = set()
        start, before = 0, -1
        page = self._page(start)
        self.announced = page.count
        counts = {page.count}
        while len(seen) > before:  # the last page brought something new
            before = len(seen)
            for position, item in enumerate(page.items, start=start + 1):
                seen.add(_key(item))
                digest = hashlib.sha256(mapping.as_bytes(item)).digest()
                if digest not in told and (page.count is None or _is_public(item)):
                    told.add(digest)
                    yield ckan_package.read(item, position, language=self._language)
            start += len(page.items)
            if len(seen) > before:
                page = self._next_page(start, page)
                counts.add(page.count)
        self._check_whole(len(seen), page, counts)

    def open(
        self, distribution: Distribution, *, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """Give the bytes of one resource."""
        return self._http.open(distribution.url, secret=self._source.secret, known=known)

    def _page(self, start: int) -> Page:
        options = {
            name: self._source.options[name] for name in ("q", "fq") if name in self._source.options
        }
        params = {"rows": str(self._rows), "start": str(start), "sort": "id asc", **options}
        answer = self._http.get_json(self._search, params=params, secret=self._source.secret)
        if not isinstance(answer, dict) or answer.get("success") is not True:
            raise SourceFailure("source-error", self._search, self._without_secret(answer))
        result = answer.get("result")
        if isinstance(result, list):  # DKAN
            return Page(result, None)
        if not isinstance(result, dict) or not isinstance(result.get("results"), list):
            raise SourceFailure(
                "source-error", self._search, "the answer holds no list of datasets"
            )
        count = result.get("count")
        return Page(result["results"], count if isinstance(count, int) else None)

    def _without_secret(self, answer: Any) -> str:
        """A portal may quote the key that it refuses."""
        secret, told = self._source.secret, _message(answer)
        return (told.replace(secret.value, "…") if secret else told)[:300]

    def _next_page(self, start: int, last: Page) -> Page:
        try:
            return self._page(start)
        except SourceFailure as failure:
            detail = f"the list broke off after {start} datasets: {failure.detail}"
            raise SourceIncomplete(
                failure.reason, failure.where, detail, announced=last.count
            ) from failure

    def _check_whole(self, seen: int, last: Page, counts: set[int | None]) -> None:
        """Raise unless all that was announced came; where the count changed on the way, pages
        shifted, and a dataset may have slipped through between two of them."""
        if counts in ({seen}, {None}):
            return
        announced = max(count or 0 for count in counts)
        repeats = bool(last.items) and seen < announced
        raise SourceIncomplete(
            "paging-broken" if repeats else "count-mismatch",
            self._search,
            f"{seen} different datasets came where {announced} were announced",
            announced=announced,
        )


def _portal(url: str) -> str:
    bare = url.partition("?")[0].rstrip("/")
    return bare.removesuffix("/action").removesuffix("/3").removesuffix("/api")


def _rows(source: SourceConfig) -> int:
    text = source.options.get("rows", "100")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_ROWS):
        raise mapping.bad_option(source, f"rows is a number from 1 to {_MOST_ROWS}")
    return int(text)


def _message(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    told = error.get("message") if isinstance(error, dict) else None
    if not isinstance(told, str):
        return "the answer is not one of a CKAN Action API; check the address"
    return f"the portal reports an error: {clean_text(told)}"


def _is_public(item: Any) -> bool:
    """CKAN may tell who has a key of what the public may not see; then it is not there.

    DKAN calls public datasets private as well, so there the word says nothing.
    """
    if not isinstance(item, dict):
        return True
    return item.get("private") is not True and item.get("state", "active") not in _HIDDEN_STATES


def _key(item: Any) -> bytes:
    """What makes an item the same on two pages, of its id, else of all of it; always as short."""
    told = (item.get("id") if isinstance(item, dict) else None) or item
    return hashlib.sha256(mapping.as_bytes(told)).digest()
