"""DCAT catalogues in any form of RDF, page after page, as Hydra or the Link header lead."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from harvesters import dcat_page, dcat_syntax, dcat_triples, mapping
from harvesters.dcat_listing import Listing
from harvesters.dcat_page import Page
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import HttpClient, SourceConfig, Transfer, Validators
from opendata.records import Distribution, RejectedRecord, SourceRecord


class Dcat:
    """A DCAT catalogue on the web. Options: format (jsonld, turtle, rdfxml), language."""

    def __init__(self, source: SourceConfig, http: HttpClient) -> None:
        mapping.check_options(source, known=("format", "language"))
        self._source = source
        self._http = http
        self._where = _shown(source.url)
        self.announced: int | None = None
        self._format = source.options.get("format", "")
        self._language = source.options.get("language", "vi")
        if self._format not in ("", *dcat_syntax.FORMATS):
            raise mapping.bad_option(source, f"format is one of {', '.join(dcat_syntax.FORMATS)}")
        if self._language not in mapping.LANGUAGES:
            raise mapping.bad_option(source, f"language is one of {', '.join(mapping.LANGUAGES)}")

    def discover(self) -> Iterator[SourceRecord | RejectedRecord]:
        """List every dataset once, to the last page."""
        listing = Listing(language=self._language)
        asked = {self._source.url}
        page = self._page(self._source.url)
        while True:
            before = listing.count
            for record in listing.records(page):
                self.announced = listing.announced
                yield record
            if not page.following:
                break
            if page.following in asked or listing.count == before:
                fact = f"after {listing.count} datasets a page brings none and leads on, or back"
                raise self._incomplete("paging-broken", fact, listing)
            asked.add(page.following)
            page = self._next_page(page.following, listing)
        listing.check_whole(self._where)

    def open(
        self, distribution: Distribution, *, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """Give the bytes of one file."""
        return self._http.open(distribution.url, secret=self._source.secret, known=known)

    def _page(self, url: str) -> Page:
        where = _shown(url)
        accept = dcat_syntax.accept(self._format)
        document = self._http.get(url, accept=accept, secret=self._source.secret)
        syntax = dcat_syntax.recognise(document, where, forced=self._format)
        base = _shown(document.url)
        graph = dcat_triples.read(document.body, syntax, base=base, where=where)
        return dcat_page.read(graph, document.url, where, link=document.links.get("next", ""))

    def _next_page(self, url: str, listing: Listing) -> Page:
        try:
            return self._page(url)
        except SourceFailure as failure:
            fact = f"the list broke off after {listing.count} datasets: {failure.detail}"
            raise self._incomplete(failure.reason, fact, listing) from failure

    def _incomplete(self, reason: str, fact: str, listing: Listing) -> SourceIncomplete:
        return SourceIncomplete(reason, self._where, fact, announced=listing.announced)


def _shown(url: str) -> str:
    """Return an address without its query, which may hold a key."""
    return url.partition("#")[0].partition("?")[0]
