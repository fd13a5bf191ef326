"""What a worker works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from opendata.pipeline.state import Tools
from opendata.pipeline.under_lease import OpenHarvester


@dataclass(frozen=True)
class Workplace:
    """The tools of the pipeline, and what only the command line knows how to make."""

    tools: Tools
    open_harvester: OpenHarvester
    # Lets the search index follow the event log; returns how many events it took.
    follow_index: Callable[[], int]
