"""Saving records: identity lasts, equal records change nothing, decisions of persons stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.errors import InvalidDocument
from opendata.models import Dataset, Event, Resource, Source
from opendata.records import Distribution, PublisherName, SourceRecord
from opendata.services import datasets
from opendata.services.datasets import Saved

FILE = Distribution(url="https://x.vn/a.csv", upstream_id="r1", name="A", format="CSV")
RECORD = SourceRecord(
    upstream_id="d1",
    title={"vi": "Giá đất", "en": "Land prices"},
    raw=b"{}",
    publisher=PublisherName(name="Bộ Tài chính"),
    licence="cc-by-4.0",
    distributions=(FILE,),
)


@pytest.fixture
def session(sessions: SessionFactory) -> Any:
    with sessions() as session:
        yield session


@pytest.fixture
def source(session: Session) -> Source:
    source = Source(name="bo", kind="ckan", url="https://x.vn", options={}, policy="flag")
    source.contact = {}
    session.add(source)
    session.flush()
    return source


def save(session: Session, source: Source, record: SourceRecord, at: datetime) -> Saved:
    return datasets.save(session, source, record, now=at, actor="test")


def settled(session: Session, source: Source, record: SourceRecord, at: datetime) -> Dataset:
    saved = save(session, source, record, at)
    datasets.settle(session, saved.dataset, policy="flag", actor="test")
    return saved.dataset


def resource_ids(session: Session) -> dict[str, Any]:
    rows = session.execute(
        select(Resource.name, Resource.id).where(Resource.absent_since.is_(None))
    )
    return dict(iter(rows))


def test_new_record_is_a_draft_until_it_is_settled(
    session: Session, source: Source, now: datetime
) -> None:
    saved = save(session, source, RECORD, now)
    assert (saved.created, saved.dataset.state) == (True, "draft")
    datasets.settle(session, saved.dataset, policy="flag", actor="test")
    assert saved.dataset.state == "active"


def test_policy_hold_keeps_a_new_dataset_from_the_public(
    session: Session, source: Source, now: datetime
) -> None:
    saved = save(session, source, RECORD, now)
    datasets.settle(session, saved.dataset, policy="hold", actor="test")
    assert saved.dataset.state == "held"


def test_equal_record_changes_the_date_of_the_check_only(
    session: Session, source: Source, now: datetime
) -> None:
    first = settled(session, source, RECORD, now)
    events = len(session.scalars(select(Event)).all())
    saved = save(session, source, RECORD, now + timedelta(days=1))
    assert (saved.created, saved.changed) == (False, False)
    assert first.metadata_changed_at == now
    assert first.last_checked_at == now + timedelta(days=1)
    assert len(session.scalars(select(Event)).all()) == events


def test_other_title_changes_the_document_but_not_the_address(
    session: Session, source: Source, now: datetime
) -> None:
    dataset = settled(session, source, RECORD, now)
    slug = dataset.slug
    save(session, source, replace(RECORD, title={"vi": "Giá đất mới"}), now)
    assert (dataset.slug, dataset.document["title"]) == (slug, {"vi": "Giá đất mới"})


def test_two_datasets_of_one_title_get_two_addresses(
    session: Session, source: Source, now: datetime
) -> None:
    settled(session, source, RECORD, now)
    second = settled(session, source, replace(RECORD, upstream_id="d2"), now)
    assert second.slug == "gia-dat-2"


def test_swapped_titles_swap_no_address(session: Session, source: Source, now: datetime) -> None:
    one = settled(session, source, RECORD, now)
    other = replace(RECORD, upstream_id="d2", title={"vi": "Rừng"})
    two = settled(session, source, other, now)
    save(session, source, replace(RECORD, title=other.title), now)
    save(session, source, replace(other, title=RECORD.title), now)
    assert (one.slug, two.slug) == ("gia-dat", "rung")


@pytest.mark.parametrize(
    "changed",
    [
        replace(FILE, url="https://x.vn/moved.csv"),
        replace(FILE, upstream_id="other-id"),
        replace(FILE, upstream_id="other-id", url="https://x.vn/moved.csv"),
        replace(FILE, name="Other name"),
    ],
)
def test_file_keeps_its_id_by_upstream_id_or_url_or_name(
    session: Session, source: Source, now: datetime, changed: Distribution
) -> None:
    settled(session, source, RECORD, now)
    before = set(resource_ids(session).values())
    save(session, source, replace(RECORD, distributions=(changed,)), now)
    assert set(resource_ids(session).values()) == before


def test_file_no_longer_listed_is_kept_and_marked(
    session: Session, source: Source, now: datetime
) -> None:
    settled(session, source, RECORD, now)
    save(session, source, replace(RECORD, distributions=()), now)
    assert session.scalars(select(Resource.absent_since)).all() == [now]


def test_withdrawn_dataset_stays_withdrawn_when_offered_again(
    session: Session, source: Source, now: datetime
) -> None:
    dataset = settled(session, source, RECORD, now)
    dataset.state = "withdrawn"
    save(session, source, replace(RECORD, title={"vi": "Khác"}), now)
    datasets.settle(session, dataset, policy="flag", actor="test")
    assert dataset.state == "withdrawn"


def test_unknown_licence_is_kept_as_given_and_reported(
    session: Session, source: Source, now: datetime
) -> None:
    saved = save(session, source, replace(RECORD, licence="Giấy phép lạ"), now)
    assert saved.dataset.licence == "notspecified"
    assert saved.dataset.document["licence_as_given"] == "Giấy phép lạ"
    assert [problem.code for problem in saved.problems] == ["unknown-licence"]


def test_licence_of_the_source_stands_in_for_none(
    session: Session, source: Source, now: datetime
) -> None:
    source.licence = "odl-vn"
    assert save(session, source, replace(RECORD, licence=""), now).dataset.licence == "odl-vn"


def test_record_without_title_is_refused_with_the_field(
    session: Session, source: Source, now: datetime
) -> None:
    with pytest.raises(InvalidDocument) as caught:
        save(session, source, replace(RECORD, title={}), now)
    assert "title" in caught.value.fields


def test_text_in_another_language_is_kept_as_undetermined(
    session: Session, source: Source, now: datetime
) -> None:
    record = replace(RECORD, title={"und": "Preço da terra"}, language="pt")
    assert save(session, source, record, now).dataset.document["title"] == {"und": "Preço da terra"}
