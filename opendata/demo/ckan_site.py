"""A ministry's CKAN: the read part of the Action API, as CKAN 2.12 answers it, and the files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from opendata.demo.answer import Answer, Page, fixed
from opendata.demo.publication import MEDIA_TYPES, Agency, File, Publication, Publisher
from opendata.services import codelists

MAX_ROWS = 1000
DEFAULT_ROWS = 10
SORTABLE = ("id", "name", "metadata_modified")
JSON_TYPE = "application/json;charset=utf-8"
# Identifiers follow from names, so that they are the same at every start.
NAMESPACE = uuid.UUID("7a1b1f2e-7a57-5a52-9a5e-0c6d5f3f9a10")

Package = dict[str, Any]
Query = Mapping[str, str]
Action = Callable[[Query], Any]


class _Refused(Exception):
    """An action that answers with an error of CKAN: `status` and the error object."""

    def __init__(self, status: int, kind: str, **facts: Any) -> None:
        self.status = status
        self.error = {"__type": kind, **facts}
        super().__init__(kind)


def pages(publisher: Publisher, url: str) -> dict[str, Page]:
    """Return the pages of the site at `url`: path below it -> page."""
    packages = [_package(publisher.agency, item, url) for item in publisher.publications]
    actions: dict[str, Action] = {
        "package_search": lambda query: _search(packages, query),
        "package_show": lambda query: _show(packages, query),
        "package_list": lambda query: sorted(package["name"] for package in packages),
        "status_show": lambda query: _status(publisher.agency, url),
    }
    found = {f"/api/3/action/{name}": _page(name, action, url) for name, action in actions.items()}
    for publication in publisher.publications:
        for file in publication.files:
            path = _file_path(publication, file)
            found[path] = fixed(MEDIA_TYPES[file.format], file.body)
    return found


def _page(name: str, action: Action, url: str) -> Page:
    help_url = f"{url}/api/3/action/help_show?name={name}"

    def answer(query: Query) -> Answer:
        try:
            result = action(query)
        except _Refused as refused:
            document = {"help": help_url, "error": refused.error, "success": False}
            return Answer(refused.status, JSON_TYPE, _json(document))
        return Answer(200, JSON_TYPE, _json({"help": help_url, "success": True, "result": result}))

    return answer


def _search(packages: list[Package], query: Query) -> dict[str, Any]:
    _only_everything(query)
    rows = min(_whole_number(query, "rows", DEFAULT_ROWS), MAX_ROWS)
    start = _whole_number(query, "start", 0)
    sort = query.get("sort", "id asc")
    field, _, direction = sort.partition(" ")
    if field not in SORTABLE or direction not in ("", "asc", "desc"):
        raise _Refused(409, "Validation Error", message=f"Cannot sort by {sort!r}")
    ordered = sorted(packages, key=lambda package: (package[field], package["id"]))
    if direction == "desc":
        ordered.reverse()
    return {
        "count": len(packages),
        "facets": {},
        "results": ordered[start : start + rows],
        "sort": sort,
        "search_facets": {},
    }


def _only_everything(query: Query) -> None:
    """Refuse what this site cannot filter by, rather than answer with the wrong datasets."""
    for name in ("q", "fq"):
        if query.get(name, "") not in ("", "*:*"):
            raise _Refused(409, "Validation Error", **{name: ["Only *:* is answered here"]})


def _whole_number(query: Query, name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit()):
        raise _Refused(409, "Validation Error", **{name: ["Số nguyên không hợp lệ"]})
    return int(text)


def _show(packages: list[Package], query: Query) -> Package:
    wanted = query.get("id", "")
    if not wanted:
        raise _Refused(409, "Validation Error", name_or_id=["Thiếu giá trị"])
    for package in packages:
        if wanted in (package["id"], package["name"]):
            return package
    raise _Refused(404, "Not Found Error", message="Không tìm thấy")


def _status(agency: Agency, url: str) -> dict[str, Any]:
    return {
        "site_title": f"Dữ liệu mở {agency.name}",
        "site_description": "",
        "site_url": url,
        "error_emails_to": "",
        "locale_default": "vi",
        "extensions": [],
        "ckan_version": "2.12.0",
    }


def _package(agency: Agency, publication: Publication, url: str) -> Package:
    licence = codelists.licence(publication.licence)
    modified = _timestamp(publication.modified)
    return {
        "author": agency.name,
        "author_email": None,
        "id": _id(publication.id),
        "isopen": licence.is_open,
        "license_id": licence.id,
        "license_title": licence.title["vi"],
        "maintainer": agency.name,
        "maintainer_email": None,
        "metadata_created": _timestamp(publication.issued),
        "metadata_modified": modified,
        "name": publication.id,
        "notes": publication.description["vi"],
        "notes_translated": publication.description,
        "num_resources": len(publication.files),
        "num_tags": len(publication.keywords),
        "organization": _organization(agency),
        "owner_org": _id(agency.slug),
        "private": False,
        "state": "active",
        "title": publication.title["vi"],
        "title_translated": publication.title,
        "type": "dataset",
        "url": publication.landing_page or None,
        "version": None,
        "extras": [{"key": key, "value": value} for key, value in _extras(agency, publication)],
        "groups": [_group(theme) for theme in publication.themes],
        "resources": [
            _resource(publication, file, position, url, modified)
            for position, file in enumerate(publication.files)
        ],
        "tags": [_tag(keyword) for keyword in publication.keywords],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _extras(agency: Agency, publication: Publication) -> list[tuple[str, str]]:
    """The keys that ckanext-dcat gives these fields; a list is JSON text, as there."""
    period = publication.period
    extras = [
        ("areas", json.dumps(publication.areas)),
        ("frequency", publication.frequency),
        ("issued", publication.issued.isoformat() if publication.issued else ""),
        ("language", "vi"),
        ("modified", publication.modified.isoformat() if publication.modified else ""),
        ("provenance", publication.provenance["vi"]),
        ("provenance_en", publication.provenance["en"]),
        ("publisher_code", agency.code),
        ("publisher_name", agency.name),
        ("publisher_name_en", agency.name_en),
        ("temporal_end", period.end.isoformat() if period.end else ""),
        ("temporal_start", period.start.isoformat() if period.start else ""),
        ("theme", json.dumps(publication.themes)),
    ]
    return [(key, value) for key, value in extras if value]


def _organization(agency: Agency) -> dict[str, Any]:
    return {
        "id": _id(agency.slug),
        "name": agency.slug,
        "title": agency.name,
        "type": "organization",
        "description": agency.name_en,
        "image_url": "",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
    }


def _group(theme_id: str) -> dict[str, Any]:
    title = next(theme.title["vi"] for theme in codelists.themes() if theme.id == theme_id)
    return {
        "description": "",
        "display_name": title,
        "id": _id(theme_id),
        "image_display_url": "",
        "name": theme_id,
        "title": title,
    }


def _tag(keyword: str) -> dict[str, Any]:
    return {
        "display_name": keyword,
        "id": _id(f"tag/{keyword}"),
        "name": keyword,
        "state": "active",
        "vocabulary_id": None,
    }


def _resource(
    publication: Publication, file: File, position: int, url: str, modified: str | None
) -> dict[str, Any]:
    return {
        "created": modified,
        "datastore_active": False,
        "description": file.description,
        "format": file.format,
        "hash": "",
        "id": _resource_id(publication, file),
        "last_modified": modified,
        "metadata_modified": modified,
        "mimetype": MEDIA_TYPES[file.format],
        "name": file.title,
        "package_id": _id(publication.id),
        "position": position,
        "resource_type": None,
        "schema": file.schema,
        "size": len(file.body),
        "state": "active",
        "url": url + _file_path(publication, file),
        "url_type": "upload",
    }


def _file_path(publication: Publication, file: File) -> str:
    resource = _resource_id(publication, file)
    return f"/dataset/{_id(publication.id)}/resource/{resource}/download/{file.name}"


def _resource_id(publication: Publication, file: File) -> str:
    return _id(f"{publication.id}/{file.name}")


def _id(name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, name))


def _timestamp(day: date | None) -> str | None:
    # CKAN writes UTC without saying so.
    return f"{day.isoformat()}T00:00:00.000000" if day else None


def _json(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
