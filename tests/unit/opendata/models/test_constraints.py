"""The rules of the model that the database itself keeps, whatever code runs."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import (
    Area,
    Build,
    Dataset,
    DatasetSlug,
    Publisher,
    Resource,
    Run,
    Source,
    Version,
)


@pytest.fixture
def session(sessions: SessionFactory) -> Any:
    with sessions() as session:
        yield session


@pytest.fixture
def source(session: Session) -> Source:
    source = Source(name="bo", kind="ckan", url="https://x.vn")
    session.add(source)
    session.flush()
    return source


def dataset(source: Source, now: datetime, **changes: Any) -> Dataset:
    values = {
        "source_id": source.id,
        "upstream_id": "d1",
        "slug": "d1",
        "document": {},
        "document_hash": "x",
        "title_sort": "",
        "licence": "notspecified",
        "created_at": now,
        "metadata_changed_at": now,
        "last_checked_at": now,
    }
    return Dataset(**{**values, **changes})


@pytest.fixture
def resource(session: Session, source: Source, now: datetime) -> Resource:
    owner = dataset(source, now)
    session.add(owner)
    session.flush()
    resource = Resource(dataset_id=owner.id, upstream_key="r", position=0, name="r", url="x")
    session.add(resource)
    session.flush()
    return resource


def version(resource: Resource, now: datetime, number: int = 1) -> Version:
    return Version(
        resource_id=resource.id,
        number=number,
        digest="a" * 64,
        size=1,
        fetched_at=now,
        fetched_from="x",
        response_headers={},
        licence="notspecified",
        licence_digest="",
        attribution="",
    )


def build(of: Version, now: datetime, **changes: Any) -> Build:
    values = {
        "version_id": of.id,
        "resource_id": of.resource_id,
        "schema_version": "learned",
        "pipeline_version": 1,
        "state": "published",
        "format": "csv",
        "rows_read": 3,
        "rows_accepted": 2,
        "rows_quarantined": 1,
        "report": {},
        "created_at": now,
    }
    return Build(**{**values, **changes})


def refused(session: Session, *rows: Any) -> None:
    session.add_all(rows)
    with pytest.raises(IntegrityError):
        session.flush()


def test_one_dataset_per_upstream_id(session: Session, source: Source, now: datetime) -> None:
    refused(session, dataset(source, now), dataset(source, now, slug="d2"))


def test_a_slug_is_given_once(session: Session, resource: Resource) -> None:
    owner = resource.dataset_id
    refused(session, *(DatasetSlug(slug="x", dataset_id=owner) for _ in range(2)))


def test_one_running_run_per_source(session: Session, source: Source, now: datetime) -> None:
    def run(state: str) -> Run:
        return Run(
            source_id=source.id,
            trigger="t",
            state=state,
            fence=1,
            lease_until=now,
            started_at=now,
        )

    session.add_all([run("failed"), run("succeeded"), run("running")])
    session.flush()
    refused(session, run("running"))


def test_no_row_is_dropped_silently(session: Session, resource: Resource, now: datetime) -> None:
    first = version(resource, now)
    session.add(first)
    session.flush()
    refused(session, build(first, now, rows_read=4))


def test_version_number_is_used_once(session: Session, resource: Resource, now: datetime) -> None:
    refused(session, version(resource, now), version(resource, now))


def test_equal_bytes_may_recur_as_another_version(
    session: Session, resource: Resource, now: datetime
) -> None:
    session.add_all([version(resource, now, 1), version(resource, now, 2)])
    session.flush()


def test_pointer_cannot_lead_to_a_build_of_another_resource(
    session: Session, resource: Resource, now: datetime
) -> None:
    other = Resource(
        dataset_id=resource.dataset_id, upstream_key="o", position=1, name="o", url="y"
    )
    first = version(resource, now)
    session.add_all([other, first])
    session.flush()
    made = build(first, now)
    session.add(made)
    session.flush()
    other.published_build_id = made.id
    with pytest.raises(IntegrityError):
        session.flush()


@pytest.mark.parametrize("values", [{"digest": "b" * 64}, {"number": 9}, {"size": 9}])
def test_version_is_never_changed(
    session: Session, resource: Resource, now: datetime, values: dict[str, Any]
) -> None:
    session.add(version(resource, now))
    session.flush()
    with pytest.raises(DBAPIError, match="history is never changed"):
        session.execute(update(Version).values(**values))


def test_version_is_never_deleted(session: Session, resource: Resource, now: datetime) -> None:
    session.add(version(resource, now))
    session.flush()
    with pytest.raises(DBAPIError, match="history is never changed"):
        session.execute(delete(Version))


def test_unknown_state_is_refused(session: Session, source: Source, now: datetime) -> None:
    refused(session, dataset(source, now, state="gone"))


def test_area_code_may_be_used_again_after_its_end(session: Session) -> None:
    end = date(2025, 7, 1)
    old = Area(code="24", level="province", names={"vi": "Bắc Giang"}, valid_from=date(1997, 1, 1))
    old.valid_to = end
    new = Area(code="24", level="province", names={"vi": "Bắc Ninh"}, valid_from=end)
    session.add_all([old, new])
    session.flush()


def test_two_areas_with_one_code_cannot_be_valid_today(session: Session) -> None:
    refused(
        session,
        Area(code="24", level="province", names={}, valid_from=date(1997, 1, 1)),
        Area(code="24", level="province", names={}, valid_from=date(2025, 7, 1)),
    )


def test_agency_code_belongs_to_one_at_a_time(session: Session) -> None:
    def agency(slug: str) -> Publisher:
        return Publisher(id=uuid.uuid4(), code="G09", slug=slug, names={}, name_sort="")

    refused(session, agency("a"), agency("b"))
