"""What the public reads of harvests, in both languages, and what it may not read."""

from __future__ import annotations

import uuid

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from opendata.models import Dataset
from opendata.records import HARMFUL
from tests import factories
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import SECRET, Catalogue


def read(client: FlaskClient, path: str, status: int = 200) -> Page:
    answer = client.get(path)
    assert answer.status_code == status, path
    assert SECRET not in answer.text
    assert not HARMFUL.search(answer.text)
    return Page(answer.text)


@pytest.fixture
def run_path(catalogue: Catalogue) -> str:
    return f"/harvest/cong-tinh/{catalogue.run.id}"


def test_list_says_how_each_source_stands(client: FlaskClient) -> None:
    page = read(client, "/harvest/")
    for words in ("cong-tinh", "xem lại", "đang chạy", "Không thành công từ:", "đã tắt"):
        assert words in page.text
    english = read(client, "/en/harvest/")
    for words in ("look", "running", "Failing since:", "switched off", "started by hand"):
        assert words in english.text


def test_source_page_shows_runs_reason_and_what_to_do(client: FlaskClient, run_path: str) -> None:
    page = read(client, "/harvest/cong-tinh")
    assert "Một số bản ghi hoặc tệp không đọc được." in page.text
    assert "Việc cần làm:" in page.text
    assert "https://example.vn/api" in page.text
    assert run_path in page.links


def test_address_inside_the_network_is_not_shown(client: FlaskClient) -> None:
    page = read(client, "/en/harvest/nguon-trong")
    assert "noi-bo.vn" not in page.text
    assert "inside the own network, not shown" in page.text
    assert "KEY_OF_INNER" not in page.text
    assert "switched off" in page.text


def test_run_page_tells_problems_with_rule_and_fix(client: FlaskClient, run_path: str) -> None:
    page = read(client, f"/en{run_path}")
    for words in (
        "issued",
        "row 3",
        "The date is not valid.",
        "Expected: date.",
        "Write the date as year-month-day",
        "Put the file back or give its new address.",
        "ma-bi-loai",
        "2 more problems",
    ):
        assert words in page.text


def test_rows_of_hidden_datasets_are_counted_but_not_listed(
    client: FlaskClient, run_path: str
) -> None:
    page = read(client, f"/en{run_path}")
    assert "3 records" in page.text
    assert "2 records are counted but not listed" in page.text
    for hidden in ("Bộ dữ liệu đã rút", "Bản nháp", "id-"):
        assert hidden not in page.text


def test_outcome_narrows_the_list(client: FlaskClient, run_path: str) -> None:
    page = read(client, f"/en{run_path}?outcome=rejected")
    assert "1 record" in page.text
    assert "danh-muc" not in page.text
    assert "Communes of Đắk Lắk" not in page.text
    everything = read(client, f"/en{run_path}?outcome=none-such&page=99999")
    assert "Communes of Đắk Lắk" in everything.text


def test_id_behind_a_credential_is_not_shown(client: FlaskClient, catalogue: Catalogue) -> None:
    page = read(client, f"/en/harvest/nguon-trong/{catalogue.inner_run.id}")
    assert "A record that is not public" in page.text
    assert "The field is of the wrong type." in page.text


def test_record_page_shows_what_was_understood(
    client: FlaskClient, catalogue: Catalogue, run_path: str
) -> None:
    page = read(client, f"{run_path}/{catalogue.dataset.id}")
    for words in ("Danh mục cấp xã ở Đắk Lắk", "notes.vi", "extras.cũ", "licence", "kinh-te"):
        assert words in page.text
    assert f"/dataset/{catalogue.dataset.slug}" in page.links
    assert "không được hiển thị" in page.text


def test_text_that_would_turn_the_line_round_is_shown_harmless(
    client: FlaskClient, catalogue: Catalogue, run_path: str
) -> None:
    for path in (run_path, f"{run_path}/{catalogue.nasty.id}", f"/dataset/{catalogue.nasty.slug}"):
        assert "\ufffd" in read(client, path).text


def test_withdrawn_record_is_gone_and_hidden_one_is_not_there(
    client: FlaskClient, catalogue: Catalogue, run_path: str
) -> None:
    with catalogue.sessions() as session:
        ids = {
            title: session.scalars(
                select(Dataset.id).where(Dataset.document["title"]["vi"].astext == title)
            ).one()
            for title in ("Bộ dữ liệu đã rút", "Bản nháp")
        }
    read(client, f"{run_path}/{ids['Bộ dữ liệu đã rút']}", 410)
    read(client, f"{run_path}/{ids['Bản nháp']}", 404)


@pytest.mark.parametrize(
    "path",
    [
        "/harvest/none",
        "/harvest/a%00b",
        "/harvest/nguon-trong/1",
        f"/harvest/cong-tinh/{2**70}",
        "/harvest/cong-tinh/-1",
        "/harvest/cong-tinh/x",
        f"/harvest/cong-tinh/1/{uuid.uuid4()}",
    ],
)
def test_what_is_not_there(client: FlaskClient, path: str) -> None:
    read(client, path, 404)


def test_footer_leads_here(client: FlaskClient) -> None:
    assert "/harvest/" in read(client, "/").links
    assert "/en/harvest/" in read(client, "/en/").links


@pytest.mark.parametrize("path", ["/harvest/", "/harvest/{name}", "/harvest/{name}/{run}"])
def test_more_rows_are_not_more_statements(
    client: FlaskClient, catalogue: Catalogue, engine: Engine, path: str
) -> None:
    with catalogue.sessions() as session:
        source = factories.make_source(session, f"dem-{uuid.uuid4().hex}")
        run = factories.make_run(session, source, "failed", reason="timeout")
        factories.make_record(session, run, "a", "rejected")
        session.commit()
        address = path.format(name=source.name, run=run.id)
        few = _statements(engine, client, address)
        for number in range(5):
            extra = factories.make_source(session, f"them-{uuid.uuid4().hex}")
            factories.make_run(session, extra, "failed", reason="timeout")
            factories.make_run(session, source, "cancelled", reason="cancelled")
            factories.make_record(session, run, f"r{number}", "rejected")
        session.commit()
    assert _statements(engine, client, address) == few


def _statements(engine: Engine, client: FlaskClient, path: str) -> int:
    seen: list[str] = []

    def note(*facts: object) -> None:
        seen.append(str(facts[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
