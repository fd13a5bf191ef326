"""What one running catalogue holds; every page asks here, there are no globals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.search.base import SearchIndex
from opendata.storage import Store

_KEY = "opendata"


@dataclass(frozen=True)
class Instance:
    """Settings and the three places that data comes from."""

    settings: Settings
    sessions: SessionFactory
    store: Store
    index: SearchIndex


def install(app: Flask, instance: Instance) -> None:
    """Tie an instance to its application."""
    app.extensions[_KEY] = instance


def current() -> Instance:
    """Return the instance that answers this request."""
    return cast(Instance, current_app.extensions[_KEY])
