"""Named points of the chain where tests let the process die or a disk fail. In service: nothing.

The function is handed in once (`Tools.fault`, `Store(fault=…)`), so that no code path reads the
environment. A test walks every name below.
"""

from __future__ import annotations

from collections.abc import Callable

POINTS = (
    "run-started",
    "record-saved",
    # after each step of the pipeline, by its name
    "fetch",
    "detect",
    "tabulate",
    "decide",
    "store-written",
    "store-synced",
    "store-renamed",
    "version-registered",
    "before-commit",
    "after-commit",
    "register",
    "dataset-settled",
    "run-closing",
    "index-written",
)

Fault = Callable[[str], None]


def none(name: str) -> None:
    """The fault function of the product: let the chain go on."""
