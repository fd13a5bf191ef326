"""Bytes to typed, checked, quarantined Parquet, against pyarrow's bare streaming conversion.

Every round runs each case once, in a process of its own; the median of the ratios of the rounds
counts. Each bad cell that was put into the file is looked for in what was set aside.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_enterprises as made
import psutil
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from opendata.config import Settings, Tables
from opendata.pipeline.check_file import checked_file
from opendata.pipeline.readers.base import TableSource
from opendata.pipeline.table import plan
from opendata.pipeline.table.build import Files, one_pass
from opendata.pipeline.tables import TableShape
from opendata.services.table_schemas import TableSchema

Found = dict[str, Any]
BAD = 0.005  # of the rows
PEER_ROWS = 100_000
LIMITS = Tables(max_problem_samples=1_000)


def bare(folder: Path) -> Found:
    """Convert with pyarrow alone: the types given, nothing checked, the layout ours."""
    kinds = {"integer": pa.int64(), "number": pa.float64(), "date": pa.date32()}
    fields = made.schema().fields
    types = {field.name: kinds.get(field.type, pa.string()) for field in fields}
    few = ["ma_tinh", "phuong_xa", "trang_thai", "so_lao_dong"]
    schema, size, rows = pa.schema(types), 32_768, 0
    reading = pa_csv.open_csv(
        folder / "clean.csv",
        pa_csv.ReadOptions(block_size=4 << 20),
        convert_options=pa_csv.ConvertOptions(column_types=types, strings_can_be_null=True),
    )
    writing = pq.ParquetWriter(
        folder / "bare.parquet",
        schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=few,
        write_page_index=True,
    )
    waiting = schema.empty_table()
    with reading as reader, writing as out:
        for batch in reader:
            rows += batch.num_rows
            waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch])])
            whole = len(waiting) - len(waiting) % size
            if whole:
                out.write_table(waiting.slice(0, whole), row_group_size=size)
                waiting = waiting.slice(whole)
        out.write_table(waiting)
    return {"rows": rows}


def checked(folder: Path, name: str, schema: TableSchema) -> Found:
    """Run the streaming pass alone, the shape of the file being known."""
    header = tuple(field.name for field in schema.fields)
    shape = TableShape("", "", header, folder / f"{name}.csv", skip_rows=1, delimiter=",")
    files = Files(*(folder / f"ours-{part}.parquet" for part in ("table", "bad", "folded")))
    done = one_pass(TableSource(shape, LIMITS, name), plan.by_schema(header, schema), files)
    return _told(done.read, done.bad.path)


def whole(folder: Path, name: str, schema: TableSchema | None) -> Found:
    """Detect, read, check and write, with all that a harvest finds out about a file."""
    with checked_file(folder / f"{name}.csv", schema, Settings()) as (_, tables):
        (table,) = tables
        if table.rows_read != table.rows_accepted + table.rows_quarantined:
            raise SystemExit("rows were lost")
        return _told(table.rows_read, table.quarantine)


def frictionless(folder: Path, name: str) -> Found:
    """Validate with frictionless, which writes nothing."""
    from frictionless import Resource, Schema, system  # noqa: PLC0415 - no other case pays for it

    system.trusted = True
    schema = Schema.from_descriptor(made.document())
    start = time.perf_counter()
    report = Resource(path=str(folder / f"{name}.csv"), schema=schema).validate(
        limit_errors=10_000_000
    )
    rows = report.tasks[0].stats["rows"]
    return {"rows": rows, "wall": time.perf_counter() - start}


def cases(*, full: bool) -> dict[str, Callable[[Path], Found]]:
    """Return the cases by name, in the order of a round."""
    iso, day_first = made.schema(), made.schema(made.DAY_FIRST)
    peer = "clean" if full else "part"
    return {
        "bare": bare,
        "checked": lambda folder: checked(folder, "clean", iso),
        "checked bad": lambda folder: checked(folder, "bad", iso),
        "checked dd/mm": lambda folder: checked(folder, "day-first", day_first),
        "whole": lambda folder: whole(folder, "clean", iso),
        "whole bad": lambda folder: whole(folder, "bad", iso),
        "whole learned": lambda folder: whole(folder, "clean", None),
        "frictionless": lambda folder: frictionless(folder, peer),
    }


def _told(rows: int, quarantine: Path | None) -> Found:
    """Return what a case says of itself: the rows that it read, its peak before the bad cells are
    looked at here, and these."""
    rss, names = _peak(), ["row", "column", "code", "value"]
    cells = pq.read_table(quarantine, columns=names).to_pylist() if quarantine else []
    return {"rows": rows, "rss": rss, "cells": [[cell[name] for name in names] for cell in cells]}


def run_case(case: str, folder: Path, *, full: bool) -> None:
    """Run one case in this process and print its figures as JSON; imports are not counted."""
    run = cases(full=full)[case]
    sys.meta_path.insert(0, WithoutPandas())
    pa.array([""])
    process = psutil.Process()
    before, start = process.cpu_times(), time.perf_counter()
    found = run(folder)
    wall, after = time.perf_counter() - start, process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    print(json.dumps({"wall": wall, "cpu": cpu, "rss": _peak(), **found}))


class WithoutPandas:
    """pyarrow loads pandas where it finds it, a second and 40 MB; a catalogue has none."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas; say nothing of all else."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def _peak() -> int:
    """Return the most memory that this program has held, in bytes."""
    # Not getrusage: a child starts with the peak of the process that made it.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def measure(folder: Path, wanted: argparse.Namespace) -> dict[str, list[Found]]:
    """Run all cases, interleaved; frictionless, which is slow, only once."""
    names = wanted.only or list(cases(full=wanted.full))
    found: dict[str, list[Found]] = {case: [] for case in names}
    for number in range(wanted.rounds):
        for case in names:
            if case == "frictionless" and number:
                continue
            words = [sys.executable, __file__, "--case", case, "--folder", str(folder)]
            words += ["--full"] if wanted.full else []
            done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
            found[case].append(json.loads(done.stdout))
    return found


