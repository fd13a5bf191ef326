"""The main job in one piece: a list of files becomes pages, search hits and downloads."""

from __future__ import annotations

import io
import json
import unicodedata

import pyarrow.parquet as pq
import pytest

from tests.instance import Instance
from tests.loopback import Loopback

SCHOOLS = "Danh sách trường học tỉnh Đắk Lắk"


@pytest.fixture
def filled(instance: Instance, listing: str) -> Instance:
    instance.add_source("bo", "file_list", listing)
    assert instance.harvest("bo").state == "succeeded"
    return instance


def test_dataset_page_stands_at_its_slug(filled: Instance) -> None:
    answer = filled.client().get("/dataset/danh-sach-truong-hoc-tinh-dak-lak")
    assert answer.status_code == 200
    assert SCHOOLS in answer.text


def test_english_page_shows_the_english_title(filled: Instance) -> None:
    answer = filled.client().get("/en/dataset/danh-sach-truong-hoc-tinh-dak-lak")
    assert "Schools of Dak Lak" in answer.text


@pytest.mark.parametrize(
    "query", ["trường học", "truong hoc", unicodedata.normalize("NFD", "trường học"), "ĐẮK LẮK"]
)
def test_search_finds_with_and_without_marks(filled: Instance, query: str) -> None:
    answer = filled.client().get("/dataset/", query_string={"q": query})
    assert "danh-sach-truong-hoc-tinh-dak-lak" in answer.text
    assert "bang-gia-dat" not in answer.text


def test_original_is_given_byte_for_byte(filled: Instance, source_site: Loopback) -> None:
    assert filled.download(SCHOOLS, "original") == source_site.answers["/truong.csv"].body


def test_parquet_keeps_leading_zeros_and_types(filled: Instance) -> None:
    schools = pq.read_table(io.BytesIO(filled.download(SCHOOLS, "parquet")))
    assert schools.to_pydict() == {
        "ma": ["001", "002"],
        "ten": ["Trường Lê Lợi", "Trường Kim Đồng"],
    }
    prices = pq.read_table(io.BytesIO(filled.download("Bảng giá đất", "parquet")))
    assert prices.to_pydict() == {"ma_tinh": ["01", "04"], "gia": [1500, 700]}


def test_csv_and_json_hold_the_same_rows(filled: Instance) -> None:
    lines = filled.download("Bảng giá đất", "csv").decode("utf-8-sig").splitlines()
    assert [line.replace('"', "") for line in lines] == ["ma_tinh,gia", "01,1500", "04,700"]
    assert json.loads(filled.download("Bảng giá đất", "json")) == [
        {"ma_tinh": "01", "gia": 1500},
        {"ma_tinh": "04", "gia": 700},
    ]
