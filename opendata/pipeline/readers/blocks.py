"""A CSV file as blocks of whole records: what bounds the memory of a build."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import FileIO

from opendata.errors import SourceFailure
from opendata.pipeline.readers import records
from opendata.pipeline.readers.base import TableSource

BLOCK_BYTES = 2 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Stands for "no delimiter": a separator that text does not hold makes every line one cell.
_NO_DELIMITER = "\x1f"


def delimiter_of(source: TableSource) -> str:
    """Return the delimiter that the parser is told."""
    return source.table.delimiter or _NO_DELIMITER


def blocks(source: TableSource, *, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """Yield the data records of a UTF-8 file, header and title left out, in blocks of about `size`.

    Raises `SourceFailure`: line-too-long, unclosed-quote.
    """
    delimiter = delimiter_of(source).encode()
    with source.table.path.open("rb", buffering=0) as file:
        end_of_file = file.seek(0, os.SEEK_END)
        start, wanted = _start_of_data(file, source, delimiter, size), size
        while start < end_of_file:
            file.seek(start)
            data = file.read(wanted)
            _refuse_long_lines(data, source)
            if start + len(data) >= end_of_file:
                if records.has_open_quote(data, delimiter):
                    raise _unclosed(source, start)
                yield data
                return
            end = records.last_record_end(data, delimiter)
            if end:
                yield data[:end]
                # What was cut off is read again, which is cheaper than to join it to the next.
                start, wanted = start + end, size
            elif len(data) > source.limits.max_line_bytes + size:
                # Lines are short, so what never ends is a record: its quotes stay open.
                raise _unclosed(source, start)
            else:
                wanted += size


def _start_of_data(file: FileIO, source: TableSource, delimiter: bytes, size: int) -> int:
    """Return where the records behind byte order mark, title and header start."""
    file.seek(0)
    mark = _BYTE_ORDER_MARK if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK else b""
    file.seek(len(mark))
    if not source.table.skip_rows:
        return len(mark)
    head = b""
    while data := file.read(size):
        head += data
        for number, end in enumerate(records.record_ends(head, delimiter), start=1):
            if number == source.table.skip_rows:
                return len(mark) + end
        _refuse_long_lines(head, source)
    return len(mark) + len(head)


def _refuse_long_lines(block: bytes, source: TableSource) -> None:
    limit = source.limits.max_line_bytes
    if len(block) > limit and (longest := records.longest_line(block)) > limit:
        raise SourceFailure(
            "line-too-long",
            source.where,
            f"a line has at least {longest} bytes, the limit is {limit}; "
            "ask the source for a file with line breaks, or raise tables.max_line_bytes",
        )


def _unclosed(source: TableSource, position: int) -> SourceFailure:
    return SourceFailure(
        "unclosed-quote",
        source.where,
        f"a quotation mark opened behind byte {max(position, 0)} is never closed; "
        "ask the source to mend the file",
    )
