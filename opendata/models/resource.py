"""One upstream file of a dataset, and the pointer to the build that readers see."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base

if TYPE_CHECKING:
    from opendata.models.build import Build
    from opendata.models.dataset import Dataset


class Resource(Base):
    __tablename__ = "resource"
    __table_args__ = (
        # Deferred: two files may swap their keys in one run.
        UniqueConstraint("dataset_id", "upstream_key", deferrable=True, initially="DEFERRED"),
        # The pointer leads to a build of this resource and of no other.
        ForeignKeyConstraint(
            ["published_build_id", "id"],
            ["build.id", "build.resource_id"],
            name="fk_resource_published_build",
            use_alter=True,
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    dataset_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dataset.id"), index=True)
    upstream_key: Mapped[str]
    position: Mapped[int]
    name: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    #: The format that the source claims, lower case; what the bytes are stands in the build.
    format: Mapped[str] = mapped_column(server_default="")
    url: Mapped[str]
    schema_name: Mapped[str | None]
    #: What the published build promises to later ones: {table name: [{name, type}, …]}.
    learned_schema: Mapped[dict[str, Any] | None]
    published_build_id: Mapped[int | None] = mapped_column(unique=True)
    absent_since: Mapped[datetime | None]
    #: Why the last fetch brought nothing, a code of `vocabulary.REASONS`; empty when it went well.
    last_reason: Mapped[str] = mapped_column(server_default="")
    failing_since: Mapped[datetime | None]
    last_checked_at: Mapped[datetime | None]
    #: What the source last called these bytes: {etag?, last_modified?}; asked with next time.
    validators: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: The source called other bytes by the same names: it is never asked with them again.
    validators_lie: Mapped[bool] = mapped_column(server_default=text("false"))
    #: When the bytes themselves were last compared, not only the word of the source.
    compared_at: Mapped[datetime | None]
    #: Scheduled runs leave the file alone until then.
    next_check_at: Mapped[datetime | None]

    dataset: Mapped[Dataset] = relationship(back_populates="resources")
    published_build: Mapped[Build | None] = relationship(
        primaryjoin="foreign(Resource.published_build_id) == Build.id", viewonly=True
    )
