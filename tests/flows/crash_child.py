"""Harvests one source and dies at a named point, as kill -9 would. Run by test_crash.py."""

from __future__ import annotations

import os
import sys

from opendata import config, database
from tests.instance import Instance

source, point = sys.argv[1:3]


def die(name: str) -> None:
    """End the process at once, without any clean-up."""
    if name == point:
        os._exit(137)


settings = config.load(None)
Instance(settings, database.sessions(database.open_engine(settings)), fault=die).harvest(source)
