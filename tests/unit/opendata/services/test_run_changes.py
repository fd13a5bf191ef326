"""What a run changed: fields before and after, files with rows and columns."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Build, Dataset, Resource, Run, TableBuild
from opendata.services import run_changes
from opendata.services.run_changes import DatasetChange
from opendata.storage import Store
from opendata.vocabulary import BuildState
from tests import factories

BEFORE = factories.NOW - timedelta(hours=1)


def changes(session: Session, run: Run) -> list[DatasetChange]:
    return list(run_changes.of_run(session, run))


def built(session: Session, resource: Resource, content: bytes, **values: Any) -> None:
    store = Store(session.info["store"])
    factories.make_build(session, store, resource, content, **values)


@pytest.fixture
def run(sessions: SessionFactory, store: Store) -> Any:
    with sessions() as session:
        session.info["store"] = store.root
        yield factories.make_run(session, factories.make_source(session))


def dataset_of(run: Run, title: str = "Bảng giá") -> tuple[Session, Dataset]:
    session = Session.object_session(run)
    assert session is not None
    return session, factories.make_dataset(session, run.source, title)


def test_metadata_is_told_before_and_after(run: Run) -> None:
    session, dataset = dataset_of(run)
    change = {"field": "title.vi", "before": "Giá", "after": "Bảng giá"}
    factories.make_record(session, run, "a", "updated", dataset, changes=[change])
    factories.make_record(session, run, "b", "unchanged", dataset)
    factories.make_record(session, run, "c", "rejected")
    (found,) = changes(session, run)
    assert (found.upstream_id, found.outcome, found.slug) == ("a", "updated", "bang-gia")
    assert found.changes == [change]


def test_outcomes_come_in_order(run: Run) -> None:
    session, dataset = dataset_of(run)
    for outcome in ("withdrawn", "absent", "updated", "created"):
        factories.make_record(session, run, f"x-{outcome}", outcome, dataset)
    assert [c.outcome for c in changes(session, run)] == [
        "created",
        "updated",
        "absent",
        "withdrawn",
    ]


def test_file_is_told_with_rows_and_columns(run: Run, store: Store) -> None:
    session, dataset = dataset_of(run)
    factories.make_record(session, run, "a", "updated", dataset)
    resource, table = factories.make_resource_with_table(
        session,
        store,
        dataset,
        "gia",
        {"ma": ["01"], "gia": [1]},
        created_at=BEFORE,
        published_at=BEFORE,
    )
    second = factories.make_build(session, store, resource, b"new", rows_read=9, rows_accepted=9)
    session.add(_table_like(table, second, without="gia", also="đơn vị"))
    session.flush()
    (file,) = changes(session, run)[0].files
    assert (file.version, file.is_new_version, file.rows_before, file.rows) == (2, True, 1, 9)
    assert (file.columns_added, file.columns_removed) == (("đơn vị",), ("gia",))


def _table_like(table: TableBuild, build: Build, *, without: str, also: str) -> TableBuild:
    kept = [column for column in table.columns if column["name"] != without]
    return TableBuild(
        table_id=table.table_id,
        build_id=build.id,
        position=0,
        title="",
        columns=[*kept, {**kept[0], "name": also}],
        row_count=9,
        parquet_digest=table.parquet_digest,
        parquet_size=1,
        row_group_offsets=[0],
        quarantine_rows=0,
    )


def test_first_file_has_nothing_before_and_old_ones_are_left_out(run: Run) -> None:
    session, dataset = dataset_of(run)
    factories.make_record(session, run, "a", "created", dataset)
    new, old = (factories.make_resource(session, dataset, name) for name in ("moi", "cu"))
    built(session, new, b"1", state=BuildState.HELD, reasons=["policy-hold"])
    built(session, old, b"2", created_at=BEFORE, published_at=BEFORE)
    (file,) = changes(session, run)[0].files
    assert (file.name, file.state, file.reasons) == ("moi", "held", ("policy-hold",))
    assert file.rows_before is None


def test_many_datasets_are_read_in_chunks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_changes, "_CHUNK", 2)
    session, dataset = dataset_of(run)
    for number in range(5):
        factories.make_record(session, run, f"r{number}", "updated", dataset)
    assert [c.upstream_id for c in changes(session, run)] == [f"r{n}" for n in range(5)]


def test_bad_cells_name_column_rule_and_samples(run: Run, store: Store) -> None:
    session, dataset = dataset_of(run)
    factories.make_record(session, run, "a", "created", dataset)
    sample = {
        "row": 2,
        "column": "ma",
        "code": "pattern",
        "value": "1",
        "rule": "pattern: [0-9]{2}",
    }
    kind = {"code": "pattern", "column": "ma", "count": 1, "rule": "pattern: [0-9]{2}"}
    factories.make_resource_with_table(
        session,
        store,
        dataset,
        "gia",
        {"ma": ["01"]},
        quarantined=1,
        report={"problems": [kind], "samples": [sample]},
    )
    (found,) = run_changes.bad_cells(session, run)
    assert (found.column, found.rule, found.count) == ("ma", "pattern: [0-9]{2}", 1)
    assert found.samples == [sample]


def test_differences_from_the_contract_are_told(run: Run) -> None:
    session, dataset = dataset_of(run)
    factories.make_record(session, run, "a", "updated", dataset)
    resource = factories.make_resource(session, dataset, "Giá")
    change = {
        "kind": "column-renamed",
        "table": "",
        "column": "ma_tinh",
        "before": "ma_tinh",
        "after": "tinh",
    }
    built(session, resource, b"a", state=BuildState.HELD, report={"changes": [change]})
    other = factories.make_resource(session, dataset, "Khác")
    built(session, other, b"b", report={})
    (found,) = run_changes.contract_changes(session, run)
    assert (found.dataset, found.file, found.after) == ("bang-gia", "Giá", "tinh")
    (told,) = changes(session, run)
    assert [file.contract for file in told.files] == [[change], []]
