"""Looking at an address before it becomes a source: which harvester reads it, and what it finds.

Nothing is stored. The same client and address guard as in a harvest, but few requests, one try
each, and an end in time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opendata import config
from opendata.errors import InvalidDocument, SourceFailure
from opendata.harvester import Harvester, HarvesterFactory, HttpClient, Registry
from opendata.models import Source
from opendata.pipeline.opening import open_harvester
from opendata.records import Problem, RejectedRecord, SourceRecord
from opendata.services import documents
from opendata.transport.addresses import shown
from opendata.vocabulary import said

MOST_RECORDS = 50
_SECONDS = 60.0
_SECONDS_OF_ONE = 30.0
# The order of asking: what only one protocol answers comes before what looks like many things.
_FIRST = ("ckan", "dcat", "file_list")
# What is wrong with the address itself is wrong for every kind.
_OF_THE_ADDRESS = frozenset(
    ("bad-url", "connection", "dns", "forbidden-address", "forbidden-port", "forbidden-scheme")
    + ("host-resting", "rate-limited", "timeout", "tls", "too-slow")
)


@dataclass(frozen=True)
class Refusal:
    """Why an address is not one kind of source."""

    kind: str
    failure: SourceFailure


@dataclass(frozen=True)
class Finding:
    """What the first records of a source say; `problems` counts (code, field), with an example."""

    kind: str
    records: tuple[SourceRecord, ...]
    rejected: int
    announced: int | None
    is_whole: bool
    broke_off: SourceFailure | None
    requests: int
    problems: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], Problem] = field(default_factory=dict)

    @property
    def formats(self) -> Counter[str]:
        """How many files are said to be of each format; empty where none is said."""
        files = (file for record in self.records for file in record.distributions)
        return Counter(file.format for file in files)

    @property
    def licences(self) -> Counter[str]:
        """How many records name each licence, as the source writes it; empty where none is."""
        return Counter(record.licence for record in self.records)


@dataclass(frozen=True)
class Probe:
    """The kind that fits, if one does, and the kinds that were asked before and do not."""

    finding: Finding | None
    refusals: tuple[Refusal, ...]


def order_of(registry: Registry) -> list[str]:
    """Return the kinds that are installed in the order in which an address is tried."""
    first = [kind for kind in _FIRST if kind in registry]
    return [*first, *sorted(set(registry) - set(first))]


def probe(
    draft: Source,
    registry: Registry,
    http: config.Http,
    *,
    kinds: Sequence[str],
    clock: Callable[[], float] = time.monotonic,
) -> Probe:
    """Ask the address of `draft`, a source that is not stored, as each of `kinds` in turn.

    Raises SettingError when a kind is not installed or the secret is not set.
    """
    refusals: list[Refusal] = []
    meter = _Meter(clock)
    for kind in kinds:
        draft.kind = kind
        try:
            return Probe(_look(draft, registry, http, meter), tuple(refusals))
        except SourceFailure as failure:
            refusals.append(Refusal(kind, failure))
            if failure.reason in _OF_THE_ADDRESS:
                break
    return Probe(None, tuple(refusals))


def _look(draft: Source, registry: Registry, http: config.Http, meter: _Meter) -> Finding:
    harvester = _open(draft, registry, http, meter)
    items: list[SourceRecord | RejectedRecord] = []
    is_whole, broke_off = False, None
    try:
        for item in harvester.discover():
            items.append(item)
            if len(items) == MOST_RECORDS:
                break
        else:
            is_whole = True
    except SourceFailure as failure:
        if not items:
            raise
        broke_off = failure
    _check_good(items, draft)
    finding = Finding(
        kind=draft.kind,
        records=tuple(item for item in items if isinstance(item, SourceRecord)),
        rejected=sum(isinstance(item, RejectedRecord) for item in items),
        announced=harvester.announced,
        is_whole=is_whole,
        broke_off=broke_off,
        requests=meter.requests,
    )
    for problem in _problems(items, draft):
        key = (problem.code, problem.field)
        finding.problems[key] += 1
        finding.examples.setdefault(key, problem)
    return finding


def _check_good(items: Sequence[SourceRecord | RejectedRecord], draft: Source) -> None:
    """Raise SourceFailure when what answered gave no dataset that can be used."""
    if any(isinstance(item, SourceRecord) for item in items):
        return
    detail = "it answers, but lists no dataset"
    if items:
        codes = Counter(problem.code for item in items for problem in item.problems)
        why = " ".join(said(code, "en") for code, _ in codes.most_common(2))
        detail = f"it answers, but none of its first {len(items)} datasets can be used: {why}"
    raise SourceFailure("empty", shown(draft.url), detail)


def _problems(items: Sequence[SourceRecord | RejectedRecord], draft: Source) -> Iterator[Problem]:
    """Yield what a harvest would note of the records."""
    for item in items:
        if isinstance(item, RejectedRecord):
            yield from item.problems
            continue
        try:
            yield from documents.from_record(item, draft, item.publisher).problems
        except InvalidDocument as err:
            yield from item.problems
            for path, message in err.fields.items():
                yield Problem("invalid-metadata", field=path, value=message)


def _open(draft: Source, registry: Registry, http: config.Http, meter: _Meter) -> Harvester:
    """Open the harvester with a client that counts and ends; only there the real one is seen."""
    factory = registry.get(draft.kind)
    metered = {**registry, draft.kind: meter.on(factory)} if factory else registry
    quick = replace(
        http,
        tries=1,
        transfer_deadline_seconds=min(http.transfer_deadline_seconds, _SECONDS_OF_ONE),
    )
    return open_harvester(draft, metered, quick).harvester


class _Meter:
    """Counts the requests of a test, and allows no further one when its time is over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.requests = 0
        self._clock = clock
        self._end = clock() + _SECONDS

    def on(self, factory: HarvesterFactory) -> HarvesterFactory:
        """Return a factory whose harvesters use a metered client."""
        return lambda source, http: factory(source, _Metered(http, self))

    def count(self, url: str) -> None:
        """Count a request; raise SourceFailure too-slow instead when the time is over."""
        if self._clock() > self._end:
            raise SourceFailure("too-slow", shown(url), f"the test ended after {_SECONDS:.0f} s")
        self.requests += 1


class _Metered:
    """An HTTP client that asks the meter before each request."""

    def __init__(self, http: HttpClient, meter: _Meter) -> None:
        self._http = http
        self._meter = meter

    def open(self, url: str, **values: Any) -> Any:
        self._meter.count(url)
        return self._http.open(url, **values)

    def get(self, url: str, **values: Any) -> Any:
        self._meter.count(url)
        return self._http.get(url, **values)

    def get_json(self, url: str, **values: Any) -> Any:
        self._meter.count(url)
        return self._http.get_json(url, **values)
