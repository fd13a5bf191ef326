"""What a harvest may do to datasets: save a record, settle the dataset, tell of the change.

Session first; the caller commits. Identity is (source, upstream id), never the title, never a run.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opendata import __version__, events
from opendata.models import Dataset, DatasetSlug, Publisher, Source
from opendata.records import Problem, PublisherName, SourceRecord, clean_text
from opendata.search.text import sort_key
from opendata.services import (
    catalogue,
    codelists,
    document_changes,
    documents,
    rendering,
    resources,
)
from opendata.services.shelf import Shelf
from opendata.vocabulary import DatasetState


@dataclass(frozen=True)
class Saved:
    """The dataset of a record, and what saving it meant."""

    dataset: Dataset
    created: bool
    changed: bool
    problems: tuple[Problem, ...]
    changes: tuple[document_changes.Change, ...] = ()


def fingerprint(record: SourceRecord, source: Source) -> str:
    """Return the hash of all that the mapping of a record depends on.

    The record as read, what the source's row adds to it, the code lists and the release.
    """
    basis = (source.licence, source.publisher_id, source.contact, __version__, codelists.digest())
    said = repr((record, basis))
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def save(
    session: Session,
    source: Source,
    record: SourceRecord,
    *,
    now: datetime,
    actor: str,
    shelf: Shelf | None = None,
) -> Saved:
    """Insert or update the dataset of a record; an equal record changes `last_checked_at` only.

    The rows are flushed by the caller's next query or commit. Raises InvalidDocument when the
    metadata does not fit the profile.
    """
    shelf = shelf or Shelf.of(session, source, [record])
    publisher = shelf.publisher(record)
    mapped = documents.from_record(record, source, _name_of(publisher))
    problems = (*mapped.problems, *_foreign(record, publisher))
    dataset = shelf.datasets.get(record.upstream_id)
    if dataset is None:
        dataset = _create(session, source, record, mapped, publisher, shelf, now)
        _remember(dataset, record, source, problems)
        return Saved(dataset, created=True, changed=True, problems=problems)
    dataset.last_checked_at = now
    dataset.upstream_modified_at = record.modified
    _remember(dataset, record, source, problems)
    reappeared = _reappear(session, dataset, actor)
    if dataset.document_hash == mapped.content_hash and dataset.publisher_id == _id(publisher):
        return Saved(dataset, created=False, changed=reappeared, problems=problems)
    changes = _update(session, dataset, record, mapped, publisher, now)
    if dataset.state in (DatasetState.ACTIVE, DatasetState.HELD):
        announce(session, dataset, actor=actor, kind="dataset.updated")
    return Saved(dataset, created=False, changed=True, problems=problems, changes=changes)


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
    shelf: Shelf,
    now: datetime,
) -> Dataset:
    title, _ = catalogue.text_in(mapped.document["title"], "vi")
    dataset_id = uuid.uuid4()
    slug = shelf.free_slug(title, dataset_id)
    dataset = Dataset(
        id=dataset_id,
        source_id=source.id,
        upstream_id=record.upstream_id,
        slug=slug,
        state=DatasetState.DRAFT,
        created_at=now,
        last_checked_at=now,
        resources=[],
        slugs=[DatasetSlug(slug=slug)],
        **_promoted(record, mapped, publisher, now),
    )
    session.add(dataset)
    resources.sync(session, dataset, record.distributions, now=now)
    return dataset


def _update(
    session: Session,
    dataset: Dataset,
    record: SourceRecord,
    mapped: documents.Mapped,
    publisher: Publisher | None,
    now: datetime,
) -> tuple[document_changes.Change, ...]:
    """The slug stays: an address does not change because a title does."""
    changes = document_changes.between(dataset.document, mapped.document)
    for name, value in _promoted(record, mapped, publisher, now).items():
        setattr(dataset, name, value)
    changes += resources.sync(session, dataset, record.distributions, now=now)
    return tuple(changes)


def _promoted(
    record: SourceRecord, mapped: documents.Mapped, publisher: Publisher | None, now: datetime
) -> dict[str, Any]:
    title, _ = catalogue.text_in(mapped.document["title"], "vi")
    return {
        "document": mapped.document,
        "document_hash": mapped.content_hash,
        "title_sort": sort_key(title),
        "publisher": publisher,
        "publisher_id": _id(publisher),
        "licence": mapped.document["licence"],
        "metadata_changed_at": now,
        "upstream_modified_at": record.modified,
    }


def _remember(
    dataset: Dataset, record: SourceRecord, source: Source, problems: tuple[Problem, ...]
) -> None:
    """Keep with the dataset what an unchanged record need not be mapped for again."""
    dataset.record_hash = fingerprint(record, source)
    dataset.problems = [asdict(problem) for problem in problems]
    dataset.lost = [clean_text(name)[:300] for name in record.lost]


def _reappear(session: Session, dataset: Dataset, actor: str) -> bool:
    """A dataset listed again is no longer absent; one that a person withdrew stays withdrawn."""
    came_back = dataset.state == DatasetState.ABSENT or (
        dataset.state == DatasetState.WITHDRAWN and dataset.withdrawn_reason == "gone-upstream"
    )
    if not came_back:
        return False
    dataset.state = DatasetState.ACTIVE
    dataset.absent_since = dataset.withdrawn_at = dataset.withdrawn_reason = None
    announce(session, dataset, actor=actor, kind="dataset.reappeared")
    return True
