"""The published schemas that a file without one may keep: proposed by column names, not imposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from opendata.pipeline.table import header_match
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema

_MOST = 3
# A proposal needs this many columns that fit, and this share of the columns of the file.
_LEAST_COLUMNS = 3
_LEAST_SHARE = 0.5


@dataclass(frozen=True)
class Proposal:
    """A schema that the header fits; `score` is the share of columns and of required fields met."""

    schema: str  # `name/version`
    score: float  # 0 to 1
    matched: tuple[str, ...]  # fields that the file has
    missing: tuple[str, ...]  # required fields that it lacks


def best_match(header: Sequence[str]) -> tuple[Proposal, ...]:
    """Return the newest versions that fit `header`, best first; none where none fits well."""
    proposals = [_proposal(header, schema) for schema in table_schemas.newest()]
    good = [found for found in proposals if found and found.score >= _LEAST_SHARE]
    return tuple(sorted(good, key=lambda found: (-found.score, found.schema))[:_MOST])


def _proposal(header: Sequence[str], schema: TableSchema) -> Proposal | None:
    matched = [found.name for found in header_match.match(header, schema) if found]
    if len(matched) < _LEAST_COLUMNS:
        return None
    required = [of.name for of in schema.fields if header_match.is_required(of, schema)]
    missing = tuple(name for name in required if name not in matched)
    share = len(matched) / len(header)
    met = 1 - len(missing) / len(required) if required else 1.0
    return Proposal(schema.key, round(share * met, 3), tuple(matched), missing)
