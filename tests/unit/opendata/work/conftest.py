"""A workplace whose clock the test sets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

import harvesters
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.pipeline.opening import open_harvester
from opendata.pipeline.state import Tools
from opendata.storage import Store
from opendata.work.workplace import Workplace


@dataclass
class Clock:
    """Says the time that the test sets."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(now: datetime) -> Clock:
    return Clock(now)


@pytest.fixture
def place(settings: Settings, sessions: SessionFactory, store: Store, clock: Clock) -> Workplace:
    return Workplace(
        tools=Tools(settings, sessions, store, clock),
        open_harvester=lambda source: open_harvester(source, harvesters.registry(), settings.http),
        follow_index=lambda: 0,
    )
