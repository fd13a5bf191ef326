"""What persons decided; a decision outlives the next harvest."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class Decision(Base):
    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_subject", "subject_kind", "subject_id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    #: publish, reject, withdraw, restore, roll-back, purge, accept-schema, confirm-run, block
    kind: Mapped[str]
    reason: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[str]


class BlockedDigest(Base):
    """Bytes that never come back."""

    __tablename__ = "blocked_digest"

    digest: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"))
