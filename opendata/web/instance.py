"""What one running catalogue holds; every page asks here, there are no globals."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import IO, Any, Protocol, cast

from flask import Flask, current_app

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.search.base import Searcher
from opendata.search.known import Known
from opendata.storage import Store

_KEY = "opendata"


class FileCheck(Protocol):
    """Checks files of people without an account and keeps nothing; gives reports as JSON has them.

    `schema` is the key of a published schema, or nothing. A file that cannot be read, or fetched,
    has a report with its reason.
    """

    def of_upload(self, body: IO[bytes], name: str, schema: str) -> dict[str, Any]:
        """Check what can be read from `body`; `name` is what its sender calls it."""

    def of_url(self, url: str, schema: str) -> dict[str, Any]:
        """Fetch a file from a public address and check it."""


@dataclass(frozen=True)
class Instance:
    """Settings, the three places that data comes from, and the check of files with the places for
    those who ask for one now."""

    settings: Settings
    sessions: SessionFactory
    store: Store
    index: Searcher
    known: Known
    file_check: FileCheck
    check_places: threading.BoundedSemaphore


def install(app: Flask, instance: Instance) -> None:
    """Tie an instance to its application."""
    app.extensions[_KEY] = instance


def current() -> Instance:
    """Return the instance that answers this request."""
    return cast(Instance, current_app.extensions[_KEY])
