"""Sources as a TOML file: written from the database, read, and compared with it.

One table a source, `[source.NAME]`, with the keys of `KEYS`; what a table leaves out is not set.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import tomli_w
from sqlalchemy.orm import Session

from opendata import config
from opendata.errors import OpendataError, SettingError
from opendata.models import Publisher, Source
from opendata.records import clean_text
from opendata.services import sources
from opendata.services.sources import BadValue, SourceChange

# One source as it stands in a file: only what is set, always in this order.
Table = dict[str, Any]

_TEXTS = (
    ("kind", "url", "publisher", "licence", "schema", "policy", "files", "schedule")
    + ("secret_env", "ca_file")
)  # fmt: skip
KEYS = (*_TEXTS, "enabled", "contact", "options")
_NEEDED = ("kind", "url")
_DEFAULTS = {"policy": "flag", "files": "copy"}
_MAX_BYTES = 8 * 1024**2
_HEAD = """\
# Sources of the catalogue. To bring a catalogue to what stands here: opendata source apply FILE
# (with --dry-run it says what would change). A key that is left out is not set.

"""
_TWICE = re.compile(r"Cannot declare \('source', '([^']*)'\) twice \((.*)\)")


@dataclass(frozen=True)
class Difference:
    """What a file changes on one source: `added`, `changed` or `disabled`; key to (before, after),
    None where nothing is set."""

    source: Source
    action: str
    fields: Mapping[str, tuple[Any, Any]]


def export(session: Session, names: Sequence[str] = ()) -> str:
    """Return the sources named, else all, as TOML in the order of their names; no secrets."""
    found = [sources.get(session, name) for name in names] or sources.every(session)
    return _HEAD + write({source.name: table_of(session, source) for source in found})


def write(tables: Mapping[str, Table]) -> str:
    """Return tables as the text of a file."""
    blocks = [tomli_w.dumps({"source": {name: tables[name]}}) for name in sorted(tables)]
    return "\n".join(blocks)


def table_of(session: Session, source: Source) -> Table:
    """Return a source as it stands in a file."""
    publisher = session.get(Publisher, source.publisher_id) if source.publisher_id else None
    table = {key: getattr(source, key, None) for key in _TEXTS} | {
        "publisher": publisher.code if publisher else None,
        "schema": source.schema_name,
        "enabled": None if source.enabled else False,
        "contact": {
            part: source.contact[part] for part in sources.CONTACT if part in source.contact
        },
        "options": dict(sorted(source.options.items())),
    }
    return {key: table[key] for key in KEYS if table[key] not in (None, "", {})}


def read(path: Path) -> dict[str, Table]:
    """Return the tables of a file by name; raises SettingError for what is no such file.

    Keys and types are checked here, values where they are applied.
    """
    document = _parsed(path)
    _check_keys(document, ("source",), f"{path}")
    tables = document.get("source", {})
    if not isinstance(tables, dict) or not all(isinstance(t, dict) for t in tables.values()):
        raise SettingError(f"{path}: write each source as a table [source.NAME] with its keys.")
    for name, table in tables.items():
        try:
            sources.check_name(name)
        except SettingError as err:
            raise SettingError(f"{path}: {err}") from err
        _check_table(table, f"{path}, source {name}")
    return tables


def apply(
    session: Session,
    tables: Mapping[str, Table],
    *,
    kinds: Sequence[str],
    actor: str,
    harvest: config.Harvest,
    prune: bool = False,
    now: datetime | None = None,
) -> list[Difference]:
    """Bring the sources to what the tables say; with `prune` those not named are disabled.

    Returns what differs. Raises SettingError with source and key; the caller commits or not.
    """
    if prune and not tables:
        raise SettingError(
            "The file names no source, and with --prune that would disable all of them; "
            "disable them by name with `opendata source disable`."
        )
    known = {source.name: source for source in sources.every(session)}
    found = []
    for name, table in tables.items():
        before = table_of(session, known[name]) if name in known else {}
        put = partial(
            sources.change if before else sources.add,
            kinds=kinds,
            actor=actor,
            harvest=harvest,
            now=now,
        )
        with _naming(name):
            source = put(session, name, _change(before, table))
        sources.set_enabled(session, name, enabled=table.get("enabled", True), actor=actor)
        action = "changed" if before else "added"
        found.append(_difference(source, action, before, table_of(session, source)))
    for name in sorted(known.keys() - tables.keys()) if prune else ():
        before = table_of(session, known[name])
        source = sources.set_enabled(session, name, enabled=False, actor=actor)
        found.append(_difference(source, "disabled", before, table_of(session, source)))
    return [difference for difference in found if difference.fields]


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say of which source and key of the file an error speaks."""
    try:
        yield
    except BadValue as err:
        key = err.key.replace("contact_", "contact.")
        raise SettingError(f"Source {name}, key {key}: {err}") from err
    except OpendataError as err:
        raise SettingError(f"Source {name}: {err}") from err


