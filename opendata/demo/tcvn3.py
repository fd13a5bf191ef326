"""Text in TCVN3 (ABC), the 8-bit encoding that Vietnamese offices used before Unicode."""

from __future__ import annotations

import unicodedata

_ASCII = {chr(code): code for code in range(128)}
# TCVN 5712:1993 (VN3): capitals with a tone mark have no code; fonts of capitals drew them.
_VIETNAMESE = {
    **dict(zip("ĂÂÊÔƠƯĐăâêôơưđ", range(0xA1, 0xAF), strict=True)),
    **dict(zip("àảãáạ", range(0xB5, 0xBA), strict=True)),
    **dict(zip("ằẳẵắ", range(0xBB, 0xBF), strict=True)),
    **dict(zip("ặầẩẫấậè", range(0xC6, 0xCD), strict=True)),
    **dict(zip("ẻẽéẹềểễếệìỉ", range(0xCE, 0xD9), strict=True)),
    **dict(zip("ĩíịò", range(0xDC, 0xE0), strict=True)),
    **dict(zip("ỏõóọồổỗốộờởỡớợù", range(0xE1, 0xF0), strict=True)),
    **dict(zip("ủũúụừửữứựỳỷỹýỵ", range(0xF1, 0xFF), strict=True)),
}
CODES = _ASCII | _VIETNAMESE


def encode(text: str) -> bytes:
    """Return `text` in TCVN3; raise ValueError for a letter that TCVN3 has no code for."""
    letters = unicodedata.normalize("NFC", text)
    missing = sorted(set(letters) - CODES.keys())
    if missing:
        raise ValueError(f"TCVN3 has no code for {', '.join(missing)}; write the text without it.")
    return bytes(CODES[letter] for letter in letters)
