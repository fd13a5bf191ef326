"""Publishers: found by code, else by name; made when a source names one that we do not know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from opendata.errors import NotFound
from opendata.models import Dataset, Publisher
from opendata.records import PublisherName
from opendata.search.text import sort_key
from opendata.services import codelists, slugs
from opendata.vocabulary import PUBLIC_DATASETS


def by_code(session: Session, code: str) -> Publisher:
    """Return the publisher with this identification code, made from the code list if need be."""
    found = session.scalars(
        select(Publisher)
        .where(Publisher.code == code)
        .order_by(Publisher.valid_from.desc().nulls_last())
    ).first()
    if found is not None:
        return found
    for agency in codelists.agencies():
        if agency.code == code:
            return _add(
                session,
                names=dict(agency.name),
                code=code,
                kind=agency.kind,
                valid_from=agency.valid_from,
                valid_to=agency.valid_to,
            )
    raise NotFound(
        f"There is no agency with the code {code!r}; schemas/codelists/agencies.csv lists them."
    )


def ensure(session: Session, name: PublisherName) -> Publisher:
    """Return the publisher of this code, else of this name; made if it is new.

    Two agencies with different codes are two, also under one name: every province has its
    department of finance.
    """
    if name.code:
        known = session.scalars(select(Publisher).where(Publisher.code == name.code)).first()
        if known is not None:
            return known
    listed = _listed(name)
    if listed is not None:
        return by_code(session, listed)
    same_name = _without_code(session, name) if not name.code else None
    if same_name is not None:
        return same_name
    names = {"vi": name.name} | ({"en": name.name_en} if name.name_en else {})
    return _add(session, names=names, code=name.code or None)


def _without_code(session: Session, name: PublisherName) -> Publisher | None:
    """A name alone means the publisher known by that name alone; codes are given by persons."""
    return session.scalars(
        select(Publisher).where(Publisher.code.is_(None), Publisher.names["vi"].astext == name.name)
    ).first()


def _listed(name: PublisherName) -> str | None:
    """Return the code of the agency of the code list that is meant, by code or by its full name."""
    for agency in codelists.agencies():
        if agency.code == name.code or (not name.code and agency.name["vi"] == name.name):
            return agency.code
    return None


def by_slug(session: Session, slug: str) -> Publisher | None:
    """Return the publisher at this address."""
    return session.scalars(select(Publisher).where(Publisher.slug == slug)).first()


def with_counts(session: Session) -> Sequence[tuple[Publisher, int]]:
    """Return the publishers that have public datasets, in Vietnamese order, with their number."""
    rows = session.execute(
        select(Publisher, func.count(Dataset.id))
        .join(Dataset, Dataset.publisher_id == Publisher.id)
        .where(or_(*(Dataset.state == state.value for state in PUBLIC_DATASETS)))
        .group_by(Publisher.id)
        .order_by(Publisher.name_sort)
    )
    return [(publisher, count) for publisher, count in rows]


def public_names(session: Session) -> list[tuple[str, dict[str, str]]]:
    """Return (slug, names) of the publishers that have public datasets, in Vietnamese order."""
    states = [state.value for state in PUBLIC_DATASETS]
    has_one = exists().where(Dataset.publisher_id == Publisher.id, Dataset.state.in_(states))
    rows = session.execute(
        select(Publisher.slug, Publisher.names).where(has_one).order_by(Publisher.name_sort)
    )
    return [(slug, names) for slug, names in rows]


def _add(session: Session, *, names: dict[str, str], **values: Any) -> Publisher:
    taken = set(session.scalars(select(Publisher.slug)))
    slug = next(slug for slug in slugs.candidates(names["vi"]) if slug not in taken)
    publisher = Publisher(slug=slug, names=names, name_sort=sort_key(names["vi"]), **values)
    session.add(publisher)
    session.flush()
    return publisher
