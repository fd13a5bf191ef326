"""What tests of the search contract share: each runs once for every engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contracts import engines
from tests.contracts.engines import Factory


@pytest.fixture(params=engines.ENGINES, scope="module")
def factory(request: pytest.FixtureRequest) -> Iterator[Factory]:
    """Open the index of a folder."""
    with engines.ENGINES[request.param](request) as factory:
        yield factory
