"""What every harvester needs on the way to a record: dates, addresses, options, bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from opendata.errors import SourceFailure
from opendata.harvester import SourceConfig

LANGUAGES = ("vi", "en", "und")
_MAX_LOST = 50
_SCHEMA_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(/[0-9]+(\.[0-9]+)*)?")
_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")


def parse_date(text: str) -> date | None:
    """Read a day, ISO or day first as is usual in Viet Nam; None when it is neither."""
    moment = _parse(text)
    return moment.date() if moment else None


def parse_moment(text: str) -> datetime | None:
    """Read a moment like `parse_date`; one without a zone is taken as UTC."""
    moment = _parse(text)
    if moment is None:
        return None
    try:
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except OverflowError:  # the first or last day of the calendar
        return None


def is_web_url(text: str) -> bool:
    """Tell whether a text is an http or https address, and so may become a link."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False


def schema_name(value: object) -> str:
    """Return the name of a published table schema (NAME or NAME/VERSION), else nothing."""
    return value if isinstance(value, str) and _SCHEMA_NAME.fullmatch(value) else ""


def as_bytes(value: Any) -> bytes:
    """Return a JSON value as bytes, the same for the same value."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # The escape of a lone surrogate is `\\ud800`: valid JSON, where UTF-8 has no form for it.
    return text.encode("utf-8", "backslashreplace")


def short(lost: Iterable[str]) -> tuple[str, ...]:
    """Return the names once each, in order, and only so many."""
    names = sorted(set(lost))
    more = len(names) - _MAX_LOST
    return tuple(names) if more <= 0 else (*names[:_MAX_LOST], f"… {more} more")


def check_options(source: SourceConfig, *, known: Collection[str] = ()) -> None:
    """Raise `SourceFailure` bad-option when the source has an option that nobody reads."""
    unknown = sorted(set(source.options) - set(known))
    if unknown:
        raise bad_option(source, f"{unknown[0]}: there are {', '.join(known) or 'no options'}")


def bad_option(source: SourceConfig, fact: str) -> SourceFailure:
    """Return the failure of a source whose options are wrong."""
    return SourceFailure("bad-option", source.name, f"an option is wrong: {fact}")


def _parse(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _DAY_FIRST:
        try:
            return datetime.strptime(text, form)  # the caller sets the zone
        except ValueError:
            continue
    return None
