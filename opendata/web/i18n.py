"""The language of a page is in its address: `/…` is Vietnamese, `/en/…` English.

Answers to programs, below `/api/`, are in the language that the request asks for.
"""

from __future__ import annotations

from urllib.parse import urlencode

from flask import request, url_for

VIETNAMESE = "vi"
ENGLISH = "en"
LANGUAGES = (VIETNAMESE, ENGLISH)
_MAX_QUERY = 2_000


def language() -> str:
    """Return the language of this request, also where the address leads nowhere."""
    path = request.path
    if is_api():
        return _asked()
    return ENGLISH if path == "/en" or path.startswith("/en/") else VIETNAMESE


def is_api() -> bool:
    """Say whether a program asks: it is answered in JSON, also where something goes wrong."""
    return request.path.startswith("/api/")


def _asked() -> str:
    """Return the language of `?lang=`, else of Accept-Language, else Vietnamese."""
    said = request.args.get("lang", "")
    if said in LANGUAGES:
        return said
    return request.accept_languages.best_match(LANGUAGES) or VIETNAMESE


def link(endpoint: str, **values: object) -> str:
    """Return the path of a page in the language of this request."""
    return url_for(f"{language()}.{endpoint}", **values)  # type: ignore[arg-type] # Flask's own **


def in_language(wanted: str, *, query: bool = False) -> str:
    """Return the path of this page in another language; of the first page where this is none."""
    blueprint, _, rest = (request.endpoint or "").partition(".")
    if blueprint not in LANGUAGES:
        return url_for(f"{wanted}.home.page")
    path = url_for(f"{wanted}.{rest}", **(request.view_args or {}))
    asked = urlencode(list(request.args.items(multi=True)), errors="replace") if query else ""
    return f"{path}?{asked}" if asked and len(asked) <= _MAX_QUERY else path
