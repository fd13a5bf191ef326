"""Titles to addresses. A slug is given once and to one dataset only, for ever."""

from __future__ import annotations

import itertools
import re
import unicodedata
import uuid
from collections.abc import Iterator

# Letters that do not decompose: đ, and the look-alikes that bad files hold in its place.
_STROKED = str.maketrans("đĐðÐɖƉ", "dDdDdD")
_MAX = 100


def make(title: str) -> str:
    """Return the ASCII slug of a title: `Đắk Lắk` gives `dak-lak`; never empty."""
    folded = unicodedata.normalize("NFKD", title.translate(_STROKED))
    letters = "".join(char for char in folded if not unicodedata.combining(char))
    words = re.findall(r"[a-z0-9]+", letters.casefold())
    return _shorten("-".join(words)) or "khong-ten"


def candidates(title: str) -> Iterator[str]:
    """Yield slugs to try in order, without end: the plain one, then numbered ones."""
    base = make(title)
    yield base
    for number in itertools.count(2):
        yield f"{base}-{number}"


def unique(title: str, dataset_id: uuid.UUID) -> str:
    """Return the slug that only this dataset can have: with the first half of its id."""
    return f"{make(title)}-{dataset_id.hex[:16]}"


def _shorten(slug: str) -> str:
    if len(slug) <= _MAX:
        return slug
    return slug[:_MAX].rsplit("-", 1)[0]
