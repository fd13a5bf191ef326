"""What people are told exists: commands, targets, folders that are extended."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands(group: click.Group, prefix: str = "opendata") -> list[str]:
    found = []
    for name, command in group.commands.items():
        path = f"{prefix} {name}"
        found += commands(command, path) if isinstance(command, click.Group) else [path]
    return found


@pytest.mark.parametrize("command", commands(main))
def test_command_explains_itself(command: str) -> None:
    found: click.Command = main
    for word in command.split()[1:]:
        assert isinstance(found, click.Group)
        found = found.commands[word]
    assert found.help


def test_every_command_of_the_readme_exists() -> None:
    known = commands(main)
    typed = re.findall(r"^(?:\.venv/bin/)?(opendata(?: [a-z-]+)+)", README, re.M)
    assert typed
    for line in typed:
        assert any(line == name or line.startswith(f"{name} ") for name in known), line


def test_every_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(re.findall(r"`make ([a-z-]+)`", README)) <= targets


@pytest.mark.parametrize(
    "folder",
    ["harvesters", "schemas/tables", "schemas/codelists", "opendata/pipeline", "opendata/search"],
)
def test_folder_that_people_extend_has_a_readme(folder: str) -> None:
    assert (ROOT / folder / "README.md").is_file()
