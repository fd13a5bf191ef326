"""What the search document of a dataset tells, and when it is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Dataset, DownloadDay
from opendata.services import rendering, searchable_columns, searchable_facts
from opendata.storage import Store
from opendata.vocabulary import BuildState
from tests import factories


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    with sessions() as session:
        yield session


def make(session: Session, tmp_path: Path, **values: Any) -> Dataset:
    dataset = factories.make_dataset(
        session,
        factories.make_source(session),
        {"vi": "Dân số xã", "en": "Population"},
        document={
            "themes": ["population"],
            "areas": ["04", "52", "Cao Bằng"],
            "frequency": "annual",
        },
    )
    columns = {"Mã xã": ["1"], "Dân số": [12]}
    resource, _ = factories.make_resource_with_table(
        session, Store(tmp_path), dataset, "tệp", columns, **values
    )
    day = DownloadDay(
        resource_id=resource.id, day=date(2026, 3, 9), channel="csv", people=4, bots=9
    )
    session.add(day)
    session.flush()
    rendering.render(session, dataset)
    return dataset


def test_document_tells_of_columns_time_place_and_use(session: Session, tmp_path: Path) -> None:
    profile = {"period": {"column": "năm", "from": "2019", "to": "2021-Q2"}}
    told = make(session, tmp_path, profile=profile).search_document
    assert told is not None
    assert told["columns"] == ["Dân số", "Mã xã"]
    assert told["column"] == ["dan_so", "ma_xa"]
    assert told["theme_name"] == ["Dân số", "Population"]
    assert told["area"] == ["04", "52", "Cao Bằng"]
    assert told["area_name"] == ["Cao Bằng", "Cao Bang", "52"]
    assert told["period"] == ["2019", "2020", "2021"]
    assert told["language"] == ["en", "vi"]
    assert told["validity"] == ["valid"]
    assert told["access"] == ["api"]
    assert told["downloads"] == 4


def test_what_was_found_wrong_is_told(session: Session, tmp_path: Path) -> None:
    told = make(session, tmp_path, quarantined=1, state=BuildState.FLAGGED).search_document
    assert told is not None
    assert told["validity"] == ["flagged", "quarantine"]


def test_nothing_is_said_of_what_has_no_table() -> None:
    assert searchable_facts.validity([], []) == []


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"start": "2019-05-01", "end": "2020-01-01"}, ["2019", "2020"]),
        ({"start": "2019-05-01"}, ["2019"]),
        ({"end": "0001-01-01"}, []),
        ({"start": "2030-01-01", "end": "2020-01-01"}, []),
        ({"start": "²019", "end": "x"}, []),
        (None, []),
    ],
)
def test_years_are_those_stated(period: dict[str, str] | None, expected: list[str]) -> None:
    assert searchable_facts.years({"period": period}, []) == expected


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ({"name": "ward", "codelist": "provinces"}, "list:provinces"),
        ({"name": "Mã xã", "role": "area-code"}, "ma_xa"),
        ({"name": "stt", "role": "identifier"}, ""),
        ({"name": "Dân số", "role": "value"}, ""),
        ({"name": "x"}, ""),
    ],
)
def test_key_is_a_code_list_or_a_name_with_the_role_of_one(
    column: dict[str, str], expected: str
) -> None:
    assert searchable_columns.key(column) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("area_code", "area_code"), ("period", ""), ("value", "")],
)
def test_codes_of_the_key_of_a_schema_are_keys(name: str, expected: str) -> None:
    assert searchable_columns.key({"name": name}, "statistical-indicator/1.0") == expected
    assert searchable_columns.key({"name": name}, "gone/9.9") == ""


def test_name_that_says_little_joins_tables_of_one_schema() -> None:
    found = searchable_columns.key({"name": "code"}, "administrative-unit/1.0")
    assert found == "administrative-unit:code"


def test_documents_of_an_earlier_release_are_written_anew(
    sessions: SessionFactory, tmp_path: Path
) -> None:
    with sessions.begin() as session:
        identifier = make(session, tmp_path).id
        session.execute(update(Dataset).values(search_document={"id": str(identifier)}))
    assert rendering.renew(sessions) == 1
    assert rendering.renew(sessions) == 0
    with sessions() as session:
        (told,) = rendering.load_all(session)
    assert told["form"] == rendering.FORM
