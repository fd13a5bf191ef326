"""Bytes to typed, checked, quarantined Parquet, against pyarrow's bare streaming conversion.

Every round runs each case once, in a process of its own; the median of the ratios counts.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from opendata.config import Settings
from opendata.pipeline.check_file import check_file
from opendata.services import table_schemas

CASES = ("bare", "checked", "learned")
SCHEMA = "statistical-indicator"
HEADER = "indicator_code,indicator_name,area_code,period,value,unit,status,note"


def generate(path: Path, rows: int) -> None:
    """Write a clean file of indicators, every row with a key of its own."""
    chance = random.Random(20261123)  # noqa: S311 - repeatable data, no secret
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(HEADER.split(","))
        for number in range(rows):
            name = f"Chỉ tiêu {chance.choice(('thu', 'chi', 'tăng', 'giảm'))} số {number}"
            value = f"{chance.uniform(0, 1e6):.2f}"
            period = f"{2000 + number % 25}-{number % 12 + 1:02}"
            writer.writerow(
                [
                    f"CT{number:08}",
                    name,
                    f"{number % 96 + 1:02}",
                    period,
                    value,
                    "tỷ đồng",
                    "final",
                    "",
                ]
            )


def bare(source: Path, folder: Path) -> None:
    """Convert with pyarrow alone: typed by its own guess, nothing checked."""
    with pa_csv.open_csv(source) as reader:
        target = folder / "bare.parquet"
        with pq.ParquetWriter(
            target, reader.schema, compression="zstd", compression_level=1
        ) as out:
            for batch in reader:
                out.write_batch(batch)


def ours(source: Path, schema: str | None) -> None:
    """Detect, read, check, quarantine and write as a harvest does."""
    found = table_schemas.find(schema) if schema else None
    _, tables = check_file(source, found, Settings())
    if not tables or tables[0].rows_quarantined:
        raise SystemExit("the file was not read clean")


def run_case(case: str, source: Path) -> None:
    """Run one case in this process and print its figures as JSON; imports are not counted."""
    pa.array([""])  # pyarrow looks for pandas once, which takes a second where it is installed
    with tempfile.TemporaryDirectory() as folder:
        process = psutil.Process()
        before, start = process.cpu_times(), time.perf_counter()
        if case == "bare":
            bare(source, Path(folder))
        else:
            ours(source, SCHEMA if case == "checked" else None)
        wall, after = time.perf_counter() - start, process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "rss": peak}))


def measure(source: Path, rounds: int) -> dict[str, list[dict[str, float]]]:
    """Run all cases `rounds` times, interleaved."""
    found: dict[str, list[dict[str, float]]] = {case: [] for case in CASES}
    for _ in range(rounds):
        for case in CASES:
            words = [sys.executable, __file__, "--case", case, "--file", str(source)]
            done = subprocess.run(words, check=True, capture_output=True, text=True)
            found[case].append(json.loads(done.stdout))
    return found


def main() -> None:
    """Print a line per case: wall and CPU seconds, and their ratio to the bare conversion."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--file", type=Path)
    wanted = parser.parse_args()
    if wanted.case:
        run_case(wanted.case, wanted.file)
        return
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "units.csv"
        generate(source, wanted.rows)
        found = measure(source, wanted.rounds)
        size = source.stat().st_size / 1e6
    print(f"{wanted.rows} rows, {size:.0f} MB, {wanted.rounds} rounds")
    for case, runs in found.items():
        wall = statistics.median(run["wall"] for run in runs)
        ratios = [
            statistics.median(a[key] / b[key] for a, b in zip(runs, found["bare"], strict=True))
            for key in ("wall", "cpu")
        ]
        rss = max(run["rss"] for run in runs) / 1e6
        ratio = f"wall x{ratios[0]:.2f}  cpu x{ratios[1]:.2f}"
        print(f"{case:8} {wall:6.2f} s  {ratio}  peak {rss:.0f} MB")


if __name__ == "__main__":
    main()
