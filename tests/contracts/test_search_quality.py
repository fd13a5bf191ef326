"""A floor under the ranking: judged queries over 721 records, nDCG@10 by kind of query."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from opendata.search import text
from opendata.search.base import Query, SearchDocument
from opendata.search.tantivy_index import TantivyIndex

# What was measured when the floor was laid, over the four kinds that need no lexicon.
MEASURED = 0.798
KINDS = ("exact", "nodiacritics", "nfd", "toneplace")


@pytest.fixture(scope="module")
def figures(shared_inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """nDCG@10 by kind of query."""
    folder = shared_inputs / "vi_search"
    index = TantivyIndex(tmp_path_factory.mktemp("quality") / "search")
    with (folder / "docs.jsonl").open(encoding="utf-8") as lines:
        index.rebuild(to_document(json.loads(line)) for line in lines)
    found = defaultdict(list)
    with (folder / "queries_dev.tsv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            grades = dict(pair.split(":") for pair in row["relevant"].split())
            ids = index.search(Query(row["query"], size=10)).ids
            found[row["kind"]].append(ndcg(ids, grades))
    return {kind: mean(values) for kind, values in found.items()}


def to_document(record: Mapping[str, Any]) -> SearchDocument:
    publisher = record["organization"]
    return {
        **record,
        "keywords": record["tags"] + record["themes"],
        "publisher_name": f"{publisher['title']} {publisher.get('title_en', '')}",
        "title_sort": text.sort_key(record["title"]),
    }


def ndcg(ids: Sequence[str], grades: Mapping[str, str]) -> float:
    best = sorted((int(grade) for grade in grades.values()), reverse=True)[:10]
    return gain([int(grades.get(identifier, 0)) for identifier in ids]) / gain(best)


def gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def test_ranking_stays_above_its_floor(figures: dict[str, float]) -> None:
    assert mean(figures[kind] for kind in KINDS) >= MEASURED - 0.02, figures


@pytest.mark.parametrize("kind", ["exact", "nodiacritics", "nfd", "wrongdiacritics"])
def test_every_way_to_write_marks_ranks_well(figures: dict[str, float], kind: str) -> None:
    assert figures[kind] >= 0.82, figures
