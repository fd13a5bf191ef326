"""What was searched for, counted by day: no address, no person, no time of day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class SearchDay(Base):
    __tablename__ = "search_day"
    __table_args__ = (CheckConstraint("length(words) BETWEEN 1 AND 100", "words"),)

    #: A day in Viet Nam.
    day: Mapped[date] = mapped_column(primary_key=True)
    #: The query in its normal form; never one that looks like personal data.
    words: Mapped[str] = mapped_column(primary_key=True)
    searches: Mapped[int] = mapped_column(server_default="0")
    #: Of these, how many found nothing that fits the whole query.
    without_hits: Mapped[int] = mapped_column(server_default="0")
    #: Datasets opened from the results.
    clicks: Mapped[int] = mapped_column(server_default="0")
