"""E-mail addresses in cells of text: those of persons, and those of offices."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

_MAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}"
# Mailboxes of a post, not of a person.
_POST = (
    r"(?:info|contact|lienhe|lien\.he|vanthu|vt|vanphong|vp|hotro|support|help|admin|webmaster"
    r"|bbt|banbientap|tiepnhan|tuyensinh|cskh|sales|office|hr|press|noreply|no-reply)"
    r"[a-z0-9._-]{0,20}@[A-Za-z0-9.-]+"
)
_STATE = r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)*gov\.vn"
_FIND = re.compile(_MAIL)
_OFFICE = re.compile(rf"(?i)(?:{_POST}|{_STATE})\Z")
_OFFICE_CELL = rf"(?i)\A\s*(?:{_POST}|{_STATE})\s*\z"


def addresses(cell: str) -> list[str]:
    """Return the e-mail addresses in a text."""
    return _FIND.findall(cell)


def is_office(address: str) -> bool:
    """Say whether an address is one of a state body, or of a post whoever holds it."""
    return _OFFICE.match(address) is not None


def only_office(text: pa.StringArray) -> pa.BooleanArray:
    """Say of each cell whether it is one address of an office and nothing else."""
    return pc.match_substring_regex(text, _OFFICE_CELL)


def has_address(text: pa.StringArray) -> pa.BooleanArray:
    """Say of each cell whether an address stands anywhere in it; of nothing, no."""
    found = pc.or_(pc.match_substring_regex(text, _MAIL), only_office(text))
    return found.fill_null(fill_value=False)
