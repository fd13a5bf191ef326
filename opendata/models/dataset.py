"""What a publisher announces: one metadata document, a dozen promoted columns, four dates."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base, one_of
from opendata.models.publisher import Publisher
from opendata.models.resource import Resource
from opendata.models.source import Source
from opendata.vocabulary import DatasetState


class Dataset(Base):
    __tablename__ = "dataset"
    __table_args__ = (
        UniqueConstraint("source_id", "upstream_id"),
        CheckConstraint(one_of("state", DatasetState), "state"),
        Index(
            "ix_dataset_public",
            "title_sort",
            postgresql_where=text("state IN ('active', 'absent')"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("source.id"))
    upstream_id: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(server_default=DatasetState.DRAFT.value)
    document: Mapped[dict[str, Any]]
    document_hash: Mapped[str]
    #: Of the record as the source told it last, and of all that its mapping depends on: while it
    #: stays the same nothing is mapped anew. None: map it in the next run.
    record_hash: Mapped[str | None]
    #: What mapping that record found: [{code, field, value, row, rule}], and what it lost.
    problems: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    lost: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    title_sort: Mapped[str]
    publisher_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("publisher.id"), index=True)
    licence: Mapped[str]
    #: The rendered search document, written when the dataset changes.
    search_document: Mapped[dict[str, Any] | None] = mapped_column(deferred=True)
    #: Grows with each change of that document and of whether it is public; a trigger counts it.
    search_version: Mapped[int] = mapped_column(server_default="1", deferred=True)
    absent_since: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    #: A code of `vocabulary.REASONS`; only `gone-upstream` is undone when it is listed again.
    withdrawn_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    # Four dates, never merged.
    data_changed_at: Mapped[datetime | None]
    metadata_changed_at: Mapped[datetime]
    last_checked_at: Mapped[datetime]
    upstream_modified_at: Mapped[datetime | None]

    source: Mapped[Source] = relationship()
    publisher: Mapped[Publisher | None] = relationship()
    resources: Mapped[list[Resource]] = relationship(
        order_by=Resource.position, back_populates="dataset"
    )
    slugs: Mapped[list[DatasetSlug]] = relationship(passive_deletes=True)


class DatasetSlug(Base):
    """Every slug a dataset ever had: an old address redirects, and is given to no other."""

    __tablename__ = "dataset_slug"
    __table_args__ = (
        # Looked up by how it begins, whatever the collation of the database.
        Index("ix_dataset_slug_slug", "slug", postgresql_ops={"slug": "text_pattern_ops"}),
    )

    slug: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("dataset.id", ondelete="CASCADE"), index=True
    )
