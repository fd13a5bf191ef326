"""A notice as JSON to an address that the administrator chose."""

from __future__ import annotations

import json
import ssl

import httpcore

from opendata import config
from opendata.errors import SourceFailure
from opendata.notices.failure import NotDelivered
from opendata.notices.notice import Notice
from opendata.transport import addresses

_SECONDS = 4.0  # each wait for the receiver
_HEADERS = [
    ("Content-Type", "application/json; charset=utf-8"),
    ("User-Agent", "opendata-notices"),
]
_WIRE_ERRORS = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
    httpcore.UnsupportedProtocol,
)


def send(notice: Notice, settings: config.Notices) -> None:
    """POST one notice; raises NotDelivered unless the answer is 2xx. Redirects are not followed."""
    body = json.dumps(notice.as_json(), ensure_ascii=False).encode()
    waits = dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS)
    try:
        with (
            httpcore.ConnectionPool(ssl_context=ssl.create_default_context()) as pool,
            # The answer's body is not read: it may be endless.
            pool.stream(
                "POST",
                _address(settings.webhook),
                headers=_HEADERS,
                content=body,
                extensions={"timeout": waits},
            ) as answer,
        ):
            status = answer.status
    except (*_WIRE_ERRORS, OSError, ValueError) as err:
        raise NotDelivered(type(err).__name__) from err
    if not 200 <= status < 300:
        raise NotDelivered(f"status {status}")


def _address(url: str) -> str:
    try:
        return addresses.parse(url).url
    except SourceFailure as err:
        # Not its text: a path may hold a key.
        raise NotDelivered(err.reason) from err
