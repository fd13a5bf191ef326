"""Administrative areas through time: a bare code is ambiguous, since codes were re-used in 2025."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class Area(Base):
    __tablename__ = "area"
    __table_args__ = (
        Index("uq_area_level_code_valid_from", "level", "code", "valid_from", unique=True),
        # At most one area with this code is valid today.
        Index(
            "uq_area_level_code_today",
            "level",
            "code",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        CheckConstraint("valid_to IS NULL OR valid_from < valid_to", "validity"),
        CheckConstraint("level IN ('country', 'province', 'district', 'ward')", "level"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    level: Mapped[str]
    names: Mapped[dict[str, Any]]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("area.id"))


class AreaSuccession(Base):
    __tablename__ = "area_succession"

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("area.id"), primary_key=True)
    on_date: Mapped[date]
