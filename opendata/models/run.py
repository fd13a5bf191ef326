"""One harvest of one source: a lease with a heartbeat and a fencing number."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from opendata.models.base import Base, one_of
from opendata.models.source import Source
from opendata.vocabulary import RunState


class Run(Base):
    __tablename__ = "run"
    __table_args__ = (
        # One harvest per source.
        Index(
            "uq_run_running", "source_id", unique=True, postgresql_where=text("state = 'running'")
        ),
        Index("ix_run_source_id_started_at", "source_id", "started_at"),
        CheckConstraint(one_of("state", RunState), "state"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    source_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    #: `cli`, `schedule`, `demo`, `retry`, `rebuild`
    trigger: Mapped[str]
    state: Mapped[str]
    fence: Mapped[int]
    lease_until: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    #: Counts by record outcome, and: resources, versions, held, quarantined,
    #: failed_resources, announced.
    counts: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: The whole list was read: only then does silence about a dataset mean anything.
    is_complete: Mapped[bool] = mapped_column(server_default=text("false"))
    reason: Mapped[str] = mapped_column(server_default="")
    detail: Mapped[str] = mapped_column(server_default="")

    source: Mapped[Source] = relationship()
