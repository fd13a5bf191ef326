"""Names of the tables and members of one file, each of them once."""

from __future__ import annotations

from collections.abc import Iterable


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names, a number behind one that was there before: `a.csv (2)`."""
    wanted = list(names)
    taken = set(wanted)
    found: dict[str, None] = {}
    for name in wanted:
        chosen, number = name, 1
        while chosen in found or (chosen != name and chosen in taken):
            number += 1
            chosen = f"{name} ({number})"
        found[chosen] = None
    return list(found)
