"""Sources as a file, as an administrator types it: looked at, applied whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Event, Publisher, Source
from tests.instance import Instance
from tests.typist import Typist

TWO = """
[source.bo-y-te]
kind = "ckan"
url = "https://yte.example.vn"
publisher = "G18"
schedule = "daily"

[source.bo-noi-vu]
kind = "file_list"
url = "https://noivu.example.vn/danh-sach.csv"
files = "link"
"""


@pytest.fixture
def type_(settings: Settings) -> Typist:
    return Typist(settings)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "sources.toml"
    file.write_text(TWO, encoding="utf-8")
    return file


def count(sessions: SessionFactory) -> tuple[int | None, ...]:
    with sessions() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(kind))
            for kind in (Source, Publisher, Event)
        )


def test_file_is_looked_at_applied_and_applied_again(
    type_: Typist, path: Path, sessions: SessionFactory
) -> None:
    looked = type_("source", "apply", str(path), "--dry-run")
    assert (looked.exit_code, "nothing was changed" in looked.output) == (0, True)
    assert "yte.example.vn" in looked.output
    assert count(sessions) == (0, 0, 0)
    applied = type_("source", "apply", str(path), "--json")
    assert applied.exit_code == 0
    told = json.loads(applied.stdout)
    assert told["applied"] is True
    assert [(row["source"], row["action"]) for row in told["differences"]] == [
        ("bo-y-te", "added"),
        ("bo-noi-vu", "added"),
    ]
    assert told["differences"][0]["fields"]["schedule"] == {"before": None, "after": "daily"}
    stands = count(sessions)
    assert "Nothing to change" in type_("source", "apply", str(path)).output
    path.write_text(type_("source", "export").stdout, encoding="utf-8")
    assert "Nothing to change" in type_("source", "apply", str(path), "--prune").output
    assert count(sessions) == stands


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ('licens = "odl-vn"', "source bo-noi-vu, key licens: there is no such key; did you mean"),
        ('licence = "mine"', "Source bo-noi-vu, key licence: 'mine' is no licence"),
        ('[source.bo-noi-vu.options]\nrows = "1"', "Source bo-noi-vu, key options: "),
    ],
)
def test_one_mistake_and_nothing_is_changed(
    type_: Typist, path: Path, sessions: SessionFactory, mistake: str, sentence: str
) -> None:
    path.write_text(TWO + mistake, encoding="utf-8")
    refused = type_("source", "apply", str(path))
    assert (refused.exit_code, sentence in refused.output) == (1, True), refused.output
    assert count(sessions) == (0, 0, 0)


def test_prune_disables_what_the_file_does_not_name(type_: Typist, path: Path) -> None:
    type_("source", "add", "other", "--kind", "ckan", "--url", "https://other.example.vn")
    type_("source", "apply", str(path))
    pruned = json.loads(type_("source", "apply", str(path), "--prune", "--json").stdout)
    assert pruned["differences"] == [
        {
            "source": "other",
            "action": "disabled",
            "fields": {"enabled": {"before": True, "after": False}},
        }
    ]
    listed = json.loads(type_("source", "list", "--json").stdout)
    assert {row["name"]: row["enabled"] for row in listed} == {
        "bo-noi-vu": True,
        "bo-y-te": True,
        "other": False,
    }


def test_address_that_moves_in_the_file_keeps_the_datasets(
    type_: Typist, instance: Instance, listing: str, path: Path
) -> None:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    before = instance.dataset("Bảng giá đất").id
    moved = type_("source", "export").stdout.replace("127.0.0.1", "localhost")
    path.write_text(moved, encoding="utf-8")
    applied = type_("source", "apply", str(path))
    assert (applied.exit_code, "localhost" in applied.output) == (0, True)
    assert instance.dataset("Bảng giá đất").id == before


def test_file_that_is_not_there_is_said(type_: Typist, tmp_path: Path) -> None:
    refused = type_("source", "apply", str(tmp_path / "none.toml"))
    assert (refused.exit_code, "No such file" in refused.output) == (1, True)
