"""CKAN catalogues that lie, repeat, shrink and never end, over a real client."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from types import ModuleType
from typing import Any

import pytest

from harvesters.ckan import Ckan
from opendata.config import Http
from opendata.errors import SourceFailure, SourceIncomplete
from opendata.harvester import SourceConfig
from opendata.records import RejectedRecord, SourceRecord
from opendata.transport.client import Transport

Outcome = tuple[list[Any], SourceFailure | None]
Walk = Callable[..., Outcome]


@pytest.fixture
def walk(hostile: ModuleType) -> Iterator[Walk]:
    """Harvests one catalogue: what came, at most `most`, and the failure at the end."""
    server = hostile.start(0, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    host = f"127.0.0.1:{server.server_address[1]}"
    client = Transport(Http(allow_private_hosts=(host,), tries=1))

    def discover(variant: str, *, most: int = 1000, **options: str) -> Outcome:
        source = SourceConfig(variant, f"http://{host}/ckan/{variant}", options)
        records = []
        try:
            for record in islice(Ckan(source, client).discover(), most):
                records.append(record)
        except SourceFailure as failure:
            return records, failure
        return records, None

    yield discover
    server.shutdown()
    server.server_close()
    thread.join()
    assert hostile.CANARY == {}


def ids(records: list[Any]) -> list[str]:
    return [record.upstream_id for record in records]


def test_sound_catalogue_is_whole(walk: Walk) -> None:
    records, failure = walk("good", rows="20")
    assert (len(set(ids(records))), failure) == (50, None)


def test_second_run_gives_the_same_records(walk: Walk) -> None:
    assert walk("good")[0] == walk("good")[0]


@pytest.mark.parametrize(("phase", "count"), [("full", 50), ("shrunk", 2), ("empty", 0)])
def test_catalogue_that_shrinks_is_told_as_it_is(
    hostile: ModuleType, walk: Walk, phase: str, count: int
) -> None:
    hostile.PHASE["phased"] = phase
    records, failure = walk("phased")
    assert (len(records), failure) == (count, None)


@pytest.mark.parametrize(
    ("phase", "reason"), [("error", "unexpected-status"), ("html", "unexpected-type")]
)
def test_catalogue_that_is_down_fails(
    hostile: ModuleType, walk: Walk, phase: str, reason: str
) -> None:
    hostile.PHASE["phased"] = phase
    records, failure = walk("phased")
    assert records == []
    assert failure is not None
    assert (failure.reason, isinstance(failure, SourceIncomplete)) == (reason, False)


@pytest.mark.parametrize(
    ("variant", "count", "reason", "announced"),
    [
        ("error-page-2", 10, "unexpected-status", 50),
        ("same-page", 10, "paging-broken", 50),
        ("duplicates", 43, "count-mismatch", 53),
        ("count-lies", 50, "count-mismatch", 5000),
        ("count-low", 50, "count-mismatch", 10),
        ("vanishing", 46, "count-mismatch", 50),
    ],
)
def test_catalogue_that_lies_is_incomplete(
    walk: Walk, variant: str, count: int, reason: str, announced: int
) -> None:
    records, failure = walk(variant)
    assert len(set(ids(records))) == count
    assert isinstance(failure, SourceIncomplete)
    assert (failure.reason, failure.announced) == (reason, announced)


def test_first_of_two_datasets_with_one_id_counts(walk: Walk) -> None:
    records, _ = walk("duplicates")
    first_of_each = {record.upstream_id: record for record in reversed(records)}
    assert not any(r.title["vi"].startswith("Second") for r in first_of_each.values())


def test_dataset_that_shifts_to_the_next_page_comes_once(walk: Walk) -> None:
    records, failure = walk("shifting")
    assert max(Counter(ids(records)).values()) == 1
    assert isinstance(failure, SourceIncomplete)


def test_error_told_with_status_200_is_an_error(walk: Walk) -> None:
    records, failure = walk("error-200")
    assert records == []
    assert failure is not None
    assert failure.reason == "source-error"


def test_wrong_types_are_told_one_by_one(walk: Walk) -> None:
    records, failure = walk("wrong-types")
    assert failure is None
    assert len(records) == len(set(ids(records))) == 18
    rejected = [record for record in records if isinstance(record, RejectedRecord)]
    codes = Counter(record.problems[-1].code for record in rejected)
    assert codes == {"not-an-object": 4, "missing-id": 2, "missing-title": 2}
    sound = [record for record in records if isinstance(record, SourceRecord)]
    assert [record.upstream_id for record in sound if not record.problems] == [
        "00000000-0000-4000-8000-000000000002",
        "00000000-0000-4000-8000-000000000003",
        "00000000-0000-4000-8000-000000000012",
    ]


def test_faulty_files_are_listed_and_fail_one_by_one(walk: Walk) -> None:
    records, failure = walk("faulty-resources")
    assert failure is None
    assert [len(record.distributions) for record in records] == [1] * 15


def test_addresses_that_are_no_web_addresses_are_no_files(walk: Walk) -> None:
    records, failure = walk("ssrf")
    assert failure is None
    kept = [distribution.url for record in records for distribution in record.distributions]
    assert len(kept) == 9
    assert all(url.startswith("http://") for url in kept)
    assert not any(record.landing_page.startswith(("file:", "javascript:")) for record in records)


def test_odd_characters_and_long_texts_do_no_harm(walk: Walk) -> None:
    for variant in ("control", "traversal", "xss", "long", "clock"):
        records, failure = walk(variant)
        assert failure is None
        texts = [
            text
            for record in records
            if isinstance(record, SourceRecord)
            for text in record.title.values()
        ]
        assert texts
        assert not any("\x00" in text for text in texts)


def test_catalogue_without_end_goes_on_as_long_as_it_is_asked(walk: Walk) -> None:
    records, failure = walk("endless-pages", most=350)
    assert (len(set(ids(records))), failure) == (350, None)
