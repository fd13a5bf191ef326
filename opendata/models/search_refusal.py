"""Documents that a search index does not take, set aside so that they hold up no other."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class SearchRefusal(Base):
    __tablename__ = "search_refusal"

    #: The reader of the event log that fills the index, as in `event_cursor`.
    reader: Mapped[str] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(primary_key=True)
    #: In the words of the engine; for the administrator.
    reason: Mapped[str]
    since: Mapped[datetime] = mapped_column(server_default=text("now()"))
