"""One catalogue with one of everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from opendata.app import create_app
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Dataset, DatasetSlug, Resource, Run, Source, TableBuild
from opendata.search.base import SearchIndex
from opendata.services import rendering
from opendata.storage import Store
from opendata.vocabulary import BuildState, DatasetState
from tests import factories
from tests.fake_index import FakeIndex

NASTY = "<script>alert(1)</script></title>\"onmouseover='x' {{987*654321}} ${jndi:x} %(x)s"
SECRET = "CELL-VALUE-THAT-MUST-NOT-SHOW"
RENAMED = {
    "kind": "column-renamed",
    "table": "",
    "column": "mã",
    "before": "mã",
    "after": "mã tỉnh",
}


@dataclass(frozen=True)
class Catalogue:
    """A filled catalogue, and what tests look for in it."""

    settings: Settings
    sessions: SessionFactory
    store: Store
    index: FakeIndex
    dataset: Dataset
    resource: Resource
    table: TableBuild
    scan: Resource
    nasty: Dataset
    nasty_table: TableBuild
    run: Run
    inner_run: Run

    def app(self, index: SearchIndex | None = None) -> Flask:
        return create_app(
            self.settings, sessions=self.sessions, store=self.store, index=index or self.index
        )

    def original_path(self) -> str:
        return f"/dataset/{self.dataset.id}/resource/{self.resource.id}/download/xa.csv"

    def table_path(self, form: str) -> str:
        return f"/dataset/{self.dataset.id}/table/{self.table.table_id}/download/xa.{form}"


def fill(settings: Settings, sessions: SessionFactory, store: Store) -> Catalogue:
    """Put one of everything into the database, the store and a fake index."""
    with sessions() as session:
        source = factories.make_source(session)
        publisher = factories.make_publisher(
            session, "Cục Thống kê", english="Statistics Office", code="G07.20"
        )
        dataset = factories.make_dataset(
            session,
            source,
            {"vi": "Danh mục cấp xã ở Đắk Lắk", "en": "Communes of Đắk Lắk"},
            publisher=publisher,
            document={
                "notes": {"vi": "Mô tả dữ liệu.\n\nXem https://example.vn/a?b=1&c=2."},
                "themes": ["kinh-te"],
                "contact": {"name": "Phòng Dữ liệu", "email": "a@example.vn", "phone": "024"},
                "period": {"start": "2025-07-01"},
                "provenance": {"vi": "Theo nghị quyết."},
            },
        )
        session.add(DatasetSlug(slug="ten-cu", dataset_id=dataset.id))
        resource, table = factories.make_resource_with_table(
            session,
            store,
            dataset,
            "Danh mục xã",
            {
                "ma_xa": ["00004", "00007", "00013", "00016"],
                "dân số": [65023, 93536, None, 12],
                "từ ngày": [date(2025, 7, 1)] * 4,
            },
            quarantined=2,
            state=BuildState.FLAGGED,
            reasons=["policy-flag"],
            report={
                "problems": [{"code": "pattern", "column": "ma_xa", "count": 2}],
                "samples": [{"row": 17, "column": "ma_xa", "code": "pattern", "value": SECRET}],
            },
        )
        scan = factories.make_resource(session, dataset, "Bản scan", format="pdf")
        factories.make_build(
            session, store, scan, b"%PDF-1.4", file_format="pdf", reasons=["not-tabular"]
        )
        failing = factories.make_resource(session, dataset, "Tệp lỗi")
        failing.last_reason, failing.failing_since = "timeout", factories.NOW
        held = factories.make_resource(session, dataset, "Tệp chờ")
        factories.make_build(
            session,
            store,
            held,
            b"a,b",
            state=BuildState.HELD,
            reasons=["rows-shrunk"],
            report={"changes": [RENAMED]},
        )
        nasty, nasty_table = _nasty(session, source, store)
        factories.make_dataset(
            session, source, "Bộ dữ liệu đã rút", state=DatasetState.WITHDRAWN, publisher=publisher
        )
        factories.make_dataset(session, source, "Bản nháp", state=DatasetState.DRAFT)
        for number in range(12):
            factories.make_dataset(
                session,
                source,
                f"Số liệu năm {2010 + number}",
                publisher=publisher,
                data_changed_at=None,
            )
        run = _harvested(session, source, dataset, nasty)
        inner_run = _inner(session)
        session.commit()
        index = FakeIndex(rendering.load_all(session))
    return Catalogue(
        settings,
        sessions,
        store,
        index,
        dataset,
        resource,
        table,
        scan,
        nasty,
        nasty_table,
        run,
        inner_run,
    )


def _harvested(session: Session, source: Source, dataset: Dataset, nasty: Dataset) -> Run:
    """A run that met one of everything, after one that went well and before one still going on."""
    factories.make_run(session, source, counts={"created": 3})
    run = factories.make_run(
        session,
        source,
        "partial",
        counts={"updated": 2, "rejected": 1, "withdrawn": 1, "unchanged": 1, "failed_resources": 1},
        reason="some-unread",
        detail=f"{SECRET} https://example.vn/api?key={SECRET}",
    )
    bad = {"code": "bad-date", "field": "issued", "value": SECRET, "row": 3, "rule": "type: date"}
    failed = {"code": "missing", "field": "Tệp lỗi", "value": SECRET, "row": None, "rule": ""}
    factories.make_record(
        session,
        run,
        "danh-muc",
        "updated",
        dataset,
        problems=[bad, failed],
        lost=["extras.cũ"],
        changes=[{"field": "notes.vi", "before": SECRET, "after": "Mô tả"}],
        raw=SECRET.encode(),
    )
    odd = {"code": NASTY, "field": f"\u2066{NASTY}", "value": SECRET, "row": None, "rule": NASTY}
    factories.make_record(
        session, run, NASTY, "updated", nasty, problems=[odd] * 7, lost=[NASTY], changes=[odd]
    )
    factories.make_record(session, run, "ma-bi-loai", "rejected", problems=[bad])
    for title, outcome in (("Bộ dữ liệu đã rút", "withdrawn"), ("Bản nháp", "unchanged")):
        hidden = session.query(Dataset).filter(Dataset.document["title"]["vi"].astext == title)
        factories.make_record(session, run, f"id-{title}", outcome, hidden.one())
    factories.make_run(session, source, "running", counts={})
    return run


def _inner(session: Session) -> Run:
    """A source inside the network, behind a credential, switched off."""
    inner = factories.make_source(
        session, "nguon-trong", secret_env="KEY_OF_INNER", policy="hold", enabled=False
    )
    inner.url = "http://ckan.noi-bo.vn:8080/kho?token=abc"
    run = factories.make_run(
        session, inner, "failed", counts={"rejected": 1}, reason="blocked", detail=SECRET
    )
    problem = {"code": "wrong-type", "field": SECRET, "value": SECRET, "row": None, "rule": ""}
    factories.make_record(session, run, SECRET, "rejected", problems=[problem])
    return run


def _nasty(session: Session, source: Source, store: Store) -> tuple[Dataset, TableBuild]:
    publisher = factories.make_publisher(session, f"Cơ quan {NASTY}", english=NASTY)
    nasty = factories.make_dataset(
        session,
        source,
        {"vi": f"Xấu \x9b\u202e{NASTY}"},
        publisher=publisher,
        licence="notspecified",
        document={
            "identifier": NASTY,
            "notes": {"vi": f"\u202b{NASTY}\njavascript:alert(1) http://x/\"onmouseover='y'"},
            "keywords": [NASTY],
            "themes": [NASTY],
            "areas": [NASTY],
            "frequency": NASTY,
            "licence_as_given": NASTY,
            "landing_page": "javascript:alert(1)",
            "contact": {"name": NASTY, "email": NASTY, "phone": NASTY},
            "provenance": {"und": NASTY},
        },
    )
    resource, table = factories.make_resource_with_table(
        session,
        store,
        nasty,
        f"{NASTY}\r\nX-Injected: 1\u202e",
        {f"cột {NASTY}": [NASTY, "b"]},
        table_name=NASTY,
        table_title=f"Bảng {NASTY}",
        quarantined=1,
        report={
            "problems": [{"code": NASTY, "column": NASTY, "count": 1}],
            "samples": [{"row": 1, "column": NASTY, "code": NASTY, "value": SECRET}],
            "schema_mismatch": [{"code": "extra-column", "field": NASTY}],
            "apart": [{"kind": "note", "cells": [NASTY, None]}, {"kind": NASTY, "cells": []}],
        },
        profile=_nasty_profile(),
    )
    resource.url = "javascript:alert(1)"
    resource.description = NASTY
    session.flush()
    return nasty, table


def _nasty_profile() -> dict[str, Any]:
    column = {
        "name": f"cột {NASTY}",
        "nulls": 1,
        "distinct": 2,
        "is_distinct_exact": False,
        "min": NASTY,
        "max": f"{NASTY}z",
        "top": [[NASTY, 3]],
        "lengths": {"min": 1, "max": 90, "mean": 2.5},
        "histogram": {"edges": [0, 1, 2], "counts": [1, 2]},
    }
    return {
        "rows": 2,
        "columns": [column],
        "period": {"column": NASTY, "from": NASTY, "to": NASTY},
        "area": {"column": NASTY, "distinct": 63},
    }
