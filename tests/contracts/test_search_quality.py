"""How well people are served: judged queries in twelve ways of typing, on every engine.

The queries and documents lie beside the checkout (`../shared/vi_search`).
"""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from opendata.search import relax, text, vocabulary
from opendata.search.base import Query, SearchIndex
from opendata.search.knowledge import Knowledge, published
from opendata.search.vocabulary import Vocabulary
from tests.contracts.engines import Factory
from tests.contracts.search_documents import document

_TOP = 10


@dataclass(frozen=True)
class Judged:
    """A query of one kind, and the grades of documents: 3 is what was meant."""

    kind: str
    text: str
    grades: dict[str, int]


@pytest.fixture(scope="module")
def documents(shared_inputs: Path) -> list[dict[str, Any]]:
    with (shared_inputs / "vi_search" / "docs.jsonl").open(encoding="utf-8") as lines:
        return [_document(json.loads(line)) for line in lines]


@pytest.fixture(scope="module")
def queries(shared_inputs: Path) -> list[Judged]:
    with (shared_inputs / "vi_search" / "queries_dev.tsv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [Judged(row["kind"], row["query"], dict(_grades(row["relevant"]))) for row in rows]


@pytest.fixture(scope="module")
def known(documents: list[dict[str, Any]]) -> Knowledge:
    return replace(published(), vocabulary=Vocabulary(vocabulary.of(documents)))


@pytest.fixture(scope="module")
def index(
    factory: Factory, documents: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SearchIndex]:
    filled = factory(tmp_path_factory.mktemp("judged"))
    filled.rebuild(documents)
    yield filled
    filled.close()


def test_every_kind_of_query_finds_what_was_meant(
    index: SearchIndex, known: Knowledge, queries: list[Judged]
) -> None:
    gains: dict[str, list[float]] = defaultdict(list)
    for judged in queries:
        asked = Query(judged.text, size=_TOP, knowledge=known, facet_size=0)
        found = relax.answer(index, asked)
        assert found.total, judged.text
        gains[judged.kind].append(_gain(found.ids, judged.grades))
    by_kind = {kind: sum(found) / len(found) for kind, found in gains.items()}
    assert {kind: gain for kind, gain in by_kind.items() if gain < 0.80} == {}
    every = [gain for found in gains.values() for gain in found]
    assert sum(every) / len(every) >= 0.92


def _gain(ids: tuple[str, ...], grades: dict[str, int]) -> float:
    """Return nDCG@10: gains of the hits, less the deeper they stand, as a share of the best."""
    best = sorted(grades.values(), reverse=True)
    return _discounted([grades.get(i, 0) for i in ids]) / _discounted(best)


def _discounted(grades: list[int]) -> float:
    top = enumerate(grades[:_TOP], start=2)
    return sum((2**grade - 1) / math.log2(place) for place, grade in top)


def _grades(told: str) -> Iterator[tuple[str, int]]:
    for pair in told.split():
        identifier, _, grade = pair.partition(":")
        yield identifier, int(grade)


def _document(told: dict[str, Any]) -> dict[str, Any]:
    publisher, period = told["organization"], told["temporal"]
    return document(
        told["id"],
        told["title"],
        title_en=told.get("title_en", ""),
        notes=told["notes"],
        keywords=told["tags"],
        publisher=publisher["id"],
        publisher_name=f"{publisher['title']} {publisher.get('title_en', '')}",
        area=[told["spatial"]["name"]],
        period=sorted({period["start"][:4], period["end"][:4]}),
        modified=told["modified"],
        title_sort=text.sort_key(told["title"]),
    )
