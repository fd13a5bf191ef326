"""The name of a column as a whole term: `Mã xã`, `ma_xa` and `MA-XA` are one."""

from __future__ import annotations

from opendata.search import text

_LONGEST = 100


def key(name: str) -> str:
    """Return the folded words of a name joined by `_`; empty where it has none."""
    words = (token.folded for token in text.analyse(name) if not token.glued)
    return "_".join(words)[:_LONGEST]
