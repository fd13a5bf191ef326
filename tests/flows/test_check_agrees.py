"""One report for the same bytes: of a harvest, of the command line, of the API."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from opendata.models import Build
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback
from tests.typist import Typist

FILES = {
    "learned": ("", "ma;ten;gia\n01;An;1.234,5\n02;Bình;7,0\n02;;x\n".encode()),
    "bad rows": (
        "administrative-unit",
        "code,name,full_name,unit_type,level,parent_code\n"
        "01,Hà Nội,Thành phố Hà Nội,thành phố,9,\nxx,,,,,\n".encode(),
    ),
    "legacy": ("", "mã,tên\n01,Đắk Lắk\n02,Quảng Ngãi\n".encode("utf-16")),
    "no table": ("", b"%PDF-1.4\n%%EOF\n"),
}
MORE = ("valid", "detail", "proposed")


def harvested(instance: Instance, site: Loopback, schema: str, body: bytes) -> Any:
    site.put("/a.csv", body)
    row = f"d,Bộ dữ liệu,,,,f,Tệp,a.csv,csv,{schema}\n"
    instance.add_source("bo", "file_list", site.put("/list.csv", HEADER + row))
    instance.harvest("bo")
    with instance.sessions() as session:
        return session.scalars(select(Build).options(undefer(Build.report))).one().report


def typed(instance: Instance, tmp_path: Path, schema: str, body: bytes) -> Any:
    file = tmp_path / "a.csv"
    file.write_bytes(body)
    words = ["schema", "check", str(file), "--json", *(["--schema", schema] if schema else [])]
    return json.loads(Typist(instance.settings)(*words).stdout)


def posted(instance: Instance, schema: str, body: bytes) -> Any:
    form = {"file": (io.BytesIO(body), "a.csv"), "schema": schema}
    return instance.client().post("/api/1/validate", data=form).json


@pytest.mark.parametrize("case", ["learned", "bad rows", "legacy"])
def test_all_three_say_the_same(
    instance: Instance, source_site: Loopback, tmp_path: Path, case: str
) -> None:
    schema, body = FILES[case]
    kept = harvested(instance, source_site, schema, body)
    kept.pop("changes")
    by_hand, by_program = typed(instance, tmp_path, schema, body), posted(instance, schema, body)
    assert by_hand == by_program
    assert {name: by_hand[name] for name in by_hand if name not in MORE} == kept


def test_what_is_no_table_is_the_same_by_hand_and_by_program(
    instance: Instance, tmp_path: Path
) -> None:
    schema, body = FILES["no table"]
    by_hand = typed(instance, tmp_path, schema, body)
    assert not by_hand["valid"]
    assert by_hand["reason"]
    assert by_hand == posted(instance, schema, body)
