"""`opendata source`: what is set is shown again, for people and for programs."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import certifi
import pytest

from opendata.config import Settings
from tests.typist import Typist


@pytest.fixture
def type_(settings: Settings) -> Typist:
    return Typist(settings)


@pytest.fixture
def bo(type_: Typist) -> str:
    added = type_(
        *("source", "add", "bo", "--kind", "ckan", "--url", "https://bo.vn", "--publisher", "G09"),
        *("--files", "link", "--schedule", "every 6h", "--ca-file", certifi.where()),
        *("--contact-name", "Vụ Tổng hợp", "--contact-email", "hoi@bo.vn"),
        *("--contact-phone", "024 3974 0000", "--secret-env", "BO_KEY"),
    )
    assert added.exit_code == 0, added.output
    return "bo"


def test_all_that_was_set_is_shown(type_: Typist, bo: str) -> None:
    facts = json.loads(type_("source", "show", bo, "--json").stdout)
    assert datetime.fromisoformat(facts.pop("next_run_at")).tzinfo is not None
    assert facts == {
        "name": "bo",
        "kind": "ckan",
        "url": "https://bo.vn",
        "publisher": "Bộ Nội vụ",
        "publisher_code": "G09",
        "policy": "flag",
        "files": "link",
        "schedule": "every 6h",
        "licence": None,
        "schema": None,
        "contact": {"name": "Vụ Tổng hợp", "email": "hoi@bo.vn", "phone": "024 3974 0000"},
        "options": {},
        "secret_env": "BO_KEY",
        "ca_file": certifi.where(),
        "enabled": True,
    }


def test_next_run_is_shown_on_the_clock_of_schedules(type_: Typist, bo: str) -> None:
    assert "+07 (due)" in type_("source", "show", bo).output
    assert "+07 (due)" in type_("source", "list").output
    type_.environment["OPENDATA_HARVEST__TIMEZONE"] = "UTC"
    assert "UTC (due)" in type_("source", "list").output
    type_("source", "disable", bo)
    assert "(due)" not in type_("source", "list").output
    assert "every 6h" in type_("source", "list").output


def test_settings_are_taken_away_by_empty_text(type_: Typist, bo: str) -> None:
    taken = type_(
        *("source", "set", bo, "--schedule", "", "--ca-file", "", "--contact-phone", ""),
        *("--publisher", "", "--secret-env", ""),
    )
    assert taken.exit_code == 0, taken.output
    facts = json.loads(type_("source", "show", bo, "--json").stdout)
    assert [facts[key] for key in ("schedule", "next_run_at", "ca_file", "secret_env")] == [
        None
    ] * 4
    assert facts["publisher"] is None
    assert "phone" not in facts["contact"]


def test_path_of_certificates_is_kept_from_the_root(
    type_: Typist, bo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(certifi.where()).read_bytes())
    monkeypatch.chdir(tmp_path)
    type_("source", "set", bo, "--ca-file", "ca.pem")
    facts = json.loads(type_("source", "show", bo, "--json").stdout)
    assert facts["ca_file"] == str(tmp_path / "ca.pem")


def test_schedule_is_held_to_the_shortest_of_the_settings(type_: Typist, bo: str) -> None:
    refused = type_("source", "set", bo, "--schedule", "every 10m")
    assert (refused.exit_code, "every 15 minutes" in refused.output) == (1, True)
    type_.environment["OPENDATA_HARVEST__SHORTEST_SCHEDULE_MINUTES"] = "5"
    assert type_("source", "set", bo, "--schedule", "every 10m").exit_code == 0
