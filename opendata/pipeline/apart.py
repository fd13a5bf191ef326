"""A row of a file that is no row of its table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Apart:
    """A row of the file that is no row of its table; `kind` is `units`, `total` or `note`."""

    kind: str
    cells: tuple[str | None, ...]
