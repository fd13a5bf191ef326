"""What a server worker calls: the application on the settings of the environment."""

from __future__ import annotations

from flask import Flask

from opendata import config, database
from opendata.app import create_app
from opendata.search import engine
from opendata.storage import Store


def build() -> Flask:
    """Return the application; raises SettingError when a setting is wrong."""
    settings = config.load(None)
    return create_app(
        settings,
        sessions=database.sessions(database.open_engine(settings)),
        store=Store(settings.store_path),
        index=engine.open_index(settings),
    )
