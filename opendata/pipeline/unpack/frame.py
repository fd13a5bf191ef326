"""From a file to tables of text: the parsing runs in a child that may cost so much and no more.

A task is a function `(arguments, stdin) -> bytes`, called in the child with the words of
`order.Order`; it writes its tables through `table_file.TableFile` and answers `manifest.to_json`.
A new format is a task here and a word in `signature.py`.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from opendata import confined
from opendata.config import Tables
from opendata.errors import SourceFailure, StorageError
from opendata.pipeline.shape import plain
from opendata.pipeline.tables import FileShape, TableShape
from opendata.pipeline.unpack import manifest, table_file
from opendata.pipeline.unpack.order import Order
from opendata.pipeline.unpacked import Unpacked
from opendata.records import Problem

_SPREADSHEET = "opendata.pipeline.unpack.spreadsheet:unpack"
_JSON = "opendata.pipeline.unpack.json_document:unpack"
_ARCHIVE = "opendata.pipeline.unpack.archive:unpack"
_COLUMNAR = "opendata.pipeline.unpack.columnar:unpack"
TASKS = {
    "xlsx": _SPREADSHEET,
    "xlsb": _SPREADSHEET,
    "xls": _SPREADSHEET,
    "ods": _SPREADSHEET,
    "parquet": _COLUMNAR,
    "arrow": _COLUMNAR,
    "json": _JSON,
    "geojson": _JSON,
    "jsonl": "opendata.pipeline.unpack.json_lines:unpack",
    "xml": "opendata.pipeline.unpack.xml_document:unpack",
    "zip": _ARCHIVE,
    "gz": _ARCHIVE,
    "html": "opendata.pipeline.unpack.html_page:unpack",
}
# Formats of text that are unpacked from a copy in UTF-8; XML says its encoding itself.
_OF_TEXT = ("json", "geojson", "jsonl", "html")
# What leaves a file without tables, kept as it is, and is no failure.
_KEPT = ("too-many-cells", "not-tabular")
_SENTENCES = {
    "memory": (
        "too-much-memory",
        "reading it takes more memory than allowed; "
        "ask the source for CSV, or raise tables.max_unpack_memory",
    ),
    "time": (
        "too-much-time",
        "reading it takes longer than allowed; "
        "ask the source for CSV, or raise tables.max_unpack_seconds",
    ),
    "output": (
        "unpacked-too-large",
        "its tables are larger than allowed when written out; "
        "ask the source for smaller files, or raise tables.max_unpacked_bytes",
    ),
    "crash": ("unreadable", "the file breaks its reader; ask the source to mend it"),
}
# How a library in machine code ends that is refused memory.
_ABORTED = "SIGABRT"
# What it ends with when the disk refuses: of damaged files it says so itself.
_NOT_WRITTEN = "OSError"


def shape_of(kind: str, path: Path, *, folder: Path, limits: Tables, where: str) -> FileShape:
    """Return the shape of a file of a kind in `TASKS`. Raises as `unpack`, and unknown-encoding.

    A file that is no table, or of more cells than the limit, is no failure: it is kept, without
    tables.
    """
    encoding = ""
    if kind in _OF_TEXT:
        path, found = plain.in_utf8(path, folder=folder, where=where)
        encoding = found.name
    try:
        tables, problems = unpack(kind, path, folder, limits, where)
    except SourceFailure as failure:
        if failure.reason not in _KEPT:
            raise
        return FileShape(kind, reason=failure.reason)
    shapes = tuple(replace(table_shape(table), encoding=encoding) for table in tables)
    return FileShape(kind, shapes, reason="" if shapes else "no-rows", problems=tuple(problems))


def table_shape(table: Unpacked) -> TableShape:
    """Return how the reader of unpacked tables reads one."""
    return TableShape(
        name=table.name,
        title=table.title,
        header=table.header,
        path=Path(table.path),
        reader="arrow",
        kinds=table.kinds,
        units=table.units,
        apart=table.apart,
    )


def unpack(
    kind: str, path: Path, folder: Path, limits: Tables, where: str
) -> tuple[list[Unpacked], list[Problem]]:
    """Write each table of a file to `folder` as `table-N.arrow`; return them and what is told of
    the file. The folder is for this file alone.

    Raises `SourceFailure`: unreadable, encrypted, too-many-columns, too-many-cells,
    too-much-memory, too-much-time, unpacked-too-large; and `StorageError`.
    """
    try:
        tables, problems = manifest.from_json(ask(kind, path, folder, limits, where))
    except ValueError as err:
        reason, sentence = _SENTENCES["crash"]
        raise SourceFailure(reason, where, sentence) from err
    return [
        replace(table, path=str(table_file.path_of(folder, number)))
        for number, table in enumerate(tables)
    ], problems


def ask(kind: str, path: Path, folder: Path, limits: Tables, where: str) -> bytes:
    """Return what the child of a task answers. Raises `SourceFailure` as the task does, and when
    it costs too much or breaks."""
    order = Order(kind, str(path.absolute()), str(folder.absolute()), where, limits)
    costs = confined.Limits(
        seconds=limits.max_unpack_seconds,
        memory=limits.max_unpack_memory,
        output=limits.max_unpacked_bytes,
    )
    try:
        return confined.run(TASKS[kind], order.to_words(), limits=costs)
    except confined.Killed as killed:
        if killed.detail == _NOT_WRITTEN:
            raise StorageError(
                f"{where}: its tables could not be written to {folder}; "
                "free some disk or check who owns the folder"
            ) from killed
        is_short = killed.why == "crash" and killed.detail == _ABORTED
        reason, sentence = _SENTENCES["memory" if is_short else killed.why]
        raise SourceFailure(reason, where, sentence) from killed
