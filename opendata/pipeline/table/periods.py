"""Years, months and quarters: written in many ways, kept as `2025`, `2025-07` and `2025-Q3`."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from opendata.pipeline.table import fixed
from opendata.pipeline.table.typed import Cast, Options, kept, misfits, trimmed

_DEFAULT = {
    "year": r"\A[0-9]{4}\z",
    "yearmonth": r"\A[0-9]{4}-(0[1-9]|1[0-2])\z",
    "quarter": r"\A[0-9]{4}-Q[1-4]\z",
}
_YEAR = "(?P<year>1[89][0-9]{2}|20[0-9]{2}|2100)"
_MONTH = "(?P<part>0?[1-9]|1[0-2])"
_QUARTER = "(?P<part>[1-4]|i{1,3}|iv)"
_BETWEEN = r"(?:\s*[-/.,]\s*|\s*(?:năm|year)\s*|\s+)"
# How people write them; small letters, as the texts are made before they are held against these.
_WRITTEN = {
    "yearmonth": (
        rf"\A{_YEAR}[-/]{_MONTH}\z",
        rf"\A{_MONTH}[-/]{_YEAR}\z",
        rf"\A(?:tháng|thang|t)\s*\.?\s*{_MONTH}{_BETWEEN}{_YEAR}\z",
    ),
    "quarter": (
        rf"\A{_YEAR}\s*[-/]?\s*(?:quý|q)\s*{_QUARTER}\z",
        rf"\A(?:quý|quy|quarter|q)\s*\.?\s*{_QUARTER}{_BETWEEN}{_YEAR}\z",
    ),
}
_PARTS = [*(f"{n:02}" for n in range(1, 13)), *map(str, range(1, 10)), "i", "ii", "iii", "iv"]
_MONTHS = [f"-{n:02}" for n in (*range(1, 13), *range(1, 10))] + [None] * 4
_QUARTERS = [None] * 12 + [f"-Q{n}" if n <= 4 else None for n in range(1, 10)]
_QUARTERS += [f"-Q{n}" for n in range(1, 5)]


def quick(text: pa.StringArray, kind: str, _form: str, _options: Options) -> pa.Array | None:
    """Return texts that are already `2025-07`, None for all others."""
    matrix = fixed.cells(text, 7) if kind == "yearmonth" else None
    if matrix is None or not fixed.are_digits(matrix, [0, 1, 2, 3, 5, 6]):
        return None
    month = (matrix[:, 5] - ord("0")) * 10 + matrix[:, 6] - ord("0")
    is_clean = (matrix[:, 4] == ord("-")).all() and month.min() >= 1 and month.max() <= 12
    return text if is_clean else None


def exact(text: pa.StringArray, kind: str, form: str, _options: Options) -> Cast:
    """Return the column as `form` allows, `any` being all ways that people write them."""
    # A table has few periods, each many times: every one is read once.
    encoded = text.dictionary_encode()
    values = _read(encoded.dictionary, kind, form).take(encoded.indices)
    return values, misfits(text, values.is_valid())


def _read(text: pa.StringArray, kind: str, form: str) -> pa.Array:
    if form != "any" or kind == "year":
        bare = trimmed(text)
        found = kept(bare, pc.match_substring_regex(bare, _DEFAULT[kind]))
        return found.cast(pa.int64()) if kind == "year" else found
    plain = pc.utf8_lower(trimmed(pc.utf8_normalize(text, "NFC")))
    return pc.coalesce(*(_composed(plain, pattern, kind) for pattern in _WRITTEN[kind]))


def _composed(plain: pa.StringArray, pattern: str, kind: str) -> pa.StringArray:
    found = pc.extract_regex(plain, pattern)
    # The fields of a struct that is null are empty texts.
    year = kept(found.field("year"), found.is_valid())
    place = pc.index_in(found.field("part"), pa.array(_PARTS))
    ends = pa.array(_MONTHS if kind == "yearmonth" else _QUARTERS, pa.string())
    return pc.binary_join_element_wise(year, ends.take(place), "")
