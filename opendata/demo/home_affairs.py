"""Ministry of Home Affairs: administrative units before and since 1 July 2025.

The tables are made from the files of two data packages each time; nothing of them is kept here.
"""

from __future__ import annotations

from opendata.demo import (
    package_files,
    unit_check,
    unit_counts,
    unit_lists,
    unit_origin,
    units_before,
    units_since,
    ward_conversion,
)
from opendata.demo.publication import Agency, Publisher

AGENCY = Agency("G09", "bo-noi-vu", "Bộ Nội vụ", "Ministry of Home Affairs")


def publisher() -> Publisher:
    """Return the ministry with its four datasets; raise SettingError without the data packages."""
    folder = package_files.folder(unit_origin.PACKAGE)
    second = package_files.folder(unit_origin.SECOND_PACKAGE)
    before, since = unit_lists.read_before(folder), unit_lists.read_since(folder)
    datasets = (
        units_before.publication(before, unit_check.check(before, second)),
        units_since.publication(since),
        ward_conversion.publication(unit_lists.read_moves(folder)),
        unit_counts.publication(before, since),
    )
    return Publisher(AGENCY, datasets)
