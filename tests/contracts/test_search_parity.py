"""Both engines give the same hits in the same order with the same scores and facets.

That holds for an index of one part from which nothing was removed since it was filled: removed
documents count in the rarity of words until the engine tidies up, and each does so in its own time.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from opendata.search.base import Query, Results, SearchIndex
from opendata.search.elasticsearch_index import ElasticsearchIndex
from opendata.search.tantivy_index import TantivyIndex
from tests.contracts.search_documents import ALL, document
from tests.services.elasticsearch_names import removed_afterwards, search_settings

# Words that differ in a mark, a tone or a letter only, so that many documents nearly tie.
_TEXT = (
    "bệnh viện thuế thuê đất đường dưỡng chợ cho chó giá già danh sách số liệu báo bão cáo tỉnh "
    "huyện xã năm 2024 2025 y tế giáo dục giao thông TP.HCM TPHCM Đắk Lắk Hà Nội Khánh Hòa kỹ kĩ"
)
_WORDS = _TEXT.split()
# Both round to four digits, so that 1e-4 may be the difference of two equal scores.
_NEAR = 1.01e-4
_THEMES = ("health", "land", "finance", "population")
QUERIES = (
    *("bệnh viện", "benh vien", "thuế đất", "thuê đất", "chợ", "cho", "TP.HCM", "bênh viên y tê"),
    *("danh sách bệnh viện tỉnh Đắk Lắk năm 2024", "giá đất của các huyện", "01/07/2025", "xyz"),
    *("số liệu báo cáo", "giao thông Hà Nội 2025", "kĩ thuật", "cho giá", "", "của", "đất " * 40),
)


def corpus() -> list[dict[str, Any]]:
    """Return documents of every length; many lack fields, and some are equal but for their id."""
    chance = random.Random(7)

    def some(most: int) -> list[str]:
        return chance.choices(_WORDS, k=chance.randint(0, most))

    made = [
        document(
            f"d{number:04d}",
            " ".join(["Danh", *some(12)]),
            notes=" ".join(some(80)),
            keywords=some(3),
            columns=some(6),
            publisher_name=" ".join(some(5)),
            theme=sorted(set(chance.choices(_THEMES, k=2))),
            modified=f"2025-{chance.randint(1, 12):02d}-01T00:00:00+00:00",
        )
        for number in range(600)
    ]
    return [*ALL, *made, *(known | {"id": f"twin-{known['id']}"} for known in made[:50])]


@pytest.fixture(scope="module")
def engines(
    elasticsearch_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    folder = tmp_path_factory.mktemp("parity")
    with removed_afterwards(elasticsearch_url):
        embedded = TantivyIndex(folder / "search")
        served = ElasticsearchIndex(search_settings(elasticsearch_url, folder))
        for index in (embedded, served):
            index.rebuild(corpus())
        yield embedded, served


def same(engines: tuple[SearchIndex, SearchIndex], query: Query) -> None:
    embedded, served = (index.search(query) for index in engines)
    assert served.total == embedded.total
    assert served.scores == pytest.approx(embedded.scores, rel=1e-6, abs=_NEAR)
    assert served.facets == embedded.facets
    if served.ids != embedded.ids:
        # The last bits of a sum may put two hits on different sides of where a tie ends.
        assert scores_by_id(served) == pytest.approx(scores_by_id(embedded), abs=_NEAR)


def scores_by_id(found: Results) -> dict[str, float]:
    return dict(zip(found.ids, found.scores, strict=True))


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("sort", ["relevance", "modified", "title"])
def test_engines_agree(engines: tuple[SearchIndex, SearchIndex], text: str, sort: str) -> None:
    same(engines, Query(text, sort=sort, size=1_000))
    same(engines, Query(text, sort=sort, page=3, size=7, facet_size=2))
    same(engines, Query(text, sort=sort, filters={"theme": ["health"]}))


def test_engines_agree_on_any_words(engines: tuple[SearchIndex, SearchIndex]) -> None:
    chance = random.Random(11)
    for _ in range(150):
        same(engines, Query(" ".join(chance.choices(_WORDS, k=chance.randint(1, 8))), size=100))
