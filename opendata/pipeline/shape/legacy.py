"""The single-byte encodings of Vietnamese before Unicode, as functions from bytes to text.

TCVN3 (the ABC fonts) is a code page; VNI writes a mark as a character of its own behind the
letter; windows-1258 writes tones as combining marks. All need NFC afterwards.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

# TCVN 5712:1993, from 0x80; B0 to B4 are combining tones. The lower half is ASCII, but for
# capitals in place of control characters.
_TCVN3 = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴẮẦẨẪẤỀặầẩẫấậèỂẻẽéẹềểễếệìỉ"
    "ỄẾỒĩíịòỔỏõóọồổỗốộờởỡớợùỖủũúụừửữứựỳỷỹýỵỐ"
)
_TCVN3_CONTROLS = dict(
    zip("\x01\x02\x04\x05\x06\x11\x12\x13\x14\x15\x16\x17", "ÚỤỪỬỮỨỰỲỶỸÝỴ", strict=True)
)
# VNI: what a byte means, read as windows-1252. Letters of their own, then marks behind a letter.
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "ñ": "đ", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị"}
_VNI_LETTERS |= {"î": "ỵ"}
_GRAVE, _ACUTE, _TILDE, _HOOK, _DOT = "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"
_ROOF, _BOWL = "\u0302", "\u0306"
_VNI_MARKS = {
    "ù": _ACUTE,
    "ø": _GRAVE,
    "û": _HOOK,
    "õ": _TILDE,
    "ï": _DOT,
    "â": _ROOF,
    "á": _ROOF + _ACUTE,
    "à": _ROOF + _GRAVE,
    "å": _ROOF + _HOOK,
    "ã": _ROOF + _TILDE,
    "ä": _ROOF + _DOT,
    "ê": _BOWL,
    "é": _BOWL + _ACUTE,
    "è": _BOWL + _GRAVE,
    "ú": _BOWL + _HOOK,
    "ü": _BOWL + _TILDE,
    "ë": _BOWL + _DOT,
}
_VNI = str.maketrans(
    {
        **_VNI_LETTERS,
        **{byte.upper(): letter.upper() for byte, letter in _VNI_LETTERS.items()},
        **_VNI_MARKS,
        **{byte.upper(): marks for byte, marks in _VNI_MARKS.items()},
    }
)
_TCVN3_BY_LATIN1 = str.maketrans(
    {**dict(zip(map(chr, range(0x80, 0x100)), _TCVN3, strict=True)), **_TCVN3_CONTROLS}
)

Decode = Callable[[bytes], str]


def tcvn3(data: bytes) -> str:
    """Read TCVN 5712 (TCVN3, ABC) bytes."""
    return data.decode("latin-1").translate(_TCVN3_BY_LATIN1)


def vni(data: bytes) -> str:
    """Read VNI bytes; a letter and its marks come apart, to be composed by NFC."""
    return windows_1252(data).translate(_VNI)


def windows_1258(data: bytes) -> str:
    """Read windows-1258 bytes; tones come as combining marks."""
    return data.decode("cp1258", errors="replace")


def windows_1252(data: bytes) -> str:
    """Read windows-1252 bytes."""
    return data.decode("cp1252", errors="replace")


def utf_8(data: bytes) -> str:
    """Read UTF-8 bytes, which an old encoding may be mixed with."""
    return data.decode("utf-8", errors="replace")


VIETNAMESE: dict[str, Decode] = {"windows-1258": windows_1258, "tcvn3": tcvn3, "vni": vni}
DECODERS: dict[str, Decode] = {**VIETNAMESE, "windows-1252": windows_1252, "utf-8": utf_8}


def composed(data: bytes, name: str) -> str:
    """Read bytes by an encoding of this name, letters and their marks in one."""
    return unicodedata.normalize("NFC", DECODERS[name](data))
