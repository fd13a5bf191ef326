"""The extension point: what a harvester is. One file per protocol in `harvesters/` is one.

A harvester lists what exists at a source and hands out the bytes. It knows no database, no Flask,
gets its HTTP client and options as arguments, and reports failure by raising `SourceFailure`
(nothing could be read) or `SourceIncomplete` (the listing ended early) after what it could yield.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from opendata.records import Distribution, RejectedRecord, SourceRecord


@dataclass(frozen=True)
class Secret:
    """A credential: sent as one header, to the origin of the source and to no other."""

    header: str
    value: str = field(repr=False)
    origin: str


@dataclass(frozen=True)
class SourceConfig:
    """What an administrator said of a source."""

    name: str
    url: str
    options: Mapping[str, str] = field(default_factory=dict)
    secret: Secret | None = None


@dataclass(frozen=True)
class Validators:
    """What a source calls the bytes that it gave last; empty: nothing is known, ask for all."""

    etag: str = ""
    last_modified: str = ""


class Transfer(Protocol):
    """An answer being read. Iterate once; a body cut short raises `SourceFailure("truncated")`."""

    url: str  # where the bytes came from in the end, after redirects
    headers: Mapping[str, str]  # lower-case names
    is_unchanged: bool  # the source says that nothing changed (304): there are no bytes

    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True)
class Document:
    """A whole answer of bounded size."""

    url: str
    body: bytes
    media_type: str  # as the source says, lower case, without parameters
    links: Mapping[str, str] = field(default_factory=dict)  # of the Link header: relation to URL


class HttpClient(Protocol):
    """What a harvester may do on the network (`opendata.transport.Transport` is the real one)."""

    def open(
        self, url: str, *, secret: Secret | None = None, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """GET `url` as a stream; only a whole 200 answer passes, all else is a `SourceFailure`.

        With `known` a 304 passes too: the transfer is then `is_unchanged`, without bytes.
        """
        ...

    def get(self, url: str, *, accept: str = "*/*", secret: Secret | None = None) -> Document:
        """GET a document of bounded size, whatever it is."""
        ...

    def get_json(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        secret: Secret | None = None,
    ) -> Any:
        """GET a JSON document of bounded size; HTML or broken JSON is a `SourceFailure`."""
        ...


class Harvester(Protocol):
    """Two methods make a harvester."""

    # How many datasets the source says it has, once it was asked; None where it does not say.
    announced: int | None

    def discover(self) -> Iterator[SourceRecord | RejectedRecord]:
        """List what exists, in a stable order; raise at the end if the list was not whole."""
        ...

    def open(
        self, distribution: Distribution, *, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """Give the bytes of one file; with `known`, only if they are others than those."""
        ...


HarvesterFactory = Callable[[SourceConfig, HttpClient], Harvester]
# The hand-written registry of `harvesters/__init__.py`: kind -> factory.
Registry = Mapping[str, HarvesterFactory]
