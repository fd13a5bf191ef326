"""Every recorded file against what other tools say of it: one list, one test."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from opendata.config import Tables
from opendata.errors import SourceFailure
from opendata.pipeline.detect import shape_of
from opendata.pipeline.tables import BuiltTable, FileShape
from opendata.pipeline.tabulate import build_tables
from opendata.services import table_schemas
from opendata.services.table_schemas import TableSchema
from tests.unit.opendata.pipeline.truth_argued import ARGUED, SHEETS

INPUTS = Path(__file__).parents[5] / "shared" / "inputs"
LEGACY = {
    "vietnam/encodings/districts_tcvn3_semicolon.csv": "tcvn3",
    "vietnam/encodings/districts_vni_semicolon.csv": "vni",
    "vietnam/encodings/districts_windows1258_semicolon.csv": "windows-1258",
}
ENCODINGS = {"ascii": "utf-8", "utf-8": "utf-8", "utf-8(BOM)": "utf-8"}
ENCODINGS |= {"utf-16-le(BOM)": "utf-16-le", "legacy": "windows-1252"}
# Where the schema of a file lies, if not beside it under the name that the list gives.
SCHEMAS = {
    "schemas/country-codes/country-codes.csv": "schemas/country-codes/datapackage.yml",
    "vietnam/air_quality/vietnam_wards_2026.csv": "schemas/vietnam_wards/schema.json",
    "vietnam/air_quality/vietnam_wards_with_osm.csv": "schemas/vietnam_wards/schema.json",
}


@dataclass(frozen=True)
class Outcome:
    """What became of a file of delimited text, or why it is no table."""

    refused: str = ""
    encoding: str = ""
    delimiter: str = ""
    width: int = 0
    rows: int = 0
    quarantined: int = 0


def truth() -> dict[str, Any]:
    """Return the list; empty where it is not on the machine."""
    path = INPUTS / "truth.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.exists() else {}


TRUTH = truth()


def names(key: str) -> list[str]:
    """Return the files of which the list says this."""
    return [name for name, known in TRUTH.items() if key in known]


def built(
    name: str, folder: Path, schema: TableSchema | None = None
) -> tuple[FileShape, tuple[BuiltTable, ...]]:
    """Return the shape and the tables of a recorded file, as the steps make them."""
    path, claim = INPUTS / name, name.rpartition(".")[2]
    shape = shape_of(path, claim, folder=folder, limits=Tables(), where=name)
    return shape, build_tables(shape, schema=schema, folder=folder, limits=Tables(), where=name)


def outcome(name: str, folder: Path) -> Outcome:
    try:
        shape, tables = built(name, folder)
    except SourceFailure as failure:
        return Outcome(refused=failure.reason)
    if not tables:
        return Outcome(refused=shape.reason)
    (table,), (lies,) = tables, shape.tables
    return Outcome(
        encoding=lies.encoding,
        delimiter=lies.delimiter,
        width=len(lies.header),
        rows=table.rows_read,
        quarantined=table.rows_quarantined,
    )


def told(name: str) -> Outcome:
    """Return what the list says: the commonest width is the table's, other records are ragged."""
    known = TRUTH[name]
    if known.get("empty"):
        return Outcome(refused="empty")
    widths = {int(width): count for width, count in known["widths"].items()}
    width = max(widths, key=lambda w: widths[w], default=0)
    return Outcome(
        encoding=LEGACY.get(name, ENCODINGS[known["encoding"]]),
        delimiter=known["delimiter"],
        width=width,
        rows=known.get("rows", known["records_with_header"] - 1),
        quarantined=sum(count for other, count in widths.items() if other != width),
    )


def argued(name: str) -> dict[str, Any]:
    return next((files[name] for files in ARGUED.values() if name in files), {})


def test_the_list_is_whole() -> None:
    if not TRUTH:
        pytest.skip("the recorded inputs (../shared) are not on this machine")
    counted = {*names("widths"), *names("empty"), *names("sheets"), *names("rows")}
    assert len(TRUTH) == len(counted) == 237
    assert {name for files in ARGUED.values() for name in files} | set(SHEETS) <= set(TRUTH)


@pytest.mark.parametrize("name", sorted({*names("widths"), *names("empty")}))
def test_delimited_text_is_read_as_known(name: str, tmp_path: Path) -> None:
    expected, differences = told(name), argued(name)
    assert all(asdict(expected)[key] != value for key, value in differences.items())
    if "refused" in differences:
        expected = Outcome()
    assert outcome(name, tmp_path) == replace(expected, **differences)


@pytest.mark.parametrize("name", names("sheets"))
def test_each_shown_sheet_is_a_table(name: str, tmp_path: Path) -> None:
    known = TRUTH[name]["sheets"]
    shown = [sheet for sheet in known if sheet["visible"]]
    rows, _ = SHEETS.get(name) or ([sheet["rows"] - 1 for sheet in shown], "")
    shape, tables = built(name, tmp_path)
    expected = {s["name"]: n for s, n in zip(shown, rows, strict=True) if n != 0}
    assert [table.name for table in tables] == list(expected)
    found = {table.name: table.rows_read for table in tables}
    assert {n: found[n] for n, count in expected.items() if count is not None} == {
        n: count for n, count in expected.items() if count is not None
    }
    hidden = {problem.field for problem in shape.problems if problem.code == "hidden-sheet"}
    assert hidden == {sheet["name"] for sheet in known if not sheet["visible"]}


@pytest.mark.parametrize("name", [n for n in names("rows") if n.endswith(".xls")])
def test_old_workbook_has_its_rows(name: str, tmp_path: Path) -> None:
    _, (table,) = built(name, tmp_path)
    assert table.rows_read == TRUTH[name]["rows"]


@pytest.mark.parametrize("name", names("against_schema"))
def test_file_is_as_valid_as_known(name: str, tmp_path: Path) -> None:
    known = TRUTH[name]["against_schema"]
    place = SCHEMAS.get(name) or str(Path(name).with_name(known.get("schema", "")))
    _, (table,) = built(name, tmp_path, schema_at(INPUTS / place))
    is_valid = not table.rows_quarantined and not table.schema_mismatch
    assert (is_valid, table.rows_read) == (known["valid"], known["rows"])
    # A row with several errors counts once; an invalid file without a number has one such row.
    assert table.rows_quarantined == known.get("rows_with_an_error", int(not known["valid"]))


def schema_at(path: Path) -> TableSchema:
    text = path.read_text(encoding="utf-8")
    document = _from_yaml(text) if path.suffix == ".yml" else json.loads(text)
    return table_schemas.parse(document, Path("test/1.0"))


def _from_yaml(text: str) -> dict[str, Any]:
    """Return names and types of the fields, all that this one package says of them in YAML."""
    fields = text.partition("    fields:\n")[2].partition("\n- ")[0]
    labels = re.findall(r"^    (?:- |  )name: (.+)$", fields, re.MULTILINE)
    types = re.findall(r"^    (?:- |  )type: (.+)$", fields, re.MULTILINE)
    named = zip(labels, types, strict=True)
    return {"fields": [{"name": label.strip("'\""), "type": of} for label, of in named]}
