"""The readers by format: what `detect` calls a file decides who reads it. README.md: how to add."""

from __future__ import annotations

from opendata.pipeline.readers.base import Reader
from opendata.pipeline.readers.csv import read_csv
from opendata.pipeline.readers.xlsx import read_xlsx

READERS: dict[str, Reader] = {"csv": read_csv, "xlsx": read_xlsx}
