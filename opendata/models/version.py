"""One fetch of other original bytes than the version before it. Never changed once written."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base
from opendata.models.resource import Resource


class Version(Base):
    __tablename__ = "version"
    __table_args__ = (
        UniqueConstraint("resource_id", "number"),
        UniqueConstraint("id", "resource_id"),
        CheckConstraint("number > 0", "number"),
        CheckConstraint("length(digest) = 64", "digest"),
        CheckConstraint("size >= 0", "size"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    resource_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resource.id"))
    number: Mapped[int]
    #: SHA-256 of the bytes, hexadecimal; the file lies at `originals/<digest>`.
    digest: Mapped[str] = mapped_column(index=True)
    size: Mapped[int]
    fetched_at: Mapped[datetime]
    fetched_from: Mapped[str]
    response_headers: Mapped[dict[str, Any]]
    # As they were when the bytes came.
    licence: Mapped[str]
    licence_digest: Mapped[str]
    attribution: Mapped[str]

    resource: Mapped[Resource] = relationship()
