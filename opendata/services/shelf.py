"""What is known beforehand of the records of a batch, so that saving one needs no query."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from opendata.models import Dataset, DatasetSlug, Publisher, Source
from opendata.records import PublisherName, SourceRecord
from opendata.services import catalogue, publishers, slugs


@dataclass
class Shelf:
    """The datasets that some records belong to, their publishers, and the slugs that are taken."""

    session: Session
    source: Source
    datasets: dict[str, Dataset]
    taken_slugs: set[str]
    # Publishers by the name that records give, for the length of a run.
    publisher_ids: dict[PublisherName, uuid.UUID]
    # Others give addresses of the same titles at this moment: the next number is no use.
    is_crowded: bool = False
    _publishers: dict[PublisherName, Publisher] = field(default_factory=dict)
    _candidates: dict[str, Iterator[str]] = field(default_factory=dict)
    _owner: Publisher | None = None

    @classmethod
    def of(
        cls,
        session: Session,
        source: Source,
        records: Sequence[SourceRecord],
        publisher_ids: dict[PublisherName, uuid.UUID] | None = None,
        *,
        is_crowded: bool = False,
    ) -> Shelf:
        """Look up in a few queries what these records need."""
        publisher_ids = {} if publisher_ids is None else publisher_ids
        datasets = _datasets(session, source, [record.upstream_id for record in records])
        titles = [
            catalogue.text_in(record.title, "vi")[0]
            for record in records
            if record.upstream_id not in datasets
        ]
        taken = _taken(session, titles)
        shelf = cls(session, source, datasets, taken, publisher_ids, is_crowded)
        shelf._publishers = _publishers(session, records, publisher_ids)
        if source.publisher_id:
            shelf._owner = session.get(Publisher, source.publisher_id)
        return shelf

    def publisher(self, record: SourceRecord) -> Publisher | None:
        """Return who answers for a record, made if it is new.

        A source that belongs to one agency cannot publish in the name of another.
        """
        if self.source.publisher_id:
            return self._owner
        named = record.publisher
        if named is None or not named.name:
            return None
        if named not in self._publishers:
            found = publishers.ensure(self.session, named)
            self._publishers[named] = found
            self.publisher_ids[named] = found.id
        return self._publishers[named]

    def free_slug(self, title: str, dataset_id: uuid.UUID) -> str:
        """Return a slug that is given to no other.

        Two runs may choose the same one at once: the unique key decides, and the loser's batch is
        taken again, record by record. In a crowd that would never end: then the id makes it unique.
        """
        base = slugs.make(title)
        if base not in self.taken_slugs:
            self.taken_slugs.add(base)
            return base
        if self.is_crowded:
            return slugs.unique(title, dataset_id)
        if base not in self._candidates:
            self.taken_slugs |= _numbered(self.session, base)
            self._candidates[base] = slugs.candidates(title)
        # Goes on where the last one of this title ended: a thousand equal titles are not rare.
        slug = next(slug for slug in self._candidates[base] if slug not in self.taken_slugs)
        self.taken_slugs.add(slug)
        return slug


def _datasets(session: Session, source: Source, ids: Collection[str]) -> dict[str, Dataset]:
    found = session.scalars(
        select(Dataset)
        .where(Dataset.source_id == source.id, Dataset.upstream_id.in_(ids))
        .options(joinedload(Dataset.publisher), selectinload(Dataset.resources))
    )
    return {dataset.upstream_id: dataset for dataset in found}


def _publishers(
    session: Session, records: Sequence[SourceRecord], ids: dict[PublisherName, uuid.UUID]
) -> dict[PublisherName, Publisher]:
    named = {r.publisher: ids[r.publisher] for r in records if r.publisher in ids}
    rows = session.scalars(select(Publisher).where(Publisher.id.in_(set(named.values()))))
    found = {publisher.id: publisher for publisher in rows}
    return {name: found[id_] for name, id_ in named.items() if name and id_ in found}


def _taken(session: Session, titles: Sequence[str]) -> set[str]:
    bases = {slugs.make(title) for title in titles}
    return set(session.scalars(select(DatasetSlug.slug).where(DatasetSlug.slug.in_(bases))))


def _numbered(session: Session, base: str) -> set[str]:
    return set(
        session.scalars(select(DatasetSlug.slug).where(DatasetSlug.slug.startswith(f"{base}-")))
    )
