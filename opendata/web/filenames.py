"""The names under which files are saved: any name may come in, only a plain one goes out."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from opendata.records import clean_text
from opendata.services import slugs

_UNSAFE = re.compile(r"[\\/:*?\"<>|\s]+")
# Right-to-left overrides and zero-width characters would show another extension than there is.
_INVISIBLE = ("Cf", "Cc", "Zl", "Zp", "Cs")
_FORMAT_IN_BRACKETS = re.compile(r"\s*\((?:csv|tsv|xlsx?|json|pdf|parquet)\)$", re.I)
_MAX = 100


def plain(name: str, extension: str) -> str:
    """Return the ASCII file name that stands in the address: `dan-so-ha-noi.csv`."""
    return f"{slugs.make(_stem(name, extension))}.{extension}"


def disposition(name: str, extension: str) -> str:
    """Return the Content-Disposition header: ASCII for old programs, the full name beside it."""
    full = quote(f"{_stem(name, extension)}.{extension}", safe="")
    return f"attachment; filename=\"{plain(name, extension)}\"; filename*=UTF-8''{full}"


def _stem(name: str, extension: str) -> str:
    visible = "".join(
        char
        for char in unicodedata.normalize("NFC", clean_text(name.replace("\n", " ")))
        if unicodedata.category(char) not in _INVISIBLE
    )
    words = _UNSAFE.sub(" ", visible).strip(" .")
    if words.lower().endswith(f".{extension}"):
        words = words[: -len(extension) - 1]
    # "Giá đất (CSV)" tells a reader of the page something, a reader of a file name nothing.
    words = _FORMAT_IN_BRACKETS.sub("", words)
    return words[:_MAX].strip(" .") or "du-lieu"
