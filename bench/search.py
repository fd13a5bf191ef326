"""Search in a catalogue of many datasets: filling the index, and answering what people type.

Both engines in one run where an Elasticsearch is named (`--elasticsearch http://127.0.0.1:9200`).
The time of an answer is that of the engine with all facets, understanding of the words included,
one client.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import made_catalogue as made

from opendata.search import relax, word_table
from opendata.search.base import Query, SearchIndex
from opendata.search.knowledge import Knowledge, published
from opendata.search.tantivy_index import TantivyIndex
from opendata.search.vocabulary import Vocabulary


def fill(index: SearchIndex, count: int) -> tuple[float, Knowledge]:
    """Rebuild the index with made documents; return the seconds, and what is known of the words."""
    words: Counter[str] = Counter()
    start = time.perf_counter()
    index.rebuild(word_table.counted(made.documents(count), words))
    return time.perf_counter() - start, replace(published(), vocabulary=Vocabulary(words))


def answers(index: SearchIndex, known: Knowledge, rounds: int) -> Iterator[tuple[str, float, int]]:
    """Yield (query, milliseconds, hits) of each query in each round, the first one left out."""
    for number in range(rounds + 1):
        for typed in made.QUERIES:
            start = time.perf_counter()
            found = relax.answer(index, Query(typed, knowledge=known))
            if number:
                yield typed, (time.perf_counter() - start) * 1000, found.total


def report(name: str, count: int, index: SearchIndex, rounds: int) -> None:
    """Fill, ask, and print a line; slow queries by name."""
    seconds, known = fill(index, count)
    found = list(answers(index, known, rounds))
    times = sorted(ms for _, ms, _ in found)
    at = [times[int(len(times) * share)] for share in (0.5, 0.95)]
    print(
        f"{name:14} {count:>9,} datasets  filled in {seconds:6.1f} s "
        f"({count / seconds:,.0f}/s)  p50 {at[0]:5.1f} ms  p95 {at[1]:5.1f} ms"
    )
    for typed in made.QUERIES:
        mine = [(ms, hits) for query, ms, hits in found if query == typed]
        median = statistics.median(ms for ms, _ in mine)
        print(f"    {typed:32} {median:6.1f} ms {mine[0][1]:>9,} hits")


def main() -> None:
    """Measure each size in each engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    for count in wanted.sizes:
        with tempfile.TemporaryDirectory() as folder:
            report("tantivy", count, TantivyIndex(Path(folder) / "search"), wanted.rounds)


if __name__ == "__main__":
    main()
