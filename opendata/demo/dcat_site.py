"""A province's DCAT feed: Turtle in pages that Hydra links, and the files it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from opendata.demo.answer import Answer, Page, fixed
from opendata.demo.publication import MEDIA_TYPES, File, Publication, Publisher
from opendata.records import Text

CATALOGUE = "/catalog.ttl"
FILES = "/tep"
PAGE_SIZE = 2  # datasets: three make two pages
TURTLE = "text/turtle;charset=utf-8"
PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

# Property and its value, both as Turtle writes them.
Statement = tuple[str, str]


def pages(publisher: Publisher, url: str) -> dict[str, Page]:
    """Return the pages of the site at `url`: path below it -> page."""
    found: dict[str, Page] = {CATALOGUE: lambda query: _catalogue(publisher, url, query)}
    for publication in publisher.publications:
        for file in publication.files:
            found[f"{FILES}/{file.name}"] = fixed(MEDIA_TYPES[file.format], file.body)
    return found


def _catalogue(publisher: Publisher, url: str, query: Mapping[str, str]) -> Answer:
    text = query.get("page", "1")
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        return Answer(400, "text/plain;charset=utf-8", "Trang không hợp lệ\n".encode())
    return Answer(200, TURTLE, _page(publisher, url, int(text[:9])).encode())


def _page(publisher: Publisher, url: str, number: int) -> str:
    start = (number - 1) * PAGE_SIZE
    shown = publisher.publications[start : start + PAGE_SIZE]
    total = len(publisher.publications)
    address = f"{url}{CATALOGUE}?page="
    paging: list[Statement] = [("hydra:totalItems", str(total))]
    if start + PAGE_SIZE < total:
        paging.append(("hydra:next", _iri(f"{address}{number + 1}")))
    catalogue = [
        ("dct:title", _text(f"Dữ liệu mở {publisher.agency.name}", "vi")),
        *(("dcat:dataset", _iri(_dataset_url(publication, url))) for publication in shown),
    ]
    agent = [
        ("foaf:name", _text(publisher.agency.name, "vi")),
        ("foaf:name", _text(publisher.agency.name_en, "en")),
    ]
    nodes = [
        _node(f"{address}{number}", "hydra:PartialCollectionView", paging),
        _node(url, "dcat:Catalog", catalogue),
        _node(f"{url}/co-quan", "foaf:Agent", agent),
    ]
    for publication in shown:
        nodes.append(
            _node(_dataset_url(publication, url), "dcat:Dataset", _dataset(publication, url))
        )
        for file in publication.files:
            nodes.append(
                _node(_file_url(publication, file, url), "dcat:Distribution", _file(file, url))
            )
    return PREFIXES + "".join(nodes)


def _dataset(publication: Publication, url: str) -> list[Statement]:
    return [
        ("dct:identifier", _text(publication.id)),
        *_in_both("dct:title", publication.title),
        *_in_both("dct:description", publication.description),
        ("dct:publisher", _iri(f"{url}/co-quan")),
        ("dct:license", _text(publication.licence)),
        ("dct:accrualPeriodicity", _text(publication.frequency)),
        *(("dcat:theme", _text(theme)) for theme in publication.themes),
        *(("dcat:keyword", _text(keyword, "vi")) for keyword in publication.keywords),
        *(("dct:spatial", _text(area)) for area in publication.areas),
        ("dct:temporal", _period(publication)),
        *_day("dct:issued", publication.issued),
        *_day("dct:modified", publication.modified),
        ("dct:language", _text("vi")),
        ("dcat:landingPage", _iri(publication.landing_page)),
        ("dct:provenance", f"[ {_joined(_in_both('rdfs:label', publication.provenance))} ]"),
        *(
            ("dcat:distribution", _iri(_file_url(publication, file, url)))
            for file in publication.files
        ),
    ]


def _file(file: File, url: str) -> list[Statement]:
    return [
        ("dct:title", _text(file.title)),
        ("dct:description", _text(file.description)),
        ("dct:format", _text(file.format)),
        *([("dct:conformsTo", _text(file.schema))] if file.schema else []),
        ("dcat:downloadURL", _iri(f"{url}{FILES}/{file.name}")),
    ]


def _period(publication: Publication) -> str:
    period = publication.period
    ends = [*_day("dcat:startDate", period.start), *_day("dcat:endDate", period.end)]
    return f"[ {_joined([('a', 'dct:PeriodOfTime'), *ends])} ]"


def _day(name: str, day: date | None) -> list[Statement]:
    return [(name, f'"{day.isoformat()}"^^xsd:date')] if day else []


def _in_both(name: str, text: Text) -> list[Statement]:
    return [(name, _text(text[language], language)) for language in ("vi", "en")]


def _dataset_url(publication: Publication, url: str) -> str:
    return f"{url}/dataset/{publication.id}"


def _file_url(publication: Publication, file: File, url: str) -> str:
    return f"{_dataset_url(publication, url)}/resource/{file.name}"


def _node(iri: str, kind: str, statements: Sequence[Statement]) -> str:
    return f"\n{_iri(iri)} {_joined([('a', kind), *statements])} .\n"


def _joined(statements: Sequence[Statement]) -> str:
    return " ;\n    ".join(f"{name} {value}" for name, value in statements)


def _iri(address: str) -> str:
    return f"<{address}>"


def _text(text: str, language: str = "") -> str:
    plain = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"@{language}' if language else f'"{plain}"'
