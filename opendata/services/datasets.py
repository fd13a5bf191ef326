"""What a harvest may do to datasets: save a record, settle the dataset, mark what is absent.

Session first; the caller commits. Identity is (source, upstream id), never the title, never a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from opendata import events
from opendata.models import Dataset, DatasetSlug, Publisher, Resource, Source
from opendata.records import Distribution, Problem, PublisherName, SourceRecord
from opendata.search.text import sort_key
from opendata.services import catalogue, documents, publishers, rendering, slugs
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
    name = record.publisher or _name_of(publisher)
    mapped = documents.from_record(record, source, name)
    dataset = session.scalars(
        select(Dataset).where(
            Dataset.source_id == source.id, Dataset.upstream_id == record.upstream_id
        )
    ).first()
    if dataset is None:
        dataset = _create(session, source, record, mapped, publisher, now)
        return Saved(dataset, created=True, changed=True, problems=mapped.problems)
    dataset.last_checked_at = now
    reappeared = _reappear(session, dataset, actor)
    if dataset.document_hash == mapped.content_hash and dataset.publisher_id == _id(publisher):
        return Saved(dataset, created=False, changed=reappeared, problems=mapped.problems)
    _update(session, dataset, record, mapped, publisher, now)
    if dataset.state != DatasetState.DRAFT:
        announce(session, dataset, actor=actor, kind="dataset.updated")
    return Saved(dataset, created=False, changed=True, problems=mapped.problems)


def settle(session: Session, dataset: Dataset, *, policy: str, actor: str) -> bool:
    """Let a draft whose files were all tried become public, or held; return whether it moved."""
    if dataset.state != DatasetState.DRAFT:
        return False
    dataset.state = DatasetState.HELD if policy == "hold" else DatasetState.ACTIVE
    kind = "dataset.held" if dataset.state == DatasetState.HELD else "dataset.created"
    announce(session, dataset, actor=actor, kind=kind)
    return True


def announce(session: Session, dataset: Dataset, *, actor: str, kind: str, **payload: Any) -> None:
    """Render the dataset anew and write the event, in the transaction of the change."""
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
    """Return the public datasets of a source that a complete run did not meet."""
    known = session.scalars(_public_of(source))
    return [dataset for dataset in known if dataset.upstream_id not in seen]


def count_known(session: Session, source: Source) -> int:
    """Return how many datasets of a source are public."""
    return session.scalar(select(func.count()).select_from(_public_of(source).subquery())) or 0


def _public_of(source: Source) -> Select[Dataset]:
    return catalogue.visible().where(Dataset.source_id == source.id)


def mark_absent(session: Session, dataset: Dataset, *, now: datetime, actor: str) -> None:
    """Note that a complete run did not meet a dataset; it stays public."""
    dataset.absent_runs += 1
    if dataset.state == DatasetState.ACTIVE:
        dataset.state = DatasetState.ABSENT
        dataset.absent_since = now
        announce(session, dataset, actor=actor, kind="dataset.absent")


def _publisher(session: Session, source: Source, record: SourceRecord) -> Publisher | None:
    if record.publisher and record.publisher.name:
        return publishers.ensure(session, record.publisher)
    return session.get(Publisher, source.publisher_id) if source.publisher_id else None


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
    _sync_resources(session, dataset, record.distributions, now)
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
    _sync_resources(session, dataset, record.distributions, now)
    session.flush()
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
    """Two runs may choose the same slug at once: the unique key decides, and the loser's record
    is saved by its next run."""
    base = slugs.make(title)
    taken = set(session.scalars(select(DatasetSlug.slug).where(DatasetSlug.slug.startswith(base))))
    return next(slug for slug in slugs.candidates(title) if slug not in taken)


def _reappear(session: Session, dataset: Dataset, actor: str) -> bool:
    """A dataset listed again is no longer absent; one that a person withdrew stays withdrawn."""
    if dataset.state != DatasetState.ABSENT:
        return False
    dataset.state = DatasetState.ACTIVE
    dataset.absent_since = None
    dataset.absent_runs = 0
    announce(session, dataset, actor=actor, kind="dataset.reappeared")
    return True


def _sync_resources(
    session: Session, dataset: Dataset, distributions: tuple[Distribution, ...], now: datetime
) -> None:
    """Match files to resources by upstream key, else URL, else name, so that ids last."""
    known = list(session.scalars(select(Resource).where(Resource.dataset_id == dataset.id)))
    kept = []
    for position, distribution in enumerate(_distinct(distributions)):
        resource = _match(known, distribution)
        if resource is None:
            resource = Resource(dataset_id=dataset.id)
            session.add(resource)
        else:
            known.remove(resource)
        _fill(resource, distribution, position)
        kept.append(resource)
    for gone in known:
        gone.absent_since = gone.absent_since or now
    session.flush()


def _distinct(distributions: tuple[Distribution, ...]) -> list[Distribution]:
    return list({distribution.key: distribution for distribution in distributions}.values())


def _match(known: list[Resource], distribution: Distribution) -> Resource | None:
    for fits in (_same_key, _same_url, _same_name):
        found = next((resource for resource in known if fits(resource, distribution)), None)
        if found is not None:
            return found
    return None


def _same_key(resource: Resource, distribution: Distribution) -> bool:
    return resource.upstream_key == distribution.key


def _same_url(resource: Resource, distribution: Distribution) -> bool:
    return resource.url == distribution.url


def _same_name(resource: Resource, distribution: Distribution) -> bool:
    return bool(distribution.name) and resource.name == distribution.name


def _fill(resource: Resource, distribution: Distribution, position: int) -> None:
    resource.upstream_key = distribution.key
    resource.position = position
    resource.name = distribution.name or distribution.url.rsplit("/", 1)[-1]
    resource.description = distribution.description
    resource.format = distribution.format.lower()
    resource.url = distribution.url
    resource.schema_name = distribution.schema or None
    resource.absent_since = None
