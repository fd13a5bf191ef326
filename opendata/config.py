"""Settings: frozen dataclasses filled from one TOML file and the environment.

Nothing else reads either.

Order: the defaults below, then the file named by `--config` or `OPENDATA_CONFIG`, then variables
`OPENDATA_<SECTION>__<KEY>` (top level: `OPENDATA_<KEY>`). An unknown key stops the start.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from opendata import config_values
from opendata.errors import SettingError

_PREFIX = "OPENDATA_"
# Variables of the product that are no settings.
_NOT_SETTINGS = {"OPENDATA_CONFIG", "OPENDATA_REQUIRE_SERVICES"}
_NOT_SETTING_PREFIXES = ("OPENDATA_TEST_", "OPENDATA_SECRET_")


@dataclass(frozen=True)
class Site:
    """What the pages say of themselves."""

    url: str = "http://127.0.0.1:8000"
    title_vi: str = "Cổng dữ liệu mở quốc gia"
    title_en: str = "National open data catalogue"
    agency_vi: str = "Cơ quan quản lý cổng dữ liệu"
    agency_en: str = "The agency that runs this catalogue"
    contact: str = ""


@dataclass(frozen=True)
class Database:
    """Where PostgreSQL is; empty: the embedded one under `data_dir`."""

    url: str = ""
    statement_timeout_seconds: int = 60
    lock_timeout_seconds: int = 5


@dataclass(frozen=True)
class Store:
    """Where files lie; empty: `data_dir`/store."""

    path: str = ""
    orphan_hours: int = 24


@dataclass(frozen=True)
class Search:
    """The search engine; all but the first setting are for a search server."""

    engine: str = "tantivy"
    fallback: str = ""
    urls: tuple[str, ...] = ()
    index: str = "opendata"
    user: str = ""
    password_env: str = ""
    api_key_env: str = ""
    ca_file: str = ""
    timeout_seconds: float = 2.0
    shards: int = 1
    replicas: int = 1
    log_days: int = 400


@dataclass(frozen=True)
class Http:
    """How sources are fetched."""

    user_agent: str = "opendata-catalogue/0.1 (+https://data.gov.vn)"
    allow_private_hosts: tuple[str, ...] = ()
    allow_ports: tuple[int, ...] = (80, 443, 8080, 8443)
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 30.0
    transfer_deadline_seconds: float = 900.0
    max_bytes: int = 2 * 1024**3
    max_json_bytes: int = 64 * 1024**2
    max_redirects: int = 5
    tries: int = 3
    pause_seconds: float = 0.0
    longest_wait_seconds: float = 60.0
    connections_per_host: int = 2
    proxy: str = field(default="", repr=False)  # may hold a password


@dataclass(frozen=True)
class Harvest:
    """Bounds of one run, and when data waits for a person."""

    max_records: int = 100_000
    max_files: int = 1_000
    max_run_hours: float = 12.0
    lease_seconds: int = 120
    parallel_files: int = 4
    full_check_days: float = 7.0
    longest_recheck_days: float = 7.0
    withdraw_after_runs: int = 3
    withdraw_after_days: float = 7.0
    timezone: str = "Asia/Ho_Chi_Minh"
    shortest_schedule_minutes: int = 15
    quarantine_limit_percent: float = 5.0
    shrink_limit_percent: float = 10.0
    shrink_limit_count: int = 5


@dataclass(frozen=True)
class Tables:
    """Bounds of one table."""

    max_columns: int = 1_000
    max_line_bytes: int = 10 * 1024**2
    max_spreadsheet_cells: int = 5_000_000
    max_spreadsheet_bytes: int = 512 * 1024**2
    # What it may cost to unpack a file that is not text in rows.
    max_unpack_seconds: int = 300
    max_unpack_memory: int = 2 * 1024**3
    max_unpacked_bytes: int = 4 * 1024**3
    # What may come out of a ZIP or GZ: bytes, times its own size, files.
    max_archive_bytes: int = 2 * 1024**3
    max_archive_ratio: int = 200
    max_archive_members: int = 200
    max_problem_samples: int = 300


@dataclass(frozen=True)
class Worker:
    """The process that runs what is scheduled."""

    sources: int = 1
    grace_seconds: float = 30.0


@dataclass(frozen=True)
class Notices:
    """Who is told when a source begins or ceases to fail; empty: nobody."""

    webhook: str = ""
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    smtp_host: str = ""
    smtp_port: int = 25
    smtp_starttls: int = 0
    smtp_user: str = ""
    smtp_secret_env: str = ""


@dataclass(frozen=True)
class Web:
    """The catalogue's server."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    page_size: int = 20
    preview_rows: int = 100
    max_upload_bytes: int = 50_000_000
    validate_seconds: float = 60.0
    validate_memory_bytes: int = 2 * 1024**3
    validate_at_once: int = 2


