"""A record as a source tells it becomes the metadata document that we keep."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from opendata.models import Source
from opendata.records import Problem, PublisherName, SourceRecord
from opendata.serializers import dataset as serializer
from opendata.services import codelists

UNKNOWN_LICENCE = "notspecified"
_MAX_RULE = 200  # characters


@dataclass(frozen=True)
class Mapped:
    """The stored document, its hash, and what was noticed on the way."""

    document: dict[str, Any]
    content_hash: str
    problems: tuple[Problem, ...]


def from_record(record: SourceRecord, source: Source, publisher: PublisherName | None) -> Mapped:
    """Map and check a record; raises InvalidDocument with a message per field."""
    licence = codelists.find_licence(record.licence) if record.licence else source.licence
    problems = list(record.problems)
    if record.licence and licence is None:
        rule = _one_of(listed.id for listed in codelists.licences())
        problems.append(Problem("unknown-licence", "licence", record.licence, rule=rule))
    document = serializer.load(
        {
            "identifier": record.upstream_id,
            "title": _texts(record.title, record.language),
            "notes": _texts(record.notes, record.language),
            "publisher": _publisher(publisher),
            "keywords": _unique(record.keywords),
            "themes": _themes(record.themes, problems),
            "licence": licence or UNKNOWN_LICENCE,
            "licence_as_given": record.licence if record.licence and licence is None else "",
            "frequency": codelists.find_frequency(record.frequency) or "",
            "landing_page": record.landing_page,
            "areas": _unique(record.areas),
            "period": _period(record),
            "issued": record.issued.isoformat() if record.issued else None,
            "language": record.language,
            "contact": _contact(record, source),
            "provenance": _texts(record.provenance, record.language),
        }
    )
    files = [vars(distribution) for distribution in record.distributions]
    return Mapped(document, serializer.content_hash(document, list(files)), tuple(problems))


def _texts(texts: dict[str, str], language: str) -> dict[str, str]:
    """Keep `vi` and `en`; text of any other language is kept as `und`, never lost."""
    kept: dict[str, str] = {}
    for key, text in texts.items():
        known = key if key in ("vi", "en") else (language if key == "und" else "und")
        if text:
            kept.setdefault(known if known in ("vi", "en") else "und", text)
    return kept


def _publisher(name: PublisherName | None) -> dict[str, str] | None:
    if name is None:
        return None
    given = {"name": name.name, "name_en": name.name_en, "code": name.code}
    return {key: value for key, value in given.items() if value}


def _themes(themes: tuple[str, ...], problems: list[Problem]) -> list[str]:
    found = []
    for theme in themes:
        known = codelists.find_theme(theme)
        if known is None:
            rule = _one_of(listed.id for listed in codelists.themes())
            problems.append(Problem("unknown-theme", "themes", theme, rule=rule))
        else:
            found.append(known)
    return _unique(tuple(found))


def _one_of(words: Iterable[str]) -> str:
    return textwrap.shorten(f"one of: {', '.join(words)}", _MAX_RULE, placeholder=" …")


def _unique(values: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _period(record: SourceRecord) -> dict[str, str] | None:
    if record.period is None:
        return None
    ends = {"start": record.period.start, "end": record.period.end}
    return {name: day.isoformat() for name, day in ends.items() if day} or None


def _contact(record: SourceRecord, source: Source) -> dict[str, str] | None:
    given = vars(record.contact) if record.contact else dict(source.contact)
    return {key: value for key, value in given.items() if value} or None