def _change(before: Table, wanted: Table) -> SourceChange:
    """Return what to set so that one becomes the other; empty text takes a thing away."""
    texts = {key: wanted.get(key, _DEFAULTS.get(key, "")) for key in _TEXTS}
    contact = {part: wanted.get("contact", {}).get(part, "") for part in sources.CONTACT}
    old, new = before.get("options", {}), wanted.get("options", {})
    options = {key: new.get(key, "") for key in (*old, *new)}
    return SourceChange(
        **{key: text for key, text in texts.items() if text != before.get(key, "")},
        **{
            f"contact_{part}": text
            for part, text in contact.items()
            if text != before.get("contact", {}).get(part, "")
        },
        options={key: text for key, text in options.items() if text != old.get(key, "")},
    )


def _difference(source: Source, action: str, before: Table, after: Table) -> Difference:
    old, new = _flat(before), _flat(after)
    keys = [key for key in dict.fromkeys((*new, *old)) if new.get(key) != old.get(key)]
    return Difference(source, action, {key: (old.get(key), new.get(key)) for key in keys})


def _flat(table: Table) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": text for inner, text in value.items()}
        else:
            flat[key] = value
    return flat | ({"enabled": flat.get("enabled", True)} if table else {})


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            body = file.read(_MAX_BYTES + 1)
        if len(body) > _MAX_BYTES:
            raise SettingError(f"{path} is larger than {_MAX_BYTES} bytes; name a file of sources.")
        return tomllib.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as err:
        raise SettingError(f"{path} is not UTF-8 at byte {err.start}; save it as UTF-8.") from err
    except (ValueError, RecursionError) as err:
        if twice := _TWICE.fullmatch(str(err)):
            raise SettingError(
                f"{path}, source {twice[1]}: it stands there twice ({twice[2]}); keep one."
            ) from err
        why = "too many brackets" if isinstance(err, RecursionError) else str(err)
        raise SettingError(
            f"{path} is not valid TOML: {why}; correct it there, or compare with "
            "`opendata source export`."
        ) from err


def _check_table(table: Table, where: str) -> None:
    _check_keys(table, KEYS, where)
    for key in _NEEDED:
        if key not in table:
            raise SettingError(f"{where}, key {key}: it is missing; every source needs one.")
    for key, value in table.items():
        if key in _TEXTS:
            _check_text(value, f"{where}, key {key}")
        elif key == "enabled" and not isinstance(value, bool):
            raise SettingError(f"{where}, key enabled: write true or false, without quotes.")
        elif key in ("contact", "options"):
            _check_inner(value, key, where)


def _check_inner(value: Any, key: str, where: str) -> None:
    if not isinstance(value, dict):
        raise SettingError(f"{where}, key {key}: write it as a table of its own, key by key.")
    if key == "contact":
        _check_keys(value, sources.CONTACT, f"{where}, key contact")
    for name, text in value.items():
        _check_text(text, f"{where}, key {key}.{name}")


def _check_text(value: Any, where: str) -> None:
    if not isinstance(value, str):
        raise SettingError(f"{where}: it must be text; write it in quotes.")


def _check_keys(table: Table, known: Collection[str], where: str) -> None:
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known)}."
            shown = clean_text(key)[:80]
            raise SettingError(f"{where}, key {shown}: there is no such key; {hint}")
