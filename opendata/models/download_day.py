"""Downloads counted by day, programs apart from people."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class DownloadDay(Base):
    __tablename__ = "download_day"

    resource_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    #: `original`, `parquet`, `csv`, `json`
    channel: Mapped[str] = mapped_column(primary_key=True)
    people: Mapped[int] = mapped_column(server_default="0")
    bots: Mapped[int] = mapped_column(server_default="0")
