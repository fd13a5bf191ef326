"""One sheet or member of a resource as we publish it; its id stays, its rows belong to a build."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base
from opendata.models.build import Build


class Table(Base):
    __tablename__ = "table"
    __table_args__ = (UniqueConstraint("resource_id", "name"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    resource_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resource.id"))
    #: Sheet or member name; empty for a file that is one table.
    name: Mapped[str]


class TableBuild(Base):
    __tablename__ = "table_build"
    __table_args__ = (
        CheckConstraint("length(parquet_digest) = 64", "digest"),
        CheckConstraint("row_count >= 0", "row_count"),
    )

    table_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("table.id"), primary_key=True)
    build_id: Mapped[int] = mapped_column(ForeignKey("build.id"), primary_key=True, index=True)
    position: Mapped[int] = mapped_column(Integer)
    #: The title found above the header, if any.
    title: Mapped[str]
    #: [{name, alias, header, type, format?, unit?, title?, description?}]
    columns: Mapped[list[dict[str, Any]]]
    row_count: Mapped[int]
    #: The file lies at `tables/<parquet_digest>.parquet`.
    parquet_digest: Mapped[str] = mapped_column(index=True)
    parquet_size: Mapped[int]
    #: First row of each row group: row N lies in the last group that starts at or before N.
    row_group_offsets: Mapped[list[int]]
    #: The file lies at `quarantine/<quarantine_digest>.parquet`; none without bad rows.
    quarantine_digest: Mapped[str | None] = mapped_column(index=True)
    quarantine_rows: Mapped[int]
    #: What the columns hold, as `pipeline.table.profile` describes it.
    profile: Mapped[dict[str, Any]] = mapped_column(deferred=True, server_default=text("'{}'"))
    #: The text columns in small letters without marks, for searching inside the table; the file
    #: lies at `folded/<folded_digest>.parquet`.
    folded_digest: Mapped[str | None] = mapped_column(index=True)

    table: Mapped[Table] = relationship()
    build: Mapped[Build] = relationship(back_populates="tables")
