"""Named points of the chain where tests let the process die or a disk fail. In service: nothing.

The function is handed in once (`Tools.fault`, `Store(fault=…)`), so that no code path reads the
environment. A test walks every name below.
"""

from __future__ import annotations

from collections.abc import Callable

POINTS = (
    "run-started",
    "record-saved",
    "fetched",
    "tabulated",
    "store-written",
    "store-synced",
    "store-renamed",
    "version-registered",
    "before-commit",
    "after-commit",
    "dataset-settled",
    "index-written",
    "run-closing",
)

Fault = Callable[[str], None]


def none(name: str) -> None:
    """The fault function of the product: let the chain go on."""
