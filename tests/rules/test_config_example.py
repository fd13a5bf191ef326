"""config.example.toml shows every setting with its default, and nothing else."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path

from opendata.config import Settings, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_example_loads_to_the_defaults() -> None:
    assert load(EXAMPLE, {}) == Settings()


def test_example_shows_every_setting() -> None:
    shown = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    for section in dataclasses.fields(Settings):
        default = getattr(Settings(), section.name)
        if dataclasses.is_dataclass(default):
            assert set(shown[section.name]) == {f.name for f in dataclasses.fields(default)}
        else:
            assert section.name in shown
