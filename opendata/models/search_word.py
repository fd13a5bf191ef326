"""The words that the search index holds: what a word of a query may have been meant to be."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class SearchWord(Base):
    __tablename__ = "search_word"

    #: Folded: small letters without marks.
    word: Mapped[str] = mapped_column(primary_key=True)
    #: How many documents had it when they were written; more than there are, until a rebuild.
    documents: Mapped[int]
    learned_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
