"""The header of a file held against the fields of a schema: which column is which, and what is off.

Names count before other spellings, exact spellings before those without case, marks and spaces.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterator, Sequence

from opendata.pipeline.table import names
from opendata.records import Problem
from opendata.services.table_schemas import Field, TableSchema

# How alike two names are (0 to 1) for one to be taken for a misspelling of the other.
_ALIKE = 0.8
# What a schema that says `fieldsMatch` does not mind.
_EXTRA_ALLOWED = ("subset", "partial")
_MISSING_ALLOWED = ("superset", "partial")

Spell = Callable[[str], str]
Spellings = Callable[[Field], Sequence[str]]


def match(header: Sequence[str], schema: TableSchema) -> list[Field | None]:
    """Return the field that each column is, None for a column that the schema does not know."""
    found: list[Field | None] = [None] * len(header)
    for spell, spellings in _ROUNDS:
        _match_round(found, header, schema, spell, spellings)
    return found


def mismatch(
    fields: Sequence[Field | None], chosen: Sequence[str], schema: TableSchema
) -> tuple[Problem, ...]:
    """Return what is wrong with columns that are `fields`, and called `chosen` in the table."""
    missing = list(_missing(fields, schema))
    extra = [name for name, found in zip(chosen, fields, strict=True) if found is None]
    told = [Problem("missing-column", field=of.name, rule=f"type: {of.type}") for of in missing]
    if schema.fields_match not in _EXTRA_ALLOWED:
        told += [Problem("extra-column", field=name) for name in extra]
    return (*told, *_renamed(fields, extra, schema), *_disorder(fields, schema))


def is_required(of: Field, schema: TableSchema) -> bool:
    """Say whether each row must have a value: a key with a hole identifies nothing."""
    return of.constraints.required or of.name in schema.primary_key


def folded(name: str) -> str:
    """Return a name in small letters without marks, spaces and punctuation."""
    return names.ascii_name(unicodedata.normalize("NFKC", name)).replace("_", "")


def _match_round(
    found: list[Field | None],
    header: Sequence[str],
    schema: TableSchema,
    spell: Spell,
    spellings: Spellings,
) -> None:
    free: dict[str, list[int]] = {}
    for index, label in enumerate(header):
        if found[index] is None and label.strip():
            free.setdefault(spell(label), []).append(index)
    matched = {of.name for of in found if of}
    for of in schema.fields:
        if of.name in matched:
            continue
        places = (free.get(spell(text), []) for text in spellings(of) if spell(text))
        place = next((place for place in places if _is_clear(place, spell)), None)
        if place:
            found[place.pop(0)] = of


def _is_clear(places: Sequence[int], spell: Spell) -> bool:
    """Two columns that differ by marks alone are not taken for each other."""
    return len(places) == 1 or bool(places and spell is not folded)


def _spelling(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _caseless(name: str) -> str:
    return _spelling(name).casefold()


_ROUNDS: tuple[tuple[Spell, Spellings], ...] = (
    (_spelling, lambda of: (of.name,)),
    (_caseless, lambda of: (of.name,)),
    (_spelling, lambda of: of.aliases),
    (folded, lambda of: (of.name, *of.aliases)),
)


def _missing(fields: Sequence[Field | None], schema: TableSchema) -> Iterator[Field]:
    present = {found.name for found in fields if found}
    if schema.fields_match in _MISSING_ALLOWED and present:
        return
    for of in schema.fields:
        if of.name not in present and (schema.fields_match or is_required(of, schema)):
            yield of


def _renamed(
    fields: Sequence[Field | None], extra: Sequence[str], schema: TableSchema
) -> Iterator[Problem]:
    present = {found.name for found in fields if found}
    left = {folded(name): name for name in extra}
    for of in schema.fields:
        if of.name in present:
            continue
        for spelling in (of.name, *of.aliases):
            close = difflib.get_close_matches(folded(spelling), left, n=1, cutoff=_ALIKE)
            if close:
                yield Problem("renamed-column", field=of.name, value=left.pop(close[0]))
                break


def _disorder(fields: Sequence[Field | None], schema: TableSchema) -> Iterator[Problem]:
    if schema.fields_match not in ("", "exact"):
        return
    order = [of.name for of in schema.fields]
    places = [order.index(found.name) for found in fields if found]
    for before, place in zip(places, places[1:], strict=False):
        if place < before:
            yield Problem("column-order", field=order[place], rule=f"order: {', '.join(order)}")
            return
