"""What words mean beside themselves: acronyms, synonyms, English words, other names of places and
agencies. A table of `schemas/codelists`, and an overlay of the same form that an administrator
edits.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from opendata import bundled
from opendata.errors import SettingError
from opendata.search import text
from opendata.search.text import Token

# The tokens of a phrase in one spelling.
Key = tuple[str, ...]

KINDS = ("acronym", "agency-acronym", "synonym", "english", "place", "agency")
_COLUMNS = {"kind", "variant", "meaning", "valid_from"}
_LONGEST = 8  # words of a phrase


@dataclass(frozen=True)
class Entry:
    """One line: what people write, and what is meant. `valid_from`: an ISO date, of agencies.

    An agency without a meaning is one that goes by its own name.
    """

    kind: str
    variant: str
    meaning: str
    valid_from: str = ""


class Lexicon:
    """All entries, found by the words of a query."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_words: dict[Key, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            for key in keys(entry.variant):
                self._by_words[key].append(entry)
        self.words = frozenset(word for key in self._by_words for word in key)
        self.longest = max(map(len, self._by_words), default=0)

    def of_kind(self, *kinds: str) -> tuple[Entry, ...]:
        """Return the entries of these kinds in their order."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)

    def meanings(self, tokens: Sequence[Token]) -> tuple[Entry, ...]:
        """Return the acronyms, synonyms and English words that a phrase of a query may be.

        A phrase with marks must have those of the entry: `chợ` is no `cho`.
        """
        words = tuple(token.folded for token in tokens)
        found = [*self._by_words.get(words, ()), *self._by_words.get(_singular(words), ())]
        return tuple(dict.fromkeys(e for e in found if e.kind in KINDS[:4] and _agrees(e, tokens)))


def keys(phrase: str) -> list[Key]:
    """Return the folded words of a phrase; of an acronym that is written in parts the glued form,
    too: `KH&ĐT` is (kh, dt) and (khdt)."""
    tokens = text.analyse(phrase)
    plain = tuple(token.folded for token in tokens if not token.glued)[:_LONGEST]
    glued = [(token.folded,) for token in tokens if token.glued == len(plain)]
    return [plain, *glued] if plain else []


def load(overlay: Path | None = None) -> Lexicon:
    """Return the lexicon with what the overlay adds and takes away.

    A line of the overlay without a meaning takes the variant away (agencies apart). The file is
    read again when it changes; raises SettingError where it cannot be read.
    """
    if overlay is None or not overlay.exists():
        return _published()
    status = overlay.stat()
    return _overlaid(overlay, status.st_mtime_ns, status.st_size)


@cache
def _published() -> Lexicon:
    return Lexicon(map(_entry, bundled.code_list("lexicon")))


@lru_cache(maxsize=4)
def _overlaid(path: Path, _changed: int, _size: int) -> Lexicon:
    own = _read(path)
    gone = {(e.kind, e.variant) for e in own if not e.meaning and e.kind != "agency"}
    kept = (e for e in _published().entries if (e.kind, e.variant) not in gone)
    return Lexicon([*kept, *(e for e in own if e.meaning or e.kind == "agency")])


def _read(path: Path) -> list[Entry]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as err:
        raise SettingError(f"The words in {path} cannot be read: {err}; save it as UTF-8.") from err
    for line, row in enumerate(rows, start=2):
        if row.get("kind") not in KINDS or not row.get("variant") or not _COLUMNS.issuperset(row):
            raise SettingError(
                f"Line {line} of {path} is no entry: it needs the columns kind, variant and "
                f"meaning; kind is one of {', '.join(KINDS)}."
            )
    return list(map(_entry, rows))


def _entry(row: Mapping[str, str | None]) -> Entry:
    return Entry(
        row["kind"] or "",
        row["variant"] or "",
        row.get("meaning") or "",
        row.get("valid_from") or "",
    )


def _agrees(entry: Entry, tokens: Sequence[Token]) -> bool:
    marked = [token for token in tokens if token.exact != token.folded]
    if not marked:
        return True
    spellings = {token.exact for token in text.analyse(entry.variant)}
    return all(token.exact in spellings for token in marked)


def _singular(words: Key) -> Key:
    """Return English words without the ending of the plural."""
    return tuple(_one(word) for word in words)


def _one(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
