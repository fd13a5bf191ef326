"""What each file format is called on the web: ours to say, never the source's."""

from __future__ import annotations

OTHER = "bin"

MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xml": "application/xml",
    "kml": "application/vnd.google-earth.kml+xml",
    "html": "text/html",
    "pdf": "application/pdf",
    "xls": "application/vnd.ms-excel",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "doc": "application/msword",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "zip": "application/zip",
    "gz": "application/gzip",
    "parquet": "application/vnd.apache.parquet",
    "png": "image/png",
    "jpg": "image/jpeg",
    "tiff": "image/tiff",
    OTHER: "application/octet-stream",
}
_TEXTS = ("text/csv", "text/tab-separated-values", "text/plain", "text/html")


def extension(file_format: str) -> str:
    """Return the extension of files of a format; `bin` for one that the table does not have."""
    return file_format if file_format in MEDIA_TYPES else OTHER


def media_type(file_format: str, *, encoding: str) -> str:
    """Return the media type of a format; UTF-8 is named, older encodings have no name everywhere
    and go without."""
    kind = MEDIA_TYPES[extension(file_format)]
    return f"{kind}; charset=utf-8" if kind in _TEXTS and _is_utf8(encoding) else kind


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-").startswith(("utf-8", "utf8"))