def report(found: dict[str, list[Found]], truth: set[tuple[int, str, str, str]]) -> None:
    """Print a line per case: rows a second, ratios to the bare conversion, what was missed."""
    for case, runs in found.items():
        wall = statistics.median(run["wall"] for run in runs)
        rate, peak = runs[0]["rows"] / wall, max(run["rss"] for run in runs) / 1e6
        line = f"{case:14} {wall:7.2f} s {rate:11,.0f} rows/s  peak {peak:4.0f} MB"
        for key in ("wall", "cpu"):
            pairs = zip(runs, found.get("bare", []), strict=False)
            scale = found["bare"][0]["rows"] / runs[0]["rows"] if "bare" in found else 1
            ratios = [scale * mine[key] / peer[key] for mine, peer in pairs]
            line += f"  {key} x{statistics.median(ratios):.2f}" if ratios else ""
        if "cells" in runs[0]:
            cells = {tuple(cell) for cell in runs[0]["cells"]}
            expected = truth if case.endswith("bad") else set()
            line += f"  missed {len(expected - cells)}  extra {len(cells - expected)}"
        print(line)
    for case in ("checked", "checked bad", "whole", "whole bad"):
        if case in found and "frictionless" in found:
            ours, theirs = (
                statistics.median(run["rows"] / run["wall"] for run in found[name])
                for name in (case, "frictionless")
            )
            print(f"{case}: x{ours / theirs:.0f} the rows a second of frictionless")


def main() -> None:
    """Write the files, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--full", action="store_true", help="frictionless on all rows, not a part")
    parser.add_argument("--only", action="append", help="run only this case; may be repeated")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    wanted = parser.parse_args()
    if wanted.case:
        run_case(wanted.case, wanted.folder, full=wanted.full)
        return
    with tempfile.TemporaryDirectory(dir=wanted.folder) as name:
        folder = Path(name)
        made.write(folder / "clean.csv", wanted.rows)
        made.write(folder / "part.csv", min(wanted.rows, PEER_ROWS))
        made.write(folder / "day-first.csv", wanted.rows, form=made.DAY_FIRST)
        truth = made.write(folder / "bad.csv", wanted.rows, bad=BAD)
        size = (folder / "clean.csv").stat().st_size / 1e6
        print(f"{wanted.rows:,} rows of 12 columns, {size:.0f} MB, {wanted.rounds} rounds")
        report(measure(folder, wanted), truth.cells)


if __name__ == "__main__":
    main()
