"""Where the published schemas and the migrations lie: beside the package, or inside the wheel."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parent


def path(name: str) -> Path:
    """Return the folder or file `name` (`schemas`, `migrations`, `config.example.toml`)."""
    inside = _PACKAGE / "bundled" / name
    return inside if inside.exists() else _PACKAGE.parent / name


@cache
def code_list(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of `schemas/codelists/NAME.csv`, each by the names of its columns."""
    with (path("schemas") / "codelists" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
