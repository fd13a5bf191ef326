"""Names of columns: what readers use, an ASCII alias beside it, the header kept as it was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from opendata.pipeline.tables import Column
from opendata.records import clean_text

# Longer headers are sentences; as a name only their beginning is used.
MAX_NAME = 200  # characters
_MAX_ALIAS = 100
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_UNSEEN = ("Cc", "Cf", "Co", "Cn")
# What NFD does not take apart.
_LETTERS = str.maketrans({"đ": "d", "Đ": "D", "ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe"})


def tidy(header: str) -> str:
    """Return a header in NFC, its white space folded and trimmed, no longer than a name may be.

    Signs that nobody sees, such as a byte order mark or a change of direction, are left out.
    """
    folded = " ".join(unicodedata.normalize("NFC", header).split())
    seen = "".join(sign for sign in clean_text(folded) if unicodedata.category(sign) not in _UNSEEN)
    return seen[:MAX_NAME].strip()


def unique_names(headers: Sequence[str]) -> tuple[str, ...]:
    """Name each column by its header; an empty one by its place, a repeated one by a number."""
    tidied = (tidy(header) or f"column_{place}" for place, header in enumerate(headers, start=1))
    return _numbered(tidied)


def aliases(names: Sequence[str]) -> tuple[str, ...]:
    """Return an ASCII name for each name: `Tên tỉnh` as `ten_tinh`, all different."""
    plain = (ascii_name(name) or f"column_{place}" for place, name in enumerate(names, start=1))
    return _numbered(plain)


def ascii_name(name: str) -> str:
    """Return a name in lower-case ASCII letters, digits and `_`; may be empty."""
    marked = unicodedata.normalize("NFD", name.translate(_LETTERS).lower())
    letters = "".join(letter for letter in marked if not unicodedata.combining(letter))
    return _NOT_WORD.sub("_", letters).strip("_")[:_MAX_ALIAS].strip("_")


def metadata(column: Column) -> dict[str, str]:
    """Return what the Parquet field of a column tells besides name and type; nothing empty."""
    told = {
        "header": column.header,
        "alias": column.alias,
        "title": column.title,
        "unit": column.unit,
        "role": column.role,
    }
    return {name: text for name, text in told.items() if text or name in ("header", "alias")}


def _numbered(names: Iterable[str]) -> tuple[str, ...]:
    wanted = list(names)
    taken = set(wanted)
    seen: set[str] = set()
    found = []
    for name in wanted:
        chosen, number = name, 1
        # A number that another column bears by itself is passed over.
        while chosen in seen or (number > 1 and chosen in taken):
            number += 1
            chosen = f"{name}_{number}"
        seen.add(chosen)
        found.append(chosen)
    return tuple(found)
