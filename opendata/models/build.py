"""What our processing made of a version: verdict, counts, report. Readers see one per resource."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Identity, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base, one_of
from opendata.models.version import Version
from opendata.vocabulary import BuildState

if TYPE_CHECKING:
    from opendata.models.table import TableBuild


class Build(Base):
    __tablename__ = "build"
    __table_args__ = (
        UniqueConstraint("version_id", "schema_version", "pipeline_version"),
        UniqueConstraint("id", "resource_id"),
        ForeignKeyConstraint(["version_id", "resource_id"], ["version.id", "version.resource_id"]),
        CheckConstraint(one_of("state", BuildState), "state"),
        # No row is dropped silently.
        CheckConstraint("rows_read = rows_accepted + rows_quarantined", "rows_add_up"),
        CheckConstraint("rows_accepted >= 0 AND rows_quarantined >= 0", "rows_positive"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    version_id: Mapped[int]
    resource_id: Mapped[uuid.UUID] = mapped_column(index=True)
    #: `name/version` of the published table schema, or `learned`, or `none` without a table.
    schema_version: Mapped[str]
    pipeline_version: Mapped[int]
    state: Mapped[str]
    #: Codes of `vocabulary.REASONS`: why held or flagged, why there is no table.
    reasons: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    #: What the bytes are: `csv`, `xlsx`, `pdf` …
    format: Mapped[str]
    rows_read: Mapped[int] = mapped_column(server_default="0")
    rows_accepted: Mapped[int] = mapped_column(server_default="0")
    rows_quarantined: Mapped[int] = mapped_column(server_default="0")
    #: As `pipeline.report` makes it: {format, problems, tables: [{name, problems, samples, …}]}
    report: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]

    version: Mapped[Version] = relationship(primaryjoin="foreign(Build.version_id) == Version.id")
    tables: Mapped[list[TableBuild]] = relationship(
        order_by="TableBuild.position", back_populates="build"
    )
