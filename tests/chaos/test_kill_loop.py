"""A short kill -9 loop; `make chaos` runs the long one (F50)."""

from __future__ import annotations

from opendata.config import Settings
from tests.chaos import kill_loop
from tests.loopback import Loopback


def test_killed_harvests_leave_everything_whole(settings: Settings, source_site: Loopback) -> None:
    assert kill_loop.run(settings, source_site, rounds=8, seed=20261123) > 0
