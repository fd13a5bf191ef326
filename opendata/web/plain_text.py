"""Text of other people on our pages: escaped, in paragraphs, http(s) addresses made links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from markupsafe import Markup, escape

_PARAGRAPHS = re.compile(r"\n\s*\n")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`{}|\\^]+", re.IGNORECASE)
_TRAILING = ".,;:!?)]}»”’"
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")


def paragraphs(text: str) -> Markup:
    """Return text as HTML paragraphs; line breaks stay, nothing in it is taken for markup."""
    blocks = (block.strip() for block in _PARAGRAPHS.split(text.replace("\r\n", "\n")))
    return Markup("\n").join(Markup("<p>{}</p>").format(_lines(block)) for block in blocks if block)


def excerpt(text: str, length: int = 220) -> str:
    """Return the beginning of a text on one line, cut between words."""
    line = " ".join(text[: length * 4].split())
    if len(line) <= length:
        return line
    cut = line[: length + 1].rsplit(" ", 1)[0][:length]
    return cut.rstrip(_TRAILING) + "…"


def web_address(text: str | None) -> str:
    """Return the address if it is an http(s) one with a host, else nothing: it becomes a link."""
    try:
        parts = urlsplit(text or "")
    except ValueError:
        return ""
    return (text or "") if parts.scheme in ("http", "https") and parts.netloc else ""


def email_address(text: str | None) -> str:
    """Return the address if it looks like an e-mail address, else nothing."""
    return text if text and _EMAIL.fullmatch(text) else ""


def _lines(block: str) -> Markup:
    return Markup("<br>\n").join(_linked(line) for line in block.split("\n"))


def _linked(line: str) -> Markup:
    done, position = [], 0
    for match in _ADDRESS.finditer(line):
        address = match.group().rstrip(_TRAILING)
        if not web_address(address):
            continue
        done.append(escape(line[position : match.start()]))
        done.append(Markup('<a href="{0}" rel="nofollow noopener">{0}</a>').format(address))
        position = match.start() + len(address)
    done.append(escape(line[position:]))
    return Markup("").join(done)
