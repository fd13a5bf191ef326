"""The query language for people: "words together", -left out, field:value, and plain words.

Nothing a person types is wrong: what is no operator is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from opendata.search import spans, text

# A page of prose pasted into the search box is cut here: engines limit the clauses of a query.
MAX_TEXT = 1_000
MAX_WORDS = 32
MAX_CLAUSES = 16

# The names people may type, by what they mean; without marks, spaces and hyphens (`chủ-đề`).
_NAMES = {
    "publisher": "publisher organization organisation org coquan",
    "theme": "theme topic chude linhvuc",
    "format": "format dinhdang",
    "licence": "licence license giayphep",
    "frequency": "frequency tansuat",
    "area": "area place diaban diaphuong",
    "period": "period year nam",
    "language": "language lang ngonngu",
    "schema": "schema luocdo",
    "validity": "validity chatluong",
    "access": "access truycap",
    "has": "has co",
    "column": "column cot",
    "unit": "unit donvi",
    "code_list": "codelist danhmuc",
    "title": "title tieude",
    "keyword": "keyword tag tukhoa",
    "modified": "modified updated capnhat",
    "metadata": "metadata mota",
    "created": "created dang",
}
_OPERATORS = {name: field for field, names in _NAMES.items() for name in names.split()}
_SPANS = frozenset({"period", "modified", "metadata", "created"})

_QUOTED = r'["“”„](?P<phrase>[^"“”„]*)["“”„]'
_PIECE = re.compile(
    rf"(?P<minus>-?)(?:(?P<name>[^\W\d][\w-]{{0,30}}):)?(?:{_QUOTED}|(?P<word>[^\s\"“”„]+))"
)


@dataclass(frozen=True)
class Clause:
    """One condition: `value` stands together in `field`, a key of the operators, or anywhere ("").

    The values of spans (dates, years) can be read by `spans.read`.
    """

    field: str
    value: str
    is_without: bool = False


@dataclass(frozen=True)
class Asked:
    """A query taken apart: plain words, and conditions that must hold. `is_cut`: it was longer."""

    words: str
    clauses: tuple[Clause, ...] = ()
    is_cut: bool = False


def read(typed: str) -> Asked:
    """Take a query apart; any text is fine and costs time by its length, at most by `MAX_TEXT`."""
    return _read(typed[:MAX_TEXT], is_cut=len(typed) > MAX_TEXT)


# A search asks for the same text several times.
@lru_cache(maxsize=500)
def _read(typed: str, *, is_cut: bool) -> Asked:
    normal = unicodedata.normalize("NFC", typed)
    words: list[str] = []
    clauses: list[Clause] = []
    # A quotation mark without its partner is passed over.
    for match in _PIECE.finditer(normal):
        plain, clause = _understood(match)
        words.append(plain)
        clauses += [clause] if clause else []
    plain = " ".join(" ".join(words).split())
    kept = _within_bounds(list(dict.fromkeys(clauses)))
    is_cut = is_cut or len(kept) < len(set(clauses)) or len(text.analyse(plain)) > MAX_WORDS
    return Asked(plain, kept, is_cut)


def _within_bounds(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Return the first conditions, `MAX_CLAUSES` at most with `MAX_WORDS` words in all."""
    words = accumulate(len(text.analyse(clause.value)) for clause in clauses)
    pairs = zip(clauses[:MAX_CLAUSES], words, strict=False)
    return tuple(clause for clause, so_far in pairs if so_far <= MAX_WORDS)


def is_span(clause: Clause) -> bool:
    """Say whether the value of a condition is a span of days or years."""
    return clause.field in _SPANS


def _understood(match: re.Match[str]) -> tuple[str, Clause | None]:
    """Return the plain words of a piece, and its condition."""
    name, phrase, is_without = match["name"], match["phrase"], _is_minus(match)
    value = match["word"] if phrase is None else phrase
    field = _OPERATORS.get(text.folded(name).replace(" ", ""), "") if name else ""
    if field and _is_readable(field, value):
        return "", Clause(field, value, is_without)
    if phrase is None and not is_without:
        return match[0], None
    # The name of a field that we do not have is a word like others.
    left = name or ""
    return (left, Clause("", value, is_without)) if text.analyse(value) else (match[0], None)


def _is_minus(match: re.Match[str]) -> bool:
    """Say whether words are left out: the hyphen begins a piece, and no word ends before it."""
    before = match.string[: match.start()][-1:]
    return bool(match["minus"]) and (not before or before.isspace())


def _is_readable(field: str, value: str) -> bool:
    return bool(spans.read(value) if field in _SPANS else text.analyse(value))
