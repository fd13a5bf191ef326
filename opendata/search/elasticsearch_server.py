"""The connection to Elasticsearch: who we are there, how long we wait, its errors in our words.

No sentence here names an address, a user or a password: it may end up on a page.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import (
    ApiError,
    AuthenticationException,
    ConnectionTimeout,
    Elasticsearch,
    TransportError,
)

from opendata import config
from opendata.errors import SearchUnavailable, SettingError

# A node that is gone or starting is passed over; another one answers.
_TRIES_ELSEWHERE = 3
_PASSING = (502, 503, 504)
# It tells every try with its address and a traceback; what comes of it is told by us.
logging.getLogger("elastic_transport").setLevel(logging.ERROR)


def connect(settings: config.Search) -> Elasticsearch:
    """Return a client; nothing is sent before it is used. Raises SettingError."""
    return Elasticsearch(
        _checked(settings.urls),
        request_timeout=settings.timeout_seconds,
        max_retries=_TRIES_ELSEWHERE,
        retry_on_status=_PASSING,
        **_trust(settings),
        **_identity(settings),
    )


def _checked(urls: tuple[str, ...]) -> list[str]:
    if not urls:
        raise SettingError(
            'search.urls is empty; name the nodes of the search server, ["https://host:9200"].'
        )
    for url in urls:
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise SettingError(
                "search.urls must hold no user and no password; "
                "set search.user and search.password_env."
            )
        if parts.scheme not in ("http", "https") or parts.port is None:
            raise SettingError(f"search.urls holds {url!r}; write it as https://host:9200.")
    return list(urls)


def _trust(settings: config.Search) -> dict[str, Any]:
    """Return the certificates that the server's is checked with, where it has one."""
    if not settings.urls[0].startswith("https:"):
        return {}
    try:
        return {"ssl_context": ssl.create_default_context(cafile=settings.ca_file or None)}
    except OSError as err:
        raise SettingError(
            f"search.ca_file is {settings.ca_file!r}; it must be a PEM file with certificates."
        ) from err


def _identity(settings: config.Search) -> dict[str, Any]:
    """Return who we are; only what is set: the client tells None from nothing."""
    if settings.api_key_env:
        return {"api_key": config.secret(settings.api_key_env)}
    if settings.user:
        return {"basic_auth": (settings.user, config.secret(settings.password_env))}
    return {}


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turn every error of the client into SearchUnavailable, with one sentence what to do."""
    try:
        yield
    except AuthenticationException as err:
        raise SearchUnavailable(
            "The search server does not know us; check user, password_env and api_key_env "
            "in [search]."
        ) from err
    except ApiError as err:
        raise refused(err.status_code, kind(err.body)) from err
    except ConnectionTimeout as err:
        raise SearchUnavailable(
            "The search server did not answer in time; look at its load, "
            "or raise timeout_seconds in [search]."
        ) from err
    except TransportError as err:
        raise SearchUnavailable(
            "The search server cannot be reached; make sure that it runs, and check urls and "
            "ca_file in [search]."
        ) from err


def refused(status: int, kind: str) -> SearchUnavailable:
    """Return what to raise when the server said no; `kind` is its own word for the reason."""
    return SearchUnavailable(
        f"The search server refuses with {status} ({kind}); see its log, make sure that its disk "
        "has room, then try again."
    )


def kind(body: Any) -> str:
    """Return the server's word for an error, `cluster_block_exception` for instance."""
    error = body.get("error") if isinstance(body, dict) else None
    found = error.get("type") if isinstance(error, dict) else error
    return str(found or "no reason given")[:100]
