"""Something about a whole table that people should know; its rows are published all the same."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """A problem of `count` cells or rows of a column; `positions` of the first ones, from 0, among
    the rows of the written table."""

    code: str
    column: str
    count: int
    positions: tuple[int, ...] = ()
    value: str = ""
    rule: str = ""
