"""UTF-16 without a byte order mark, told by what its pairs of bytes would be."""

from __future__ import annotations

import re

_HEAD = 64 * 1024
# Letters of Latin script with all their marks, punctuation, signs of money and of measures.
_EXPECTED = re.compile(
    r"[\t\n\r\x20-\x7e\u00a0-\u024f\u0300-\u036f\u1e00-\u20cf\u2100-\u22ff\uff0c]"
)
_EXPECTED_SHARE = 0.98
# Of text in Latin script, at least so many bytes of UTF-16 are NUL.
_NUL_SHARE = 0.2


def utf16_without_mark(head: bytes) -> str:
    """Return `utf-16-le` or `utf-16-be` when the bytes are text in one of them, else nothing."""
    data = head[: min(len(head), _HEAD) // 2 * 2]
    if data.count(0) < max(1, len(data) * _NUL_SHARE):
        return ""
    return next((name for name in ("utf-16-le", "utf-16-be") if _is_text(data, name)), "")


def _is_text(data: bytes, name: str) -> bool:
    text = data.decode(name, errors="replace")
    return len(_EXPECTED.findall(text)) >= len(text) * _EXPECTED_SHARE
