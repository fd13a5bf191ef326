"""A CSV file as blocks of whole records: what bounds the memory of a build."""

from __future__ import annotations

from collections.abc import Iterator
from io import BufferedReader

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
    with source.table.path.open("rb") as file:
        rest = _after_header(file, source, delimiter, size)
        while data := file.read(size):
            block = rest + data
            _refuse_long_lines(block, source)
            end = records.last_record_end(block, delimiter)
            if not end and len(block) > source.limits.max_line_bytes + size:
                # Lines are short, so what never ends is a record: its quotes stay open.
                raise _unclosed(source, file.tell() - len(block))
            rest = block[end:]
            if end:
                yield block[:end]
        if records.has_open_quote(rest, delimiter):
            raise _unclosed(source, file.tell() - len(rest))
        _refuse_long_lines(rest, source)
        if rest:
            yield rest


def _after_header(file: BufferedReader, source: TableSource, delimiter: bytes, size: int) -> bytes:
    """Read past byte order mark, title and header; return what was read of the data behind."""
    head = file.read(len(_BYTE_ORDER_MARK)).removeprefix(_BYTE_ORDER_MARK)
    if not source.table.skip_rows:
        return head
    while True:
        data = file.read(size)
        head += data
        for number, end in enumerate(records.record_ends(head, delimiter), start=1):
            if number == source.table.skip_rows:
                return head[end:]
        if not data:
            return b""
        _refuse_long_lines(head, source)


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
