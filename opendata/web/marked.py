"""Text of other people with the words of a search marked; everything else in it is escaped."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup, escape

from opendata.search import highlight


def marked(text: str, words: Collection[str]) -> Markup:
    """Return a text as HTML, the words in <mark>."""
    done, position = [], 0
    for start, end in highlight.spans(text, words):
        done.append(escape(text[position:start]))
        done.append(Markup("<mark>{}</mark>").format(text[start:end]))
        position = end
    done.append(escape(text[position:]))
    return Markup("").join(done)


def excerpt(text: str, words: Collection[str], length: int = 220) -> Markup:
    """Return the part of a text around its first hit, on one line, the words marked."""
    return marked(highlight.excerpt(text, words, length), words)
