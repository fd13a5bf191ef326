"""Files of a dataset through the runs: the same file keeps its id, whatever else changes."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from opendata.models import Dataset, Resource
from opendata.records import Distribution
from opendata.services.document_changes import Change, change

# An index entry of PostgreSQL holds some 2,700 bytes; a signed URL may be longer.
_MAX_KEY = 500

_Key = Callable[[Resource | Distribution], str]


def sync(
    session: Session, dataset: Dataset, distributions: Iterable[Distribution], *, now: datetime
) -> list[Change]:
    """Bring the resources of a dataset to what the source lists; what is gone is only marked."""
    known = list(dataset.resources)
    listed = list({key_of(item): item for item in distributions}.values())
    matched = _match(known, listed)
    changes: list[Change] = []
    for position, item in enumerate(listed):
        resource = matched.get(key_of(item))
        if resource is None:
            resource = Resource(dataset_id=dataset.id)
            dataset.resources.append(resource)
            changes.append(change("files", None, _called(item)))
        elif resource.url != item.url:
            changes.append(change("files", resource.url, item.url))
        _fill(resource, item, position)
    kept = {resource.id for resource in matched.values()}
    for resource in known:
        if resource.id not in kept and resource.absent_since is None:
            resource.absent_since = now
            changes.append(change("files", resource.name, None))
    return changes


def key_of(item: Distribution) -> str:
    """Return the key of a file within its dataset; a very long one is replaced by its digest."""
    if len(item.key) <= _MAX_KEY:
        return item.key
    return "sha256:" + hashlib.sha256(item.key.encode()).hexdigest()


def _match(known: list[Resource], listed: list[Distribution]) -> dict[str, Resource]:
    """Pair files with resources: all by key, then by URL, then by name.

    A later way only pairs what the earlier ones left, and only where the word is unique on both
    sides: several files called "CSV" say nothing of which is which.
    """
    matched: dict[str, Resource] = {}
    listed_last = [resource for resource in known if resource.absent_since is None]
    for word, candidates in (
        (_key, known),
        # A file that left the list long ago must not make the words of the others ambiguous.
        (_url, listed_last),
        (_url, known),
        (_name, listed_last),
        (_name, known),
    ):
        taken = {id(resource) for resource in matched.values()}
        free = [resource for resource in candidates if id(resource) not in taken]
        wanted = _unique([item for item in listed if key_of(item) not in matched], word)
        for text, resource in _unique(free, word).items():
            if text in wanted:
                matched[key_of(wanted[text])] = resource
    return matched


def _unique(items: Iterable[Any], word: _Key) -> dict[str, Any]:
    items = list(items)
    counts = Counter(word(item) for item in items)
    return {word(item): item for item in items if word(item) and counts[word(item)] == 1}


def _key(item: Resource | Distribution) -> str:
    return item.upstream_key if isinstance(item, Resource) else key_of(item)


def _url(item: Resource | Distribution) -> str:
    return item.url


def _name(item: Resource | Distribution) -> str:
    return item.name


def _called(item: Distribution) -> str:
    return item.name or item.url.rsplit("/", 1)[-1]


def _fill(resource: Resource, item: Distribution, position: int) -> None:
    if resource.url != item.url:
        # What another address called its bytes says nothing of these.
        resource.validators, resource.validators_lie = {}, False
    resource.next_check_at = None
    resource.upstream_key = key_of(item)
    resource.position = position
    resource.name = _called(item)
    resource.description = item.description
    resource.format = item.format.lower()
    resource.url = item.url
    resource.schema_name = item.schema or None
    resource.absent_since = None
