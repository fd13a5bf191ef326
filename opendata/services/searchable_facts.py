"""What the search document of a dataset tells of time, place, languages, checks and use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opendata.models import Build, Dataset, DownloadDay, TableBuild
from opendata.services import codelists
from opendata.vocabulary import BuildState

_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def years(document: dict[str, Any], periods: Iterable[dict[str, Any]]) -> list[str]:
    """Return the years that a dataset covers, as its metadata and the columns of its tables say.

    An open end says nothing of the years beyond it.
    """
    stated = document.get("period") or {}
    spans = [(stated.get("start"), stated.get("end"))]
    spans += [(found.get("from"), found.get("to")) for found in periods]
    return sorted({str(year) for start, end in spans for year in _span(start, end)})


def periods(session: Session, tables: Sequence[TableBuild]) -> list[dict[str, Any]]:
    """Return what the profiles say of the time that tables cover: {column, from, to} each."""
    builds = {table.build_id for table in tables}
    found = session.scalars(
        select(TableBuild.profile["period"]).where(TableBuild.build_id.in_(builds))
    )
    return [period for period in found if period]


def area_names(areas: Iterable[str]) -> list[str]:
    """Return the names of areas in both languages; what is no code is a name itself.

    Without a date, a code that was given to another province is not told by a name.
    """
    named = {entry.code: entry.name for entry in codelists.provinces() if entry.is_sure}
    texts = (named.get(area, {"vi": area}) for area in areas)
    return list(dict.fromkeys(name for text in texts for name in text.values()))


def theme_names(themes: Iterable[str]) -> list[str]:
    """Return the names of themes in both languages; a code that the list has not stays a code."""
    named = {theme.id: theme.title for theme in codelists.themes()}
    return [name for theme in themes for name in named.get(theme, {"vi": theme}).values()]


def languages(document: dict[str, Any]) -> list[str]:
    """Return the languages that data or description are in."""
    told = {document.get("language", ""), *document["title"]}
    return sorted(told - {"und", ""})


def validity(builds: Sequence[Build], tables: Sequence[TableBuild]) -> list[str]:
    """Return `flagged` and `quarantine` where something was found, else `valid`; none without a
    table: nothing was checked."""
    if not tables:
        return []
    found = {
        "flagged": any(build.state == BuildState.FLAGGED for build in builds),
        "quarantine": any(table.quarantine_rows for table in tables),
    }
    return [name for name, holds in found.items() if holds] or ["valid"]


def downloads(session: Session, dataset: Dataset) -> int:
    """Return how often people downloaded files of a dataset."""
    ids = [resource.id for resource in dataset.resources]
    counted = select(func.sum(DownloadDay.people)).where(DownloadDay.resource_id.in_(ids))
    return int(session.scalar(counted) or 0)


def _span(start: object, end: object) -> range:
    first, last = _year(start), _year(end)
    if first is None or last is None:
        known = first or last
        return range(known, known + 1) if known else range(0)
    return range(first, last + 1)


def _year(written: object) -> int | None:
    """Return the year that a date, a quarter, a month or a number begins with."""
    text = written.isoformat() if isinstance(written, date) else str(written or "")
    head = text[:4]
    if not (head.isascii() and head.isdigit() and len(head) == 4):
        return None
    return int(head) if _FIRST_YEAR <= int(head) <= _LAST_YEAR else None
