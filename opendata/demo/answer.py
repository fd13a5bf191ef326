"""What a sample publisher's web server answers, before it goes on the wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """Status, media type and body of one answer."""

    status: int
    media_type: str
    body: bytes


# From the query of an address (the last value of a repeated name) to the answer.
Page = Callable[[Mapping[str, str]], Answer]


def fixed(media_type: str, body: bytes) -> Page:
    """Return a page that always answers the same file."""
    answer = Answer(200, media_type, body)
    return lambda query: answer
