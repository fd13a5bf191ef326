"""The same file keeps its id: by key, else URL, else name, and only where that is certain."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Dataset, Resource, Source
from opendata.records import Distribution
from opendata.services import resources


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def dataset(session: Session, now: datetime) -> Dataset:
    source = Source(name="bo", kind="ckan", url="https://x.vn")
    session.add(source)
    session.flush()
    dataset = Dataset(
        source_id=source.id,
        upstream_id="d",
        slug="d",
        document={},
        document_hash="",
        title_sort="",
        licence="notspecified",
        created_at=now,
        metadata_changed_at=now,
        last_checked_at=now,
    )
    session.add(dataset)
    session.flush()
    return dataset


def file(url: str, *, name: str = "CSV", key: str = "") -> Distribution:
    return Distribution(url=f"https://x.vn/{url}", name=name, upstream_id=key)


def sync(
    session: Session, dataset: Dataset, now: datetime, *listed: Distribution
) -> dict[str, uuid.UUID]:
    """Sync, and return id by URL of what is listed."""
    resources.sync(session, dataset, listed, now=now)
    session.flush()
    found = session.scalars(select(Resource).where(Resource.absent_since.is_(None)))
    return {resource.url.rsplit("/", 1)[-1]: resource.id for resource in found}


def test_new_file_in_front_takes_no_other_files_place(
    session: Session, dataset: Dataset, now: datetime
) -> None:
    before = sync(session, dataset, now, file("a"), file("b"))
    after = sync(session, dataset, now, file("c"), file("a"), file("b"))
    assert {url: after[url] for url in ("a", "b")} == before
    assert after["c"] not in before.values()


def test_files_that_swap_their_addresses_swap_no_key_by_accident(
    session: Session, dataset: Dataset, now: datetime
) -> None:
    before = sync(session, dataset, now, file("now", name="Nay"), file("old", name="Trước"))
    after = sync(session, dataset, now, file("old", name="Nay"), file("now", name="Trước"))
    assert after == before


def test_rotating_addresses_follow_the_upstream_id(
    session: Session, dataset: Dataset, now: datetime
) -> None:
    before = sync(session, dataset, now, file("2024", key="new"), file("2023", key="old"))
    after = sync(session, dataset, now, file("2025", key="new"), file("2024", key="old"))
    assert (after["2025"], after["2024"]) == (before["2024"], before["2023"])


def test_common_name_is_no_identity(session: Session, dataset: Dataset, now: datetime) -> None:
    before = sync(session, dataset, now, file("a"), file("b"))
    after = sync(session, dataset, now, file("c"), file("d"))
    assert not set(after.values()) & set(before.values())


def test_unique_name_keeps_a_moved_file(session: Session, dataset: Dataset, now: datetime) -> None:
    before = sync(session, dataset, now, file("a", name="Giá đất"), file("b", name="Rừng"))
    after = sync(session, dataset, now, file("moved", name="Giá đất"), file("b", name="Rừng"))
    assert after["moved"] == before["a"]


def test_file_gone_long_ago_does_not_blur_a_name(
    session: Session, dataset: Dataset, now: datetime
) -> None:
    sync(session, dataset, now, file("jan", key="1"))
    second = sync(session, dataset, now, file("feb", key="2", name="Khác"))
    sync(session, dataset, now, file("mar", key="3"), file("feb", key="2", name="Khác"))
    before = sync(session, dataset, now, file("mar", key="3"))
    after = sync(session, dataset, now, file("apr", key="4"))
    assert after["apr"] == before["mar"]
    assert second["feb"] not in after.values()


def test_very_long_address_is_kept_by_its_digest(
    session: Session, dataset: Dataset, now: datetime
) -> None:
    signed = file("a?signature=" + "x" * 4_000)
    first = sync(session, dataset, now, signed)
    assert sync(session, dataset, now, signed) == first
