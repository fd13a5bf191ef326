"""F43 to F49: rows that are bad. Each is counted and kept, with its number; none is lost.

The files of the hostile source are on its walk; these are what a rule or a larger file shows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Build, Resource, TableBuild
from opendata.storage import QUARANTINE
from tests.instance import Instance
from tests.loopback import Loopback

COLUMNS = "dataset_id,title,file_id,file_name,file_url,format,schema\n"
BAD_LINES = [101, 201, 301, 401, 501, 601, 701]

Harvest = Callable[..., Build]


@pytest.fixture
def instance(settings: Settings, sessions: SessionFactory) -> Instance:
    return Instance(settings, sessions)


@pytest.fixture
def harvest(instance: Instance, source_site: Loopback) -> Harvest:
    """Harvest these bytes as the one file of a source; return what became of them."""

    def run(body: str | bytes, schema: str = "") -> Build:
        source_site.put("/d.csv", body)
        url = source_site.put("/list.csv", COLUMNS + f"d,Bộ,f,Tệp,d.csv,csv,{schema}\n")
        instance.add_source("bo", "file_list", url)
        instance.harvest("bo")
        return newest(instance)

    return run


def newest(instance: Instance) -> Build:
    with instance.sessions() as session:
        found = select(Build).options(undefer(Build.report)).order_by(Build.id.desc())
        return session.scalars(found.limit(1)).one()


def quarantined(instance: Instance, build: Build) -> list[dict[str, Any]]:
    with instance.sessions() as session:
        digest = session.scalars(
            select(TableBuild.quarantine_digest).where(TableBuild.build_id == build.id)
        ).one()
    return list(pq.read_table(instance.store.path(QUARANTINE, str(digest))).to_pylist())


def counts(build: Build) -> tuple[int, int, int]:
    return build.rows_read, build.rows_accepted, build.rows_quarantined


def indicators(bad: str = "khoảng 5") -> str:
    """Return a thousand rows of the schema statistical-indicator, seven without a number."""
    lines = ["indicator_code,indicator_name,area_code,period,value,unit,status,note"]
    for line in range(2, 1002):
        value = bad if line in BAD_LINES else line
        lines.append(f"D{line:04},Chỉ số,VN,2021,{value},lượt,final,")
    return "\n".join(lines) + "\n"


def test_seven_bad_rows_of_a_thousand_are_set_aside(instance: Instance, harvest: Harvest) -> None:
    """F43: accepted 993, quarantined 7, each with its line."""
    build = harvest(indicators(), "statistical-indicator")
    assert (build.state, counts(build)) == ("flagged", (1000, 993, 7))
    rows = quarantined(instance, build)
    assert [row["row"] + 1 for row in rows] == BAD_LINES  # the header is line 1
    assert {(row["column"], row["code"]) for row in rows} == {("value", "type")}
    public = pq.read_table(io.BytesIO(instance.download("Bộ", "parquet")))
    assert public.num_rows == 993


def test_ragged_rows_keep_their_number_and_their_text(instance: Instance, harvest: Harvest) -> None:
    """F44: short rows and long ones; nothing moves to another column."""
    lines = [f"{n},x,y" for n in range(500)]
    lines[99], lines[299] = "99,x", "299,x,y,z"
    build = harvest("a,b,c\n" + "\n".join(lines) + "\n")
    assert (build.state, counts(build)) == ("flagged", (500, 498, 2))
    rows = quarantined(instance, build)
    assert [(row["row"], row["code"]) for row in rows] == [(100, "row-width"), (300, "row-width")]
    assert [json.loads(row["raw"]) for row in rows] == [["99", "x"], ["299", "x", "y", "z"]]


def test_rows_with_nuls_are_set_aside(instance: Instance, harvest: Harvest) -> None:
    """F44: a few NULs are a damaged table; the database and the readers never see them."""
    lines = [b"%d,ok" % n for n in range(500)]
    lines[49], lines[199] = b"49,b\0ad", b"\0\0,\0"
    build = harvest(b"id,name\n" + b"\n".join(lines) + b"\n")
    assert (build.state, counts(build)) == ("flagged", (500, 498, 2))
    assert [row["row"] for row in quarantined(instance, build)] == [50, 200]
    assert b"\0" not in instance.download("Bộ", "csv")


def test_rows_in_another_encoding_are_set_aside(instance: Instance, harvest: Harvest) -> None:
    """F45: one encoding for a file; what it cannot read is never replaced in what is public."""
    lines = [f"{n},Đắk Lắk".encode() for n in range(500)]
    lines[9], lines[10] = "9,café".encode("latin-1"), b"10,\xff\xfe\xfa"
    build = harvest(b"id,name\n" + b"\n".join(lines) + b"\n")
    assert (build.state, counts(build)) == ("flagged", (500, 498, 2))
    rows = quarantined(instance, build)
    assert [(row["row"], row["code"]) for row in rows] == [(10, "undecodable"), (11, "undecodable")]
    assert "\ufffd" not in instance.download("Bộ", "csv").decode()
    assert instance.download("Bộ", "original") == b"id,name\n" + b"\n".join(lines) + b"\n"


def test_word_behind_many_numbers_is_in_the_schema(instance: Instance, harvest: Harvest) -> None:
    """F46: the type of a column is decided over the whole file, and stated."""
    rows = "".join(f"{n},{n}\n" for n in range(120_000))
    build = harvest("id,v\n" + rows + "120000,unknown\n")
    assert (build.state, counts(build)) == ("published", (120_001, 120_001, 0))
    with instance.sessions() as session:
        columns = session.scalars(select(TableBuild.columns)).one()
    assert [(column["name"], column["type"]) for column in columns] == [
        ("id", "integer"),
        ("v", "string"),
    ]


def test_codes_and_long_numbers_stay_as_they_were_written(
    instance: Instance, harvest: Harvest
) -> None:
    """F47: leading zeros, numbers past 2**63, days that do not exist."""
    body = (
        "postcode,id,day\n"
        "01000,9223372036854775808,2020-02-31\n"
        "02100,12345678901234567890123,0000-00-00\n"
    )
    build = harvest(body)
    assert counts(build) == (2, 2, 0)
    public = instance.download("Bộ", "csv").decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(public))) == list(csv.reader(io.StringIO(body)))


@pytest.mark.parametrize(("limit", "state"), [(0.5, "held"), (5.0, "flagged")])
def test_version_with_too_many_bad_rows_waits(
    instance: Instance, source_site: Loopback, harvest: Harvest, limit: float, state: str
) -> None:
    """F49: seven of a thousand are too many where the limit is half of one in a hundred; what was
    public then stays whole."""
    lines = [f"{n},x,y" for n in range(1000)]
    harvest("a,b,c\n" + "\n".join(lines) + "\n")
    before = instance.download("Bộ", "parquet")
    for line in BAD_LINES:
        lines[line] = f"{line},x"
    source_site.put("/d.csv", "a,b,c\n" + "\n".join(lines) + "\n")
    limits = replace(instance.settings.harvest, quarantine_limit_percent=limit)
    strict = Instance(replace(instance.settings, harvest=limits), instance.sessions)
    strict.harvest("bo")
    build = newest(instance)
    assert (build.state, counts(build)) == (state, (1000, 993, 7))
    assert ("quarantine-over-limit" in build.reasons) == (state == "held")
    assert (instance.download("Bộ", "parquet") == before) == (state == "held")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('id,name\n1,a\n2,"b\n' + "3,c\n" * 1000, "unclosed-quote"),
        ("a" * 70_000, "line-too-long"),
        ("id,name\n1," + "a" * 70_000 + "\n2,b\n", "line-too-long"),
        (
            ",".join(f"c{n}" for n in range(60)) + "\n" + ",".join("1" * 60) + "\n",
            "too-many-columns",
        ),
    ],
    ids=["quote", "one-line", "line", "columns"],
)
def test_what_has_no_rows_within_bounds_fails(
    settings: Settings, sessions: SessionFactory, source_site: Loopback, body: str, reason: str
) -> None:
    """F48: the rest of the file is not swallowed into one cell, one line, one row."""
    tables = replace(settings.tables, max_columns=50, max_line_bytes=50_000)
    instance = Instance(replace(settings, tables=tables), sessions)
    source_site.put("/d.csv", body)
    url = source_site.put("/list.csv", COLUMNS + "d,Bộ,f,Tệp,d.csv,csv,\n")
    instance.add_source("bo", "file_list", url)
    assert instance.harvest("bo").counts["failed_resources"] == 1
    with sessions() as session:
        assert session.scalars(select(Resource.last_reason)).one() == reason
        assert session.scalars(select(Build.id)).all() == []
