"""Sources: what an administrator adds, changes and removes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from opendata import events
from opendata.errors import Conflict, NotFound, SettingError
from opendata.models import Dataset, Run, Source
from opendata.services import codelists, publishers, table_schemas

POLICIES = ("publish", "flag", "hold")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")


@dataclass(frozen=True)
class SourceChange:
    """What to set on a source; None leaves a thing as it is, empty text takes it away."""

    kind: str | None = None
    url: str | None = None
    publisher: str | None = None
    licence: str | None = None
    schema: str | None = None
    policy: str | None = None
    secret_env: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    files: str | None = None


def add(
    session: Session, name: str, change: SourceChange, *, kinds: Sequence[str], actor: str
) -> Source:
    """Add a source; raises Conflict for a name that is taken, SettingError for a bad value."""
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name!r} is not a source name; use small letters, digits and hyphens, like bo-noi-vu."
        )
    if session.scalars(select(Source).where(Source.name == name)).first():
        raise Conflict(f"There is already a source {name}; change it with `opendata source set`.")
    if not change.kind or not change.url:
        raise SettingError("A source needs --kind and --url.")
    source = Source(name=name, kind=change.kind, url=change.url, options={}, policy="flag")
    _apply(session, source, change, kinds)
    session.add(source)
    session.flush()
    _log(session, source, actor, "source.added")
    return source


def change(
    session: Session, name: str, values: SourceChange, *, kinds: Sequence[str], actor: str
) -> Source:
    """Change a source; its datasets keep their ids, also when the URL moves."""
    source = get(session, name)
    before = _settings(source)
    _apply(session, source, values, kinds)
    after = _settings(source)
    changed = {key: value for key, value in after.items() if value != before[key]}
    if changed:
        _log(session, source, actor, "source.changed", changed=changed)
    return source


def get(session: Session, name: str) -> Source:
    """Return a source by name; raises NotFound with the names there are."""
    source = session.scalars(select(Source).where(Source.name == name)).first()
    if source is None:
        names = ", ".join(session.scalars(select(Source.name).order_by(Source.name))) or "none yet"
        raise NotFound(f"There is no source {name!r}; there are: {names}.")
    return source


def every(session: Session, *, enabled_only: bool = False) -> Sequence[Source]:
    """Return all sources by name."""
    query = select(Source).order_by(Source.name)
    return session.scalars(query.where(Source.enabled) if enabled_only else query).all()


def set_enabled(session: Session, name: str, *, enabled: bool, actor: str) -> Source:
    """Switch a source on or off; what it brought stays as it is."""
    source = get(session, name)
    if source.enabled != enabled:
        source.enabled = enabled
        _log(session, source, actor, "source.enabled" if enabled else "source.disabled")
    return source


def remove(session: Session, name: str, *, actor: str) -> None:
    """Remove a source that brought nothing; one with datasets is disabled, never emptied."""
    source = get(session, name)
    count = session.scalar(
        select(func.count()).select_from(Dataset).where(Dataset.source_id == source.id)
    )
    if count:
        raise Conflict(
            f"Source {name} has {count} datasets, which would lose their origin; "
            f"use `opendata source disable {name}` to stop harvesting it."
        )
    _log(session, source, actor, "source.removed")
    session.execute(delete(Run).where(Run.source_id == source.id))
    session.delete(source)


def _apply(session: Session, source: Source, change: SourceChange, kinds: Sequence[str]) -> None:
    if change.kind is not None:
        source.kind = _one_of("kind", change.kind, kinds)
    if change.url is not None:
        source.url = _web_address(change.url)
    if change.publisher is not None:
        code = change.publisher
        source.publisher_id = publishers.by_code(session, code).id if code else None
    if change.licence is not None:
        known = ("", *(licence.id for licence in codelists.licences()))
        source.licence = _one_of("licence", change.licence, known) or None
    if change.schema is not None:
        source.schema_name = table_schemas.find(change.schema).name if change.schema else None
    if change.policy is not None:
        source.policy = _one_of("policy", change.policy, POLICIES)
    if change.secret_env is not None:
        source.secret_env = _variable(change.secret_env) if change.secret_env else None
    if change.files is not None:
        source.files = change.files
    if change.options:
        merged = {**source.options, **change.options}
        source.options = {key: value for key, value in merged.items() if value}


def _one_of(what: str, value: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise SettingError(
            f"{value!r} is no {what}; choose one of: {', '.join(sorted(filter(None, choices)))}."
        )
    return value


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SettingError(f"{url!r} is not a web address; write it as https://host/path.")
    if parts.username is not None or parts.password is not None:
        raise SettingError(
            "The address holds a password; leave it out and name a variable with --secret-env."
        )
    return url


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise SettingError(
            f"{name!r} is not the name of an environment variable; give the name, not the secret."
        )
    return name


def _settings(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "url": source.url,
        "publisher": str(source.publisher_id) if source.publisher_id else None,
        "licence": source.licence,
        "schema": source.schema_name,
        "policy": source.policy,
        "secret_env": source.secret_env,
        "options": dict(source.options),
    }


def _log(session: Session, source: Source, actor: str, kind: str, **payload: Any) -> None:
    subject = ("source", source.id)
    events.append(session, actor=actor, kind=kind, subject=subject, name=source.name, **payload)
