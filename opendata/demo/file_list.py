"""The plain list of files that a publisher without a catalogue puts on its site: one row a file."""

from __future__ import annotations

from datetime import date

from opendata.demo.publication import Agency, File, Publication, Publisher, write_csv

HEADER = (
    "dataset_id",
    "title",
    "title_en",
    "description",
    "description_en",
    "publisher",
    "publisher_code",
    "licence",
    "frequency",
    "themes",
    "keywords",
    "areas",
    "period_start",
    "period_end",
    "issued",
    "modified",
    "contact_name",
    "contact_email",
    "landing_page",
    "provenance",
    "provenance_en",
    "file_id",
    "file_name",
    "file_description",
    "file_url",
    "format",
    "schema",
)
# Files lie in this folder beside the list; the list names them relative to itself.
FILES = "tep"
LIST_NAME = "danh-sach.csv"


def write(publisher: Publisher) -> bytes:
    """Return the list of all files of a publisher."""
    rows = [
        [*_dataset_cells(publisher.agency, publication), *_file_cells(publication, file)]
        for publication in publisher.publications
        for file in publication.files
    ]
    return write_csv(HEADER, rows)


def _dataset_cells(agency: Agency, publication: Publication) -> list[str]:
    return [
        publication.id,
        publication.title["vi"],
        publication.title["en"],
        publication.description["vi"],
        publication.description["en"],
        agency.name,
        agency.code,
        publication.licence,
        publication.frequency,
        "|".join(publication.themes),
        "|".join(publication.keywords),
        "|".join(publication.areas),
        _day(publication.period.start),
        _day(publication.period.end),
        _day(publication.issued),
        _day(publication.modified),
        agency.name,
        "",  # no mailbox is known for these figures, and none is made up
        publication.landing_page,
        publication.provenance["vi"],
        publication.provenance["en"],
    ]


def _file_cells(publication: Publication, file: File) -> list[str]:
    return [
        f"{publication.id}/{file.name}",
        file.title,
        file.description,
        f"{FILES}/{file.name}",
        file.format,
        file.schema,
    ]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
