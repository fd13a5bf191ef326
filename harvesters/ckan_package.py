"""One package of a CKAN portal as a record of ours: what is kept, what is wrong, what is lost."""

from __future__ import annotations

from datetime import date
from typing import Any

from harvesters import fields, mapping
from harvesters.fields import Fields
from opendata.records import (
    Contact,
    Distribution,
    Period,
    Problem,
    PublisherName,
    RejectedRecord,
    SourceRecord,
    Text,
)

# What CKAN keeps for itself: nothing of it is lost to a reader.
_HOUSEKEEPING = frozenset(
    ("name", "state", "private", "type", "owner_org", "creator_user_id", "revision_id")
    + ("revision_timestamp", "isopen", "num_resources", "num_tags", "license_title")
    + ("license_url", "relationships_as_object", "relationships_as_subject")
    + ("tracking_summary", "validated_data_dict", "plugin_data")
)
_RESOURCE_HOUSEKEEPING = frozenset(
    ("position", "package_id", "revision_id", "revision_timestamp", "resource_group_id", "state")
    + ("url_type", "hash", "size", "resource_type", "cache_url", "cache_last_updated")
    + (
        "mimetype",
        "mimetype_inner",
        "created",
        "last_modified",
        "metadata_modified",
        "datastore_active",
    )
    + ("has_views", "on_same_domain", "tracking_summary")
)


def read(item: Any, position: int, *, language: str) -> SourceRecord | RejectedRecord:
    """Turn one item of a listing into a record; `position` names an item that has no id."""
    raw = mapping.as_bytes(item)
    if not isinstance(item, dict):
        return RejectedRecord(f"item {position}", raw, (Problem("not-an-object"),))
    problems: list[Problem] = []
    package = Fields(item, problems)
    upstream_id = package.text("id")
    title = package.texts("title", language=language)
    if not upstream_id:
        package.problem("missing-id", "id")
    if not title:
        package.problem("missing-title", "title")
    if not upstream_id or not title:
        return RejectedRecord(upstream_id or f"item {position}", raw, tuple(problems))
    return _record(package, upstream_id, title, raw, problems, language)


def _record(
    package: Fields,
    upstream_id: str,
    title: Text,
    raw: bytes,
    problems: list[Problem],
    language: str,
) -> SourceRecord:
    extras = _extras(package, problems)
    distributions, lost = _distributions(package, problems)
    start = _date(package, extras, "temporal_start", "temporal_coverage_from", "period_start")
    end = _date(package, extras, "temporal_end", "temporal_coverage_to", "period_end")
    return SourceRecord(
        upstream_id=upstream_id,
        title=title,
        raw=raw,
        notes=package.texts("notes", language=language),
        publisher=_publisher(package, extras),
        keywords=package.names("tags"),
        themes=package.names("groups"),
        licence=_licence(package),
        frequency=_text(package, extras, "frequency", "accrualPeriodicity", "frequency-of-update"),
        landing_page=package.url("url"),
        areas=_areas(package, extras, lost),
        period=Period(start, end) if start or end else None,
        issued=_date(package, extras, "issued") or package.date("metadata_created"),
        modified=package.moment("metadata_modified"),
        language=language,
        contact=_contact(package, extras),
        provenance=package.texts("provenance", language=language),
        distributions=distributions,
        lost=mapping.short(
            [
                *package.lost(known=_HOUSEKEEPING),
                *(f"extras.{name}" for name in extras.lost()),
                *lost,
            ]
        ),
        problems=tuple(problems),  # last: what stands above notes them
    )


def _extras(package: Fields, problems: list[Problem]) -> Fields:
    """Return the key-value pairs that portals add; the first of a key counts."""
    values: dict[str, Any] = {}
    for index, pair in enumerate(package.items("extras")):
        if isinstance(pair, dict) and isinstance(pair.get("key"), str):
            values.setdefault(pair["key"], pair.get("value"))
        else:
            package.problem("wrong-type", f"extras[{index}]", pair)
    return Fields(values, problems, path="extras.")


def _text(package: Fields, extras: Fields, *names: str) -> str:
    return package.text(*names) or extras.text(*names)


def _date(package: Fields, extras: Fields, *names: str) -> date | None:
    return package.date(*names) or extras.date(*names)


def _licence(package: Fields) -> str:
    licence = package.text("license_id") or package.text("license_title")
    return "" if licence == "notspecified" else licence  # CKAN's word for none


def _publisher(package: Fields, extras: Fields) -> PublisherName | None:
    organization = package.inner("organization")
    name = organization.text("title", "name") or _text(package, extras, "publisher_name")
    code = _text(package, extras, "publisher_code", "publisher_identifier")
    english = organization.inner("title_translated").text("en")
    return PublisherName(name=name or code, code=code, name_en=english) if name or code else None


def _contact(package: Fields, extras: Fields) -> Contact | None:
    for role in ("maintainer", "author"):
        name, email = package.text(role), package.text(f"{role}_email")
        if name or email:
            return Contact(name=name, email=email)
    name, email = extras.text("contact_name"), extras.text("contact_email")
    return Contact(name=name, email=email) if name or email else None


def _areas(package: Fields, extras: Fields, lost: list[str]) -> tuple[str, ...]:
    text = _text(package, extras, "area", "spatial_text", "spatial")
    if text.startswith(("{", "[")):  # a shape, and the catalogue keeps names
        lost.append("spatial")
        return ()
    return (text,) if text else ()


def _distributions(
    package: Fields, problems: list[Problem]
) -> tuple[tuple[Distribution, ...], list[str]]:
    found: list[tuple[Distribution, Fields]] = []
    lost: list[str] = []
    for index, item in enumerate(package.items("resources")):
        if not isinstance(item, dict):
            package.problem("wrong-type", f"resources[{index}]", item)
            continue
        resource = Fields(item, problems, path=f"resources[{index}].")
        distribution = _distribution(resource)
        if distribution.url:
            found.append((distribution, resource))
        lost += [f"resources.{name}" for name in resource.lost(known=_RESOURCE_HOUSEKEEPING)]
        if item.get("schema") and not distribution.schema:
            lost.append("resources.schema")  # a schema in full; ours are named
    return fields.distinct(found, id_field="id"), lost


def _distribution(resource: Fields) -> Distribution:
    if resource.raw("url") is None:
        resource.problem("bad-url", "url")
    return Distribution(
        url=resource.url("url"),
        upstream_id=resource.text("id"),
        name=resource.text("name"),
        description=resource.text("description"),
        format=resource.text("format").lower(),
        schema=mapping.schema_name(resource.raw("schema")),
    )
