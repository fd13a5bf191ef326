"""The one append-only log that indexer, audit, change feed and webhooks read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class Event(Base):
    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_order", "xid", "id"),
        Index("ix_event_subject", "subject_kind", "subject_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    #: Number of the writing transaction: identity order is not commit order, see `events.py`.
    xid: Mapped[int] = mapped_column(server_default=text("pg_current_xact_id()::text::bigint"))
    at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    #: `cli:NAME`, `harvest:SOURCE`, `schedule` …
    actor: Mapped[str]
    kind: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))


class EventCursor(Base):
    """How far one reader has come."""

    __tablename__ = "event_cursor"

    name: Mapped[str] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(server_default="0")
    event_id: Mapped[int] = mapped_column(server_default="0")
