"""The metadata of a batch of records, inside one transaction: compare, then save what is other."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from opendata.errors import InvalidDocument
from opendata.models import Dataset
from opendata.pipeline.harvest import Harvest
from opendata.records import Problem, RejectedRecord, SourceRecord, short_id
from opendata.services import datasets
from opendata.services.shelf import Shelf
from opendata.vocabulary import DatasetState, RecordOutcome


@dataclass(frozen=True)
class Taken:
    """A record whose metadata stands. `is_at_rest`: nothing of it changed, nothing waits."""

    upstream_id: str
    dataset_id: uuid.UUID
    created: bool = False
    changed: bool = False
    is_at_rest: bool = False
    is_withdrawn: bool = False  # by a person: its files are not fetched
    problems: Sequence[dict[str, Any]] = ()
    changes: Sequence[dict[str, Any]] = ()
    lost: Sequence[str] = ()
    raw: bytes | None = None

    @property
    def outcome(self) -> RecordOutcome:
        """What saving the metadata alone comes to."""
        if self.created:
            return RecordOutcome.CREATED
        return RecordOutcome.UPDATED if self.changed else RecordOutcome.UNCHANGED

    def row(self, outcome: RecordOutcome, more: Sequence[Problem] = ()) -> dict[str, Any]:
        """Return the row of the record; the raw document is kept when it says something new."""
        return {
            "upstream_id": self.upstream_id,
            "dataset_id": self.dataset_id,
            "outcome": outcome.value,
            "problems": [*self.problems, *(asdict(problem) for problem in more)],
            "changes": list(self.changes),
            "raw": self.raw if self.changed else None,
            "lost": list(self.lost),
        }


@dataclass(frozen=True)
class SetAside:
    """A record that could not be taken, and why."""

    record: SourceRecord | RejectedRecord
    outcome: RecordOutcome
    problems: tuple[Problem, ...]

    def row(self) -> dict[str, Any]:
        """Return the row of the record, with the whole raw document."""
        return {
            "upstream_id": short_id(self.record.upstream_id),
            "dataset_id": None,
            "outcome": self.outcome.value,
            "problems": [asdict(problem) for problem in self.problems],
            "changes": [],
            "raw": self.record.raw,
            "lost": [],
        }


@dataclass
class SavedBatch:
    """What became of a batch."""

    taken: list[Taken] = field(default_factory=list)
    aside: list[SetAside] = field(default_factory=list)


def save(
    session: Session, harvest: Harvest, records: Sequence[SourceRecord], *, is_crowded: bool = False
) -> SavedBatch:
    """Save what differs from what we have; of the rest only `last_checked_at` changes.

    `is_crowded`: others give the same addresses at this moment.
    """
    now = harvest.tools.clock()
    batch = SavedBatch()
    known = _known(session, harvest, records)
    others = []
    for record in records:
        here = known.get(record.upstream_id)
        if here and here.record_hash == datasets.fingerprint(record, harvest.source):
            batch.taken.append(_at_rest(here))
        else:
            others.append(record)
    _touch(session, [item.dataset_id for item in batch.taken], now)
    with session.no_autoflush:
        shelf = Shelf.of(
            session, harvest.source, others, harvest.tally.publishers, is_crowded=is_crowded
        )
        for record in others:
            try:
                saved = datasets.save(
                    session, harvest.source, record, now=now, actor=harvest.actor, shelf=shelf
                )
            except InvalidDocument as err:
                batch.aside.append(_invalid(record, err))
            else:
                batch.taken.append(_taken(record, saved))
    return batch


class _Known(NamedTuple):
    upstream_id: str
    id: uuid.UUID
    record_hash: str | None
    problems: list[dict[str, Any]]
    lost: list[str]


def _known(
    session: Session, harvest: Harvest, records: Sequence[SourceRecord]
) -> Mapping[str, _Known]:
    """Return what we have of those that stand where they should: all others are looked at anew."""
    resting = [DatasetState.ACTIVE.value]
    if harvest.source.policy == "hold":
        resting.append(DatasetState.HELD.value)
    rows = session.execute(
        select(
            Dataset.upstream_id, Dataset.id, Dataset.record_hash, Dataset.problems, Dataset.lost
        ).where(
            Dataset.source_id == harvest.source.id,
            Dataset.upstream_id.in_([record.upstream_id for record in records]),
            Dataset.state.in_(resting),
        )
    )
    return {row.upstream_id: _Known(*row) for row in rows}


def _at_rest(known: _Known) -> Taken:
    return Taken(
        known.upstream_id, known.id, is_at_rest=True, problems=known.problems, lost=known.lost
    )


def _touch(session: Session, ids: Sequence[uuid.UUID], now: Any) -> None:
    if ids:
        session.execute(update(Dataset).where(Dataset.id.in_(ids)).values(last_checked_at=now))


def _taken(record: SourceRecord, saved: datasets.Saved) -> Taken:
    return Taken(
        upstream_id=record.upstream_id,
        dataset_id=saved.dataset.id,
        created=saved.created,
        changed=saved.changed,
        is_withdrawn=saved.dataset.state == DatasetState.WITHDRAWN,
        problems=saved.dataset.problems,
        changes=saved.changes,
        lost=saved.dataset.lost,
        raw=record.raw,
    )


def _invalid(record: SourceRecord, err: InvalidDocument) -> SetAside:
    problems = tuple(
        Problem("invalid-metadata", field=path, rule=text) for path, text in err.fields.items()
    )
    return SetAside(record, RecordOutcome.REJECTED, problems)
