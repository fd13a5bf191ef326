"""Documents that an index does not take: set aside, told, and tried again when they change."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from opendata.models import SearchRefusal

log = logging.getLogger(__name__)


def note(
    session: Session, reader: str, refused: Mapping[str, str], *, of: Collection[str] | None = None
) -> None:
    """Keep what was refused among the documents `of` that were tried; None: all were."""
    forgotten = delete(SearchRefusal).where(SearchRefusal.reader == reader)
    if of is not None:
        forgotten = forgotten.where(SearchRefusal.document_id.in_(of))
    session.execute(forgotten)
    for identifier, reason in refused.items():
        log.error("dataset %s cannot be indexed and is set aside: %s", identifier, reason)
        session.add(SearchRefusal(reader=reader, document_id=identifier, reason=reason))


def every(session: Session, reader: str) -> list[SearchRefusal]:
    """Return what is set aside, oldest first."""
    return list(
        session.scalars(
            select(SearchRefusal)
            .where(SearchRefusal.reader == reader)
            .order_by(SearchRefusal.since, SearchRefusal.document_id)
        )
    )
