"""F55: a damaged or emptied store or index: nothing wrong is served, the next harvest heals it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from opendata import storage
from opendata.models import TableBuild, Version
from opendata.search.tantivy_index import TantivyIndex
from opendata.services import store_care
from tests.instance import Instance

PRICES = "Bảng giá đất"


@pytest.fixture
def filled(instance: Instance, listing: str) -> Instance:
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    return instance


def files(instance: Instance) -> tuple[Path, Path]:
    """Return the original and the Parquet file of the price list."""
    dataset = instance.dataset(PRICES)
    with instance.sessions() as session:
        version = session.scalars(
            select(Version).where(Version.resource.has(dataset_id=dataset.id))
        ).one()
        table = session.scalars(
            select(TableBuild).where(TableBuild.build.has(version_id=version.id))
        ).one()
    store = instance.store
    return (
        store.path(storage.ORIGINALS, version.digest),
        store.path(storage.TABLES, table.parquet_digest),
    )


def write(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


@pytest.mark.parametrize("form", ["original", "parquet", "csv", "json"])
def test_cut_file_is_not_served(filled: Instance, form: str) -> None:
    for path in files(filled):
        write(path, path.read_bytes()[:-3])
    answer = filled.client().get(filled.address(PRICES, form))
    assert answer.status_code == 503
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize("form", ["csv", "json"])
def test_table_that_cannot_be_read_is_an_answer_not_a_cut_transfer(
    filled: Instance, form: str
) -> None:
    _, parquet = files(filled)
    write(parquet, b"x" * parquet.stat().st_size)
    assert filled.client().get(filled.address(PRICES, form)).status_code == 503


def test_page_of_a_dataset_with_a_damaged_table_still_answers(filled: Instance) -> None:
    _, parquet = files(filled)
    write(parquet, b"x" * parquet.stat().st_size)
    assert filled.client().get("/dataset/bang-gia-dat").status_code == 200


def test_lost_files_are_made_again_by_the_next_harvest(filled: Instance) -> None:
    before = filled.download(PRICES, "original"), filled.download(PRICES, "parquet")
    for path in files(filled):
        path.unlink()
    assert filled.harvest("bo").state == "succeeded"
    assert (filled.download(PRICES, "original"), filled.download(PRICES, "parquet")) == before
    with filled.sessions() as session:
        assert store_care.check(session, filled.store).is_clean


def test_healing_judges_nothing_anew(filled: Instance) -> None:
    filled.change_source("bo", policy="hold")
    for path in files(filled):
        path.unlink()
    filled.harvest("bo")
    assert b"1500" in filled.download(PRICES, "csv")


def test_folder_in_the_place_of_a_file_is_reported_as_damage(filled: Instance) -> None:
    original, _ = files(filled)
    original.unlink()
    original.mkdir()
    with filled.sessions() as session:
        report = store_care.check(session, filled.store)
    assert (len(report.damaged), report.missing) == (1, ())


def test_lost_index_is_known_as_lost(filled: Instance) -> None:
    index = filled.index
    assert isinstance(index, TantivyIndex)
    assert index.is_built()
    (filled.settings.data_path / "search" / "current").unlink()
    assert not index.is_built()
