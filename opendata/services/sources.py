"""Sources: what an administrator adds, changes and removes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from opendata import config, events
from opendata.errors import Conflict, NotFound, OpendataError, SettingError
from opendata.models import Dataset, Resource, Run, Source
from opendata.services import (
    codelists,
    publishers,
    runs,
    schedules,
    source_values,
    table_schemas,
)
from opendata.services.source_values import one_of

POLICIES = ("publish", "flag", "hold")
FILES = ("copy", "link")
CONTACT = ("name", "email", "phone")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NEEDED = ("kind", "url", "policy", "files")


@dataclass(frozen=True)
class SourceChange:
    """What to set on a source; None leaves a thing as it is, empty text takes it away."""

    kind: str | None = None
    url: str | None = None
    publisher: str | None = None
    licence: str | None = None
    schema: str | None = None
    policy: str | None = None
    files: str | None = None
    schedule: str | None = None
    secret_env: str | None = None
    ca_file: str | None = None
    contact_name: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)

    def given(self) -> Iterator[tuple[str, str]]:
        """Yield what is to be set, without the options."""
        for key, value in vars(self).items():
            if isinstance(value, str):
                yield key, value


# A change of these may come to another verdict on files that have not changed.
_ASK_FOR_ANOTHER_LOOK = {"schema", "policy", "url"}


class BadValue(SettingError):
    """A setting of a source that cannot be so; `key` is its name in `SourceChange`."""

    def __init__(self, key: str, sentence: str) -> None:
        self.key = key
        super().__init__(sentence)


@dataclass(frozen=True)
class _Rules:
    """What values are checked against."""

    session: Session
    kinds: Sequence[str]
    harvest: config.Harvest
    now: datetime


def add(
    session: Session,
    name: str,
    change: SourceChange,
    *,
    kinds: Sequence[str],
    actor: str,
    harvest: config.Harvest | None = None,
    now: datetime | None = None,
) -> Source:
    """Add a source; raises Conflict for a name that is taken, SettingError for a bad value.

    With a schedule it is due at once. `harvest` are the settings that schedules are read by.
    """
    check_name(name)
    if session.scalars(select(Source).where(Source.name == name)).first():
        raise Conflict(f"There is already a source {name}; change it with `opendata source set`.")
    if not change.kind or not change.url:
        raise SettingError("A source needs --kind and --url.")
    source = Source(
        name=name,
        kind=change.kind,
        url=change.url,
        options={},
        contact={},
        policy="flag",
        files="copy",
        enabled=True,
    )
    _apply(source, change, _rules(session, kinds, harvest, now))
    session.add(source)
    session.flush()
    _log(session, source, actor, "source.added")
    return source


def check_name(name: str) -> None:
    """Raise SettingError for what cannot be the name of a source."""
    if not _NAME.fullmatch(name):
        raise SettingError(
            f"{name[:80]!r} is not a source name; use small letters, digits and hyphens, "
            "like bo-noi-vu."
        )


def change(
    session: Session,
    name: str,
    values: SourceChange,
    *,
    kinds: Sequence[str],
    actor: str,
    harvest: config.Harvest | None = None,
    now: datetime | None = None,
) -> Source:
    """Change a source; its datasets keep their ids, also when the URL moves."""
    source = get(session, name)
    before = _settings(source)
    _apply(source, values, _rules(session, kinds, harvest, now))
    after = _settings(source)
    changed = {key: value for key, value in after.items() if value != before[key]}
    if changed:
        _log(session, source, actor, "source.changed", changed=changed)
    if changed.keys() & _ASK_FOR_ANOTHER_LOOK:
        _make_files_due(session, source)
    return source


def _make_files_due(session: Session, source: Source) -> None:
    """What was decided of the files under other settings is decided anew in the next run."""
    datasets = select(Dataset.id).where(Dataset.source_id == source.id)
    session.execute(
        update(Resource).where(Resource.dataset_id.in_(datasets)).values(next_check_at=None)
    )


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
    """Remove a source that brought nothing and is not being harvested.

    One with datasets is disabled, never emptied.
    """
    source = get(session, name)
    # A harvest that starts now waits for us, and one that has started is seen.
    session.refresh(source, with_for_update=True)
    run = runs.running(session, source)
    if run is not None:
        raise Conflict(
            f"Source {name} is being harvested right now (run {run.id}); wait for it, "
            f"or end it with `opendata harvest stop {name}`, then remove the source."
        )
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


def _rules(
    session: Session,
    kinds: Sequence[str],
    harvest: config.Harvest | None,
    now: datetime | None,
) -> _Rules:
    return _Rules(session, kinds, harvest or config.Harvest(), now or datetime.now(UTC))


def _apply(source: Source, change: SourceChange, rules: _Rules) -> None:
    checks = _checks(rules)
    for key, value in change.given():
        try:
            source_values.text(value)
            kept = checks[key](value) if value or key in _NEEDED else None
        except OpendataError as err:
            raise BadValue(key, str(err)) from err
        if key == "schedule":
            _set_schedule(source, kept, rules.now)
        elif key.startswith("contact_"):
            contact = {**source.contact, key.removeprefix("contact_"): kept}
            source.contact = {part: text for part, text in contact.items() if text}
        else:
            setattr(
                source, {"publisher": "publisher_id", "schema": "schema_name"}.get(key, key), kept
            )
    for key, value in change.options.items():
        try:
            options = {**source.options, key: source_values.option(key, value)}
        except SettingError as err:
            raise BadValue("options", str(err)) from err
        source.options = {name: text for name, text in options.items() if text}


def _checks(rules: _Rules) -> dict[str, Callable[[str], Any]]:
    """Return how each setting is checked: a text to what is kept of it."""
    shortest = rules.harvest.shortest_schedule_minutes
    licences = [licence.id for licence in codelists.licences()]
    return {
        "kind": partial(one_of, "kind", choices=rules.kinds),
        "url": source_values.web_address,
        "publisher": lambda code: publishers.by_code(rules.session, code).id,
        "licence": partial(one_of, "licence", choices=licences),
        "schema": lambda name: table_schemas.find(name).name,
        "policy": partial(one_of, "policy", choices=POLICIES),
        "files": partial(one_of, "way to take files", choices=FILES),
        "schedule": lambda text: schedules.parse(text, shortest_minutes=shortest).text,
        "secret_env": source_values.variable,
        "ca_file": source_values.certificate_file,
        "contact_name": str.strip,
        "contact_email": source_values.email,
        "contact_phone": str.strip,
    }


def _set_schedule(source: Source, text: str | None, now: datetime) -> None:
    """A new or another schedule is due at once, so that one sees soon what it brings."""
    if text != source.schedule:
        source.schedule = text
        source.next_run_at = now if text else None


def _settings(source: Source) -> dict[str, Any]:
    return {
        "kind": source.kind,
        "url": source.url,
        "publisher": str(source.publisher_id) if source.publisher_id else None,
        "licence": source.licence,
        "schema": source.schema_name,
        "policy": source.policy,
        "files": source.files,
        "schedule": source.schedule,
        "secret_env": source.secret_env,
        "ca_file": source.ca_file,
        "contact": dict(source.contact),
        "options": dict(source.options),
    }


def _log(session: Session, source: Source, actor: str, kind: str, **payload: Any) -> None:
    subject = ("source", source.id)
    events.append(session, actor=actor, kind=kind, subject=subject, name=source.name, **payload)
