"""What a harvest may do to datasets: save a record, settle the dataset, mark what is absent.

Session first; the caller commits. Identity is (source, upstream id), never the title, never a run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opendata import events
from opendata.models import Dataset, DatasetSlug, Publisher, Source
from opendata.records import Problem, PublisherName, SourceRecord
from opendata.search.text import sort_key
from opendata.services import catalogue, documents, publishers, rendering, resources, slugs
from opendata.vocabulary import DatasetState


@dataclass(frozen=True)
class Saved:
    """The dataset of a record, and what saving it meant."""

    dataset: Dataset
    created: bool
    changed: bool
    problems: tuple[Problem, ...]


def save(
    session: Session, source: Source, record: SourceRecord, *, now: datetime, actor: str
) -> Saved:
    """Insert or update the dataset of a record; an equal record changes `last_checked_at` only.

    Raises InvalidDocument when the metadata does not fit the profile.
    """
    publisher = _publisher(session, source, record)
    mapped = documents.from_record(record, source, _name_of(publisher))
    problems = (*mapped.problems, *_foreign(record, publisher))
    dataset = session.scalars(
        select(Dataset).where(
            Dataset.source_id == source.id, Dataset.upstream_id == record.upstream_id
        )
    ).first()
    if dataset is None:
        dataset = _create(session, source, record, mapped, publisher, now)
        return Saved(dataset, created=True, changed=True, problems=problems)
    dataset.last_checked_at = now
    dataset.upstream_modified_at = record.modified
    reappeared = _reappear(session, dataset, actor)
    if dataset.document_hash == mapped.content_hash and dataset.publisher_id == _id(publisher):
        return Saved(dataset, created=False, changed=reappeared, problems=problems)
    _update(session, dataset, record, mapped, publisher, now)
    if dataset.state != DatasetState.DRAFT:
        announce(session, dataset, actor=actor, kind="dataset.updated")
    return Saved(dataset, created=False, changed=True, problems=problems)


def settle(session: Session, dataset: Dataset, *, policy: str, actor: str) -> bool:
    """Let a draft whose files were all tried become public, or held; return whether it moved.

    A dataset that was held by its source's policy becomes public once the policy is another.
    """
    wanted = DatasetState.HELD if policy == "hold" else DatasetState.ACTIVE
    if dataset.state not in (DatasetState.DRAFT, DatasetState.HELD) or dataset.state == wanted:
        return False
    dataset.state = wanted
    kind = "dataset.held" if wanted == DatasetState.HELD else "dataset.created"
    announce(session, dataset, actor=actor, kind=kind)
    return True


def announce(session: Session, dataset: Dataset, *, actor: str, kind: str, **payload: Any) -> None:
    """Render the dataset anew and write the event, in the transaction of the change."""
    if dataset.state != DatasetState.DRAFT:
        # A draft is rendered once, when it is settled.
        rendering.render(session, dataset)
    events.append(
        session,
        actor=actor,
        kind=kind,
        subject=("dataset", dataset.id),
        dataset_id=str(dataset.id),
        **payload,
    )


def missing(session: Session, source: Source, *, seen: set[str]) -> list[Dataset]:
    """Return the active datasets of a source that a complete run did not meet."""
    return [dataset for dataset in _active_of(session, source) if dataset.upstream_id not in seen]


def count_active(session: Session, source: Source) -> int:
    """Return how many datasets of a source are public and listed there."""
    active = select(func.count()).where(
        Dataset.source_id == source.id, Dataset.state == DatasetState.ACTIVE.value
    )
    return session.scalar(active) or 0


def _active_of(session: Session, source: Source) -> Iterable[Dataset]:
    return session.scalars(
        select(Dataset).where(
            Dataset.source_id == source.id, Dataset.state == DatasetState.ACTIVE.value
        )
    )


def mark_absent(session: Session, dataset: Dataset, *, now: datetime, actor: str) -> None:
    """Note that a complete run did not meet an active dataset; it stays public."""
    dataset.state = DatasetState.ABSENT
    dataset.absent_since = now
    announce(session, dataset, actor=actor, kind="dataset.absent")


def _publisher(session: Session, source: Source, record: SourceRecord) -> Publisher | None:
    """A source that belongs to one agency cannot publish in the name of another."""
    if source.publisher_id:
        return session.get(Publisher, source.publisher_id)
    if record.publisher and record.publisher.name:
        return publishers.ensure(session, record.publisher)
    return None


def _foreign(record: SourceRecord, publisher: Publisher | None) -> tuple[Problem, ...]:
    named = record.publisher
    if named is None or publisher is None:
        return ()
    if named.code == publisher.code or named.name in publisher.names.values():
        return ()
    return (Problem("other-publisher", field="publisher", value=named.name),)


def _name_of(publisher: Publisher | None) -> PublisherName | None:
    if publisher is None:
        return None
    return PublisherName(
        name=catalogue.publisher_name(publisher, "vi"),
        name_en=publisher.names.get("en", ""),
        code=publisher.code or "",
    )


def _id(publisher: Publisher | None) -> Any:
    return publisher.id if publisher else None


def _create(
    session: Session,
    source: Source,
    record: SourceRecord,
    mapped: documents.Mapped,
    publisher: Publisher | None,
    now: datetime,
) -> Dataset:
    title, _ = catalogue.text_in(mapped.document["title"], "vi")
    dataset = Dataset(
        source_id=source.id,
        upstream_id=record.upstream_id,
        slug=_free_slug(session, title),
        state=DatasetState.DRAFT,
        created_at=now,
        last_checked_at=now,
        **_promoted(record, mapped, publisher, now),
    )
    session.add(dataset)
    session.flush()
    session.add(DatasetSlug(slug=dataset.slug, dataset_id=dataset.id))
    resources.sync(session, dataset, record.distributions, now=now)
    return dataset


def _update(
    session: Session,
    dataset: Dataset,
    record: SourceRecord,
    mapped: documents.Mapped,
    publisher: Publisher | None,
    now: datetime,
) -> None:
    """The slug stays: an address does not change because a title does."""
    for name, value in _promoted(record, mapped, publisher, now).items():
        setattr(dataset, name, value)
    resources.sync(session, dataset, record.distributions, now=now)
    session.expire(dataset, ["publisher", "resources"])


def _promoted(
    record: SourceRecord, mapped: documents.Mapped, publisher: Publisher | None, now: datetime
) -> dict[str, Any]:
    title, _ = catalogue.text_in(mapped.document["title"], "vi")
    return {
        "document": mapped.document,
        "document_hash": mapped.content_hash,
        "title_sort": sort_key(title),
        "publisher_id": _id(publisher),
        "licence": mapped.document["licence"],
        "metadata_changed_at": now,
        "upstream_modified_at": record.modified,
    }


def _free_slug(session: Session, title: str) -> str:
    """Two runs may choose the same slug at once: the unique key decides, the loser's record is
    noted as failed, and its next run saves it."""
    base = slugs.make(title)
    taken = set(session.scalars(select(DatasetSlug.slug).where(DatasetSlug.slug.startswith(base))))
    return next(slug for slug in slugs.candidates(title) if slug not in taken)


def _reappear(session: Session, dataset: Dataset, actor: str) -> bool:
    """A dataset listed again is no longer absent; one that a person withdrew stays withdrawn."""
    if dataset.state != DatasetState.ABSENT:
        return False
    dataset.state = DatasetState.ACTIVE
    dataset.absent_since = None
    announce(session, dataset, actor=actor, kind="dataset.reappeared")
    return True
