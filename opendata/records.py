"""What harvesters speak: plain frozen values, no database, no HTTP."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date, datetime

# Text by language: keys `vi`, `en`, or `und` where the source does not say.
Text = dict[str, str]

# Characters of an upstream id: an index entry of PostgreSQL holds some 2,700 bytes. A record whose
# id is longer is set aside by the pipeline.
LONGEST_ID = 500

# What moves a cursor, or makes a reader see letters in another order than they stand in; line
# ends and tabs do neither.
HARMFUL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATES_AND_CONTROLS = re.compile("[\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Problem:
    """Something wrong in data or metadata; `code` is one of `vocabulary.PROBLEMS`.

    `rule` says what was expected, where the code alone does not: `type: integer`, `maximum: 100`.
    """

    code: str
    field: str = ""
    value: str = ""
    row: int | None = None
    rule: str = ""

    def __post_init__(self) -> None:
        # Names and values come from outside, and must not cost the record that they are noted on.
        for name, longest in (("field", 300), ("value", 2_000), ("rule", 500)):
            text = _SURROGATES_AND_CONTROLS.sub("", getattr(self, name))
            object.__setattr__(self, name, text[:longest])


@dataclass(frozen=True)
class PublisherName:
    """Who answers for a dataset, as the source names it."""

    name: str
    code: str = ""
    name_en: str = ""


@dataclass(frozen=True)
class Period:
    """The time that the data speaks of; either end may be open."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True)
class Contact:
    """Whom to ask."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Distribution:
    """One file upstream: where its bytes are and what the source says of them."""

    url: str
    upstream_id: str = ""
    name: str = ""
    description: str = ""
    format: str = ""
    schema: str = ""

    @property
    def key(self) -> str:
        """What keeps the file the same file from run to run: upstream id, else URL, else name."""
        return self.upstream_id or self.url or self.name


@dataclass(frozen=True)
class SourceRecord:
    """One dataset as a source tells it during a run."""

    upstream_id: str
    title: Text
    raw: bytes
    notes: Text = field(default_factory=dict)
    publisher: PublisherName | None = None
    keywords: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    licence: str = ""
    frequency: str = ""
    landing_page: str = ""
    areas: tuple[str, ...] = ()
    period: Period | None = None
    issued: date | None = None
    modified: datetime | None = None
    language: str = "vi"
    contact: Contact | None = None
    provenance: Text = field(default_factory=dict)
    distributions: tuple[Distribution, ...] = ()
    problems: tuple[Problem, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectedRecord:
    """A record that the source gave but that cannot be understood; the run goes on."""

    upstream_id: str
    raw: bytes
    problems: tuple[Problem, ...]


def short_id(upstream_id: str) -> str:
    """Return an identifier as rows and sets hold it: a very long one as its start and digest."""
    text = clean_text(upstream_id)
    if len(text) <= LONGEST_ID:
        return text
    end = f"…{hashlib.sha256(text.encode()).hexdigest()}"
    return text[: LONGEST_ID - len(end)] + end


def clean_text(value: object) -> str:
    """Return text that every layer below can keep: no NUL, control character or lone surrogate."""
    if value is None:
        return ""
    return _SURROGATES_AND_CONTROLS.sub("", str(value)).strip()


def harmless(text: str) -> str:
    """Return text from outside as it may be shown on a page or a screen."""
    return HARMFUL.sub("�", text)
