"""One file per protocol. The registry is written by hand, so that one can see it.

Harvesters from outside register through the entry point group `opendata.harvesters`.
"""

from __future__ import annotations

from importlib.metadata import entry_points

from harvesters.ckan import Ckan
from harvesters.dcat import Dcat
from harvesters.file_list import FileList
from opendata.harvester import Registry

REGISTRY: Registry = {
    "ckan": Ckan,
    "dcat": Dcat,
    "file_list": FileList,
}


def registry() -> Registry:
    """Return our harvesters and those that other packages bring; ours cannot be replaced."""
    outside = {point.name: point.load() for point in entry_points(group="opendata.harvesters")}
    return {**outside, **REGISTRY}
