"""Who answers for data: ministries, provinces, agencies, each with the time it existed."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class Publisher(Base):
    __tablename__ = "publisher"
    __table_args__ = (
        # An identification code belongs to one agency at a time.
        Index(
            "uq_publisher_code_valid_from",
            "code",
            "valid_from",
            unique=True,
            postgresql_where=text("code IS NOT NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from < valid_to", "validity"
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    code: Mapped[str | None]
    slug: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    name_sort: Mapped[str]
    kind: Mapped[str] = mapped_column(server_default="agency")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("publisher.id"))
    contact: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class PublisherSuccession(Base):
    """From `on_date` the successor answers for what the predecessor published."""

    __tablename__ = "publisher_succession"

    predecessor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publisher.id"), primary_key=True)
    successor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("publisher.id"), primary_key=True)
    on_date: Mapped[date]
