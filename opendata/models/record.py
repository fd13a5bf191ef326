"""One dataset as a source told it during a run, and what became of it."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base, one_of
from opendata.vocabulary import RecordOutcome


class Record(Base):
    __tablename__ = "record"
    __table_args__ = (CheckConstraint(one_of("outcome", RecordOutcome), "outcome"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    upstream_id: Mapped[str] = mapped_column(primary_key=True)
    dataset_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("dataset.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[str]
    #: [{code, field, value, row, rule}]
    problems: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    #: What a run changed in the metadata: [{field, before, after}]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(server_default=text("'[]'"))
    #: The document as the source sent it, as bytes: JSONB would lose NULs and repeated keys.
    #: Kept when it differs from what we had; nothing for an unchanged record.
    raw: Mapped[bytes | None]
    #: What the mapping to our profile lost.
    lost: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
