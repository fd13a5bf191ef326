"""Conditional requests: what a source said of its bytes is sent back to it, if it is clean."""

from __future__ import annotations

from opendata.harvester import Validators

_MAX_LENGTH = 500


def headers(known: Validators | None) -> dict[str, str]:
    """Return the headers that ask only for other bytes than the known ones; maybe none."""
    if known is None:
        return {}
    asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in asked.items() if _is_clean(value)}


def _is_clean(value: str) -> bool:
    # A star would match whatever the source has, for ever.
    is_word = value == value.strip() and value not in ("", "*")
    return is_word and len(value) <= _MAX_LENGTH and value.isascii() and value.isprintable()
