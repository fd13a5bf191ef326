"""Pages of a list: a page number out of range is brought into it, never an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _

from opendata.web import i18n

# Behind this page engines get slow and people never look; the page says so.
DEEPEST = 500
_AROUND = 2


@dataclass(frozen=True)
class Pager:
    """Where we are in a list, and the addresses of the other pages."""

    endpoint: str
    values: Mapping[str, object]
    number: int
    size: int
    total: int
    deepest: int = DEEPEST

    @property
    def last(self) -> int:
        return last_page(self.total, self.size, self.deepest)

    @property
    def first_shown(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last_shown(self) -> int:
        return min(self.number * self.size, self.total)

    @property
    def is_cut(self) -> bool:
        """Whether there are hits that no page shows."""
        return self.total > self.last * self.size

    @property
    def previous(self) -> str:
        return self.href(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return self.href(self.number + 1) if self.number < self.last else ""

    def href(self, number: int) -> str:
        values = {**self.values, "page": number} if number > 1 else dict(self.values)
        return i18n.link(self.endpoint, **values)

    def label(self, number: int) -> str:
        text: str = _("Page %(number)s", number=number)
        return text

    def numbers(self) -> list[int | None]:
        """Return the page numbers to show; None stands for a gap."""
        near = range(self.number - _AROUND, self.number + _AROUND + 1)
        shown = sorted({1, self.last, *near} & set(range(1, self.last + 1)))
        listed: list[int | None] = []
        for before, number in zip([0, *shown], shown, strict=False):
            listed += [None, number] if number - before > 1 else [number]
        return listed


def last_page(total: int, size: int, deepest: int = DEEPEST) -> int:
    """Return the number of the last page; an empty list has one page."""
    return max(1, min(-(-total // size), deepest))


def asked() -> int:
    """Return the page number of the request: 1 where there is none or it is no number."""
    return min(asked_exactly(), DEEPEST)


def asked_exactly() -> int:
    """Return the page number of the request, however large; 1 where it is no number."""
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return 1
    return max(int(text), 1)
