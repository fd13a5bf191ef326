"""Where the files of an installed data package lie. They are read as files, never imported."""

from __future__ import annotations

from importlib import metadata, util
from pathlib import Path

from opendata.errors import SettingError


def folder(package: str) -> Path:
    """Return the `data` folder of an installed package; raise SettingError if it is absent."""
    spec = util.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    data = Path(places[0]) / "data" if places else None
    if data is None or not data.is_dir():
        raise SettingError(
            f"The sample sources need the data of the package {package}, which is not installed; "
            "install the demo group: make demo does it."
        )
    return data


def version(package: str) -> str:
    """Return the installed version of a package that `folder` has found."""
    return metadata.version(package)
