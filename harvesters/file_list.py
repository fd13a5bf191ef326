"""A list of files kept by hand: one CSV, one row a file; README.md beside this has its format."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import AbstractContextManager

from harvesters import file_list_rows, mapping
from harvesters.file_list_rows import Row
from opendata.errors import SourceFailure
from opendata.harvester import HttpClient, SourceConfig, Transfer, Validators
from opendata.records import Distribution, RejectedRecord, SourceRecord, clean_text

_MAX_BYTES = 64 * 1024**2  # of a list: some hundred thousand files

_LONGEST_CELL = 10_000_000


class FileList:
    """A CSV on the web that lists files. It has no options."""

    def __init__(self, source: SourceConfig, http: HttpClient) -> None:
        mapping.check_options(source)
        self._source = source
        self._http = http
        self.announced: int | None = None

    def discover(self) -> Iterator[SourceRecord | RejectedRecord]:
        """List the datasets in the order of their first rows."""
        where = self._source.url.partition("?")[0]  # the query may hold a key
        with self._http.open(self._source.url, secret=self._source.secret) as transfer:
            text = _text(transfer, where)
            base = transfer.url
        columns, rows = _rows(text, where)
        unknown = [f"column {name}" for name in columns if name not in file_list_rows.COLUMNS]
        for upstream_id, own in _by_dataset(rows).items():
            yield file_list_rows.read(upstream_id, own, base=base, lost=unknown)

    def open(
        self, distribution: Distribution, *, known: Validators | None = None
    ) -> AbstractContextManager[Transfer]:
        """Give the bytes of one file."""
        return self._http.open(distribution.url, secret=self._source.secret, known=known)


def _text(transfer: Transfer, where: str) -> str:
    body = bytearray()
    for chunk in transfer:
        body += chunk
        if len(body) > _MAX_BYTES:
            raise SourceFailure("too-large", where, f"the list is larger than {_MAX_BYTES} bytes")
    if not body.strip():
        raise SourceFailure("empty", where, "the list is empty")
    if body[:1024].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise SourceFailure("unexpected-type", where, "a page came where a CSV list was due")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        fact = f"the list is not UTF-8 at byte {err.start}; save it as CSV UTF-8"
        raise SourceFailure("bad-list", where, fact) from err


def _rows(text: str, where: str) -> tuple[list[str], list[Row]]:
    """Return the columns and the rows that are not empty."""
    header = text.partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    csv.field_size_limit(_LONGEST_CELL)  # the library stops at 131,072 characters
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [clean_text(name).lower() for name in next(lines, [])]
        _check_columns(columns, where)
        rows = [
            Row(number, _values(columns, cells), is_wrong_width=len(cells) != len(columns))
            for number, cells in enumerate(lines, start=2)
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as err:
        fact = f"the list is not sound CSV near line {lines.line_num}: {err}"
        raise SourceFailure("bad-list", where, fact) from err
    return columns, rows


def _check_columns(columns: list[str], where: str) -> None:
    missing = [name for name in file_list_rows.REQUIRED if name not in columns]
    if missing:
        fact = f"the list has no column {', '.join(missing)}; see its format in README.md"
        raise SourceFailure("bad-list", where, fact)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise SourceFailure("bad-list", where, f"the list has the column {twice[0]} twice")


def _by_dataset(rows: list[Row]) -> dict[str, list[Row]]:
    """Group rows by their dataset; a row that names none stands alone."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        upstream_id = clean_text(row.values["dataset_id"]) or f"row {row.number}"
        groups.setdefault(upstream_id, []).append(row)
    return groups


def _values(columns: list[str], cells: list[str]) -> dict[str, str]:
    return dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