@dataclass(frozen=True)
class Demo:
    """The sample sources of `make demo`."""

    port: int = 8765


@dataclass(frozen=True)
class Settings:
    """All settings. `data_dir` holds everything embedded: database, index, store."""

    data_dir: str = "data"
    site: Site = field(default_factory=Site)
    database: Database = field(default_factory=Database)
    store: Store = field(default_factory=Store)
    search: Search = field(default_factory=Search)
    http: Http = field(default_factory=Http)
    harvest: Harvest = field(default_factory=Harvest)
    tables: Tables = field(default_factory=Tables)
    worker: Worker = field(default_factory=Worker)
    notices: Notices = field(default_factory=Notices)
    web: Web = field(default_factory=Web)
    demo: Demo = field(default_factory=Demo)

    @property
    def lexicon_path(self) -> Path:
        """Where an administrator's own words of search lie; the file need not be there."""
        return self.data_path / "lexicon.csv"

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().resolve()

    @property
    def store_path(self) -> Path:
        return (
            Path(self.store.path).expanduser().resolve()
            if self.store.path
            else (self.data_path / "store")
        )


def load(path: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `path` None means `OPENDATA_CONFIG`, else no file at all."""
    environment = os.environ if environment is None else environment
    if path is None and environment.get("OPENDATA_CONFIG"):
        path = Path(environment["OPENDATA_CONFIG"])
    values = config_values.read_file(path) if path else {}
    for key, text in _from_environment(environment):
        _put(values, key, text)
    settings: Settings = config_values.build(Settings, values)
    return settings


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the variables that make another process load exactly these settings."""
    variables = {f"{_PREFIX}DATA_DIR": str(settings.data_path)}
    for section in dataclasses.fields(settings):
        values = getattr(settings, section.name)
        if not dataclasses.is_dataclass(values):
            continue
        for key in dataclasses.fields(values):
            value = getattr(values, key.name)
            text = json.dumps(value) if isinstance(value, tuple) else str(value)
            variables[f"{_PREFIX}{section.name}__{key.name}".upper()] = text
    return variables


def secret(variable: str) -> str:
    """Return the credential that an environment variable holds; it is never stored or logged."""
    value = os.environ.get(variable, "")
    if not value:
        raise SettingError(
            f"The environment variable {variable} is not set; it must hold a credential."
        )
    return value


def _from_environment(environment: Mapping[str, str]) -> list[tuple[str, str]]:
    return [
        (name.removeprefix(_PREFIX).lower().replace("__", "."), text)
        for name, text in sorted(environment.items())
        if name.startswith(_PREFIX)
        and name not in _NOT_SETTINGS
        and not name.startswith(_NOT_SETTING_PREFIXES)
    ]


def _put(values: dict[str, Any], key: str, text: str) -> None:
    section, _, name = key.rpartition(".")
    target = values.setdefault(section, {}) if section else values
    if isinstance(target, dict):
        target[name] = text
