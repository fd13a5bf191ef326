"""What one call asks for, and how far it is: the same through all its tries and redirects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from opendata.harvester import Secret
from opendata.transport.deadline import Deadline


@dataclass
class Errand:
    """One call. `conditions` are headers that go to every hop, the secret only to its origin."""

    url: str
    where: str
    deadline: Deadline
    limit: int
    secret: Secret | None
    accept: str = "*/*"
    conditions: Mapping[str, str] = field(default_factory=dict)
    # Hosts that the breaker let it ask, and the one being asked; none while it waits for a turn.
    admitted: set[str] = field(default_factory=set)
    host: str = ""
