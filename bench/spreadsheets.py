"""A workbook to typed, checked Parquet, against openpyxl that only reads it.

Every round runs each case once, in a process of its own; the median of the ratios of the rounds
counts. `unpack` is what a harvest runs in a confined child; `checked` and `whole` start that
child, and their peak is that of the parent.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from opendata.config import Settings, Tables

HEADER = [
    *("ma_so", "ten", "tinh", "ngay_cap", "von", "lao_dong"),
    *("nganh", "loai_hinh", "trang_thai", "vi_do", "kinh_do", "ghi_chu"),
]
KINDS = dict.fromkeys(HEADER, "string") | {
    "ngay_cap": "date",
    "von": "integer",
    "lao_dong": "integer",
    "vi_do": "number",
    "kinh_do": "number",
}


def generate(path: Path, rows: int) -> None:
    """Write a register of enterprises: codes, texts, dates, numbers, some cells empty."""
    import xlsxwriter  # noqa: PLC0415 - no case pays for it

    chance = random.Random(20261123)  # noqa: S311 - repeatable data, no secret
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Doanh nghiệp")
    sheet.write_row(0, 0, HEADER)
    for number in range(1, rows + 1):
        place = chance.choice(("Hà Nội", "Huế", "Đà Nẵng", "Cần Thơ"))
        sheet.write_row(number, 0, [f"{number:010}", f"Công ty số {number}", place])
        sheet.write_datetime(number, 3, date(2010, 1, 1) + timedelta(chance.randrange(5_000)), day)
        sheet.write_row(number, 4, [chance.randrange(10**9), chance.randrange(1_000)])
        sheet.write_row(
            number, 6, [f"{chance.randrange(10_000):04}", chance.choice(("TNHH", "CP"))]
        )
        sheet.write_row(number, 8, ["hoạt động", chance.uniform(8, 23), chance.uniform(102, 109)])
        if number % 2:
            sheet.write(number, 11, "đã kiểm tra")
    book.close()


def openpyxl(source: Path, folder: Path) -> int:
    """Read all cells, and nothing else."""
    from openpyxl import load_workbook  # noqa: PLC0415 - no other case pays for it

    start = time.perf_counter()
    book = load_workbook(source, read_only=True)
    rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True)) - 1
    book.close()
    return _told(rows, start)


def unpack(source: Path, folder: Path) -> int:
    """Parse in this process what a harvest parses in a child."""
    from opendata.pipeline.unpack import spreadsheet  # noqa: PLC0415 - as above
    from opendata.pipeline.unpack.order import Order  # noqa: PLC0415
    from opendata.pipeline.unpack.table_file import path_of  # noqa: PLC0415

    start = time.perf_counter()
    order = Order("xlsx", str(source), str(folder), "bench", Tables())
    spreadsheet.unpack(order.to_words(), b"")
    return _told(1 if path_of(folder, 0).stat().st_size else 0, start)


def checked(source: Path, folder: Path) -> int:
    """Unpack in a child, check against a schema, and write Parquet: the streaming pass."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    from opendata.pipeline.detect import shape_of  # noqa: PLC0415
    from opendata.pipeline.readers.base import TableSource  # noqa: PLC0415
    from opendata.pipeline.table import plan  # noqa: PLC0415
    from opendata.pipeline.table.build import Files, one_pass  # noqa: PLC0415
    from opendata.services import table_schemas  # noqa: PLC0415

    pa.array([""])  # pyarrow looks for pandas once, which a harvest has behind it
    fields = [{"name": name, "type": KINDS[name]} for name in HEADER]
    schema = table_schemas.parse({"fields": fields}, Path("bench/1.0"))
    start = time.perf_counter()
    shape = shape_of(source, "xlsx", folder=folder, limits=Tables(), where="bench")
    files = Files(*(folder / f"{name}.parquet" for name in ("table", "bad", "folded")))
    planned = plan.by_schema(shape.tables[0].header, schema)
    done = one_pass(TableSource(shape.tables[0], Tables(), "bench"), planned, files)
    if done.read != done.writer.rows:
        raise SystemExit("the file was not read clean")
    return _told(done.read, start)


def whole(source: Path, folder: Path) -> int:
    """The same with types learned, and all that a harvest finds out about a table."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    from opendata.pipeline.check_file import check_file  # noqa: PLC0415

    pa.array([""])
    start = time.perf_counter()
    _, tables = check_file(source, None, Settings())
    return _told(tables[0].rows_read, start)


def _told(rows: int, start: float) -> int:
    wall = time.perf_counter() - start
    # Not getrusage: a child starts with the peak of the process that made it.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    print(json.dumps({"wall": wall, "rss": peak, "rows": rows}))
    return rows


CASES: dict[str, Callable[[Path, Path], int]] = {
    "openpyxl": openpyxl,
    "unpack": unpack,
    "checked": checked,
    "whole": whole,
}


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
    """Print a line per case: wall seconds, how many times faster than openpyxl, peak memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--case", choices=CASES)
    parser.add_argument("--file", type=Path)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if wanted.case:
            CASES[wanted.case](wanted.file, folder)
            return
        source = folder / "register.xlsx"
        generate(source, wanted.rows)
        found = measure(source, wanted.rounds)
        size = source.stat().st_size / 1e6
    print(f"XLSX, {wanted.rows} x {len(HEADER)}, {size:.0f} MB, {wanted.rounds} rounds")
    for case, runs in found.items():
        wall = statistics.median(run["wall"] for run in runs)
        peers = zip(found["openpyxl"], runs, strict=True)
        faster = statistics.median(peer["wall"] / run["wall"] for peer, run in peers)
        rss = max(run["rss"] for run in runs) / 1e6
        print(f"{case:9} {wall:6.2f} s  {faster:5.1f} x openpyxl's speed  peak {rss:.0f} MB")


if __name__ == "__main__":
    main()
