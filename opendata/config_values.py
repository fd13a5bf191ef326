"""From TOML and text to the typed settings of `config.py`; a wrong one is named in a sentence."""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

from opendata.errors import SettingError

_AT_LEAST_ONE = {
    "harvest.max_records",
    "search.shards",
    "store.orphan_hours",
    "harvest.max_files",
    "harvest.lease_seconds",
    "harvest.parallel_files",
    "harvest.withdraw_after_runs",
    "harvest.shortest_schedule_minutes",
    "worker.sources",
    "http.connections_per_host",
    "http.tries",
    "http.max_bytes",
    "http.max_json_bytes",
    "http.connect_timeout_seconds",
    "http.read_timeout_seconds",
    "http.transfer_deadline_seconds",
    "tables.max_columns",
    "tables.max_line_bytes",
    "web.workers",
    "web.page_size",
    "web.max_upload_bytes",
    "web.validate_seconds",
    "web.validate_memory_bytes",
    "web.validate_at_once",
    "web.port",
    "demo.port",
}
_MAX_NUMBER = 2**62
_LAST_PORT = 65_535


def read_file(path: Path) -> dict[str, Any]:
    """Return what a settings file says; raises SettingError when it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as err:
        raise SettingError(
            f"The settings file {path} does not exist; "
            "copy config.example.toml there or leave out --config."
        ) from err
    except OSError as err:
        raise SettingError(f"The settings file {path} cannot be read: {err.strerror}.") from err
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise SettingError(f"The settings file {path} is not valid TOML: {err}.") from err


def build(kind: type[Any], values: dict[str, Any], section: str = "") -> Any:
    """Return a dataclass of settings filled with `values`; an unknown key stops the start."""
    hints = get_type_hints(kind)
    known = {f.name for f in dataclasses.fields(kind)}
    filled: dict[str, Any] = {}
    for name, value in values.items():
        key = f"{section}.{name}" if section else name
        if name not in known:
            raise SettingError(_unknown(key, section, name, known))
        filled[name] = _convert(hints[name], value, key)
        if key in _AT_LEAST_ONE and filled[name] < 1:
            raise SettingError(f"{key} must be at least 1, but is {value!r}.")
        if key.endswith(".port") and filled[name] > _LAST_PORT:
            raise SettingError(f"{key} must be at most {_LAST_PORT}, but is {value!r}.")
    return kind(**filled)


def _unknown(key: str, section: str, name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if not near:
        return f"{key} is not a setting; config.example.toml lists them all."
    return f"{key} is not a setting; did you mean {section + '.' if section else ''}{near[0]}?"


def _convert(kind: Any, value: Any, key: str) -> Any:
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise SettingError(f"{key} is a section, write it as [{key}] with its keys below it.")
        return build(kind, value, key)  # type: ignore[arg-type] # a dataclass type, just checked
    try:
        return _scalar(kind, value)
    except (TypeError, ValueError) as err:
        wanted = getattr(kind, "__name__", str(kind))
        raise SettingError(f"{key} must be of type {wanted}, but is {value!r}.") from err


def _scalar(kind: Any, value: Any) -> Any:
    if kind == tuple[str, ...] or kind == tuple[int, ...]:
        item = kind.__args__[0]
        parts = _list_of(value) if isinstance(value, str) else value
        return tuple(_scalar(item, part) for part in parts)
    if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
        raise TypeError(kind)
    if kind is int and isinstance(value, float):
        raise TypeError(kind)
    converted = kind(value)
    if kind in (int, float) and not 0 <= converted < _MAX_NUMBER:
        raise ValueError(kind)
    return converted


def _list_of(text: str) -> list[Any]:
    """Read a list from the environment: `a, b`, or as it would stand in the file, `["a", "b"]`."""
    try:
        found = tomllib.loads(f"list = {text}")["list"]
    except tomllib.TOMLDecodeError:
        # `[::1]:8080` begins like a list and is none.
        found = None
    if isinstance(found, list):
        return found
    return [part.strip() for part in text.split(",") if part.strip()]
