"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared_inputs() -> Path:
    """Recorded answers and files beside the checkout; absent on a user's machine."""
    folder = ROOT.parent / "shared"
    if not folder.exists():
        # Clones for parallel work lie one level deeper.
        folder = ROOT.parent.parent / "shared"
    if not folder.exists():
        if os.environ.get("CI"):
            pytest.fail("the recorded inputs (../shared) are missing under CI")
        pytest.skip("the recorded inputs (../shared) are not on this machine")
    return folder
