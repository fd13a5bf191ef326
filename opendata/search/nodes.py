"""The nodes of a query tree: what every engine must be able to compile.

No node holds what a person typed: only tokens of the normal form, and facet values as whole terms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# What the fields beside the best one add.
TIE = 0.2


@dataclass(frozen=True)
class Term:
    """The field holds this term; scored by BM25."""

    field: str
    value: str


@dataclass(frozen=True)
class Boost:
    """The score of `node` times `factor`."""

    node: Node
    factor: float


@dataclass(frozen=True)
class Constant:
    """What `node` matches, with this score."""

    node: Node
    score: float


@dataclass(frozen=True)
class Best:
    """One of `nodes` matches; the best score, plus `tie` times each other score."""

    nodes: tuple[Node, ...]
    tie: float = TIE


@dataclass(frozen=True)
class Any:
    """At least `minimum` of `nodes` match; the scores of those that do, summed."""

    nodes: tuple[Node, ...]
    minimum: int = 1


@dataclass(frozen=True)
class All:
    """Every one of `must` matches; `should` adds its scores where it matches."""

    must: tuple[Node, ...]
    should: tuple[Node, ...] = ()


@dataclass(frozen=True)
class Everything:
    """Every document, with the score 0."""


@dataclass(frozen=True)
class Not:
    """What `node` does not match, with the score 0."""

    node: Node


@dataclass(frozen=True)
class Range:
    """A whole number of the field lies between `low` and `high`, both included, with the score 0.

    None leaves an end open; at least one is given. `fields.range_column` names such fields.
    """

    field: str
    low: int | None
    high: int | None


Node: TypeAlias = Term | Boost | Constant | Best | Any | All | Everything | Not | Range
