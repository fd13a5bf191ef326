"""An address that we harvest, and the policy that holds for what comes from it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from opendata.models.base import Base


class Source(Base):
    __tablename__ = "source"
    __table_args__ = (
        CheckConstraint("policy IN ('publish', 'flag', 'hold')", "policy"),
        CheckConstraint("files IN ('copy', 'link')", "files"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    url: Mapped[str]
    options: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: Name of the environment variable that holds the credential; never the credential.
    secret_env: Mapped[str | None]
    publisher_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("publisher.id"))
    licence: Mapped[str | None]
    schema_name: Mapped[str | None]
    policy: Mapped[str] = mapped_column(server_default="flag")
    #: `copy`: files are fetched, checked and kept; `link`: only metadata, files stay upstream.
    files: Mapped[str] = mapped_column(server_default="copy")
    #: Certificates to trust for this source besides those of the system.
    ca_file: Mapped[str | None]
    contact: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    #: `hourly`, `daily` … or five cron fields, see `services/schedules.py`; none: by hand only.
    schedule: Mapped[str | None]
    next_run_at: Mapped[datetime | None]
    #: Grows with every run: who holds a smaller number may write nothing any more.
    fence: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
