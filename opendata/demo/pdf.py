"""A PDF of one page of plain text, the same bytes every time."""

from __future__ import annotations

from collections.abc import Sequence


def write(title: str, lines: Sequence[str]) -> bytes:
    """Return the page (A4, Helvetica); ASCII only, as the built-in fonts have no Vietnamese."""
    content = _content(title, lines)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
        b"/Resources << /Font << /F1 5 0 R >> >> /Contents 4 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title (%s) >>" % _escape(title),
    ]
    return _assemble(objects)


def _content(title: str, lines: Sequence[str]) -> bytes:
    shown = b" ".join(b"(%s) Tj T*" % _escape(line) for line in lines)
    return b"BT /F1 15 Tf 56 780 Td 17 TL (%s) Tj T* T* /F1 11 Tf %s ET" % (_escape(title), shown)


def _escape(text: str) -> bytes:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return escaped.encode("ascii")


def _assemble(objects: Sequence[bytes]) -> bytes:
    document = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(document), len(objects) + 1
    # The cross-reference table: every entry is exactly 20 bytes.
    document += b"xref\n0 %d\n0000000000 65535 f \n" % size
    document += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return document + trailer % (size, start)
