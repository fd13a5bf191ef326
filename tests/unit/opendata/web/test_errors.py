"""Error pages: in both languages, with advice, without the address or a traceback."""

from __future__ import annotations

import pytest
from flask import abort
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from opendata.app import create_app
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import Catalogue

WORDS = {
    400: ("Địa chỉ hoặc yêu cầu không hợp lệ.", "The address or the request is not valid."),
    404: ("Không có trang nào ở địa chỉ này.", "There is no page at this address."),
    405: ("Trang này chỉ để đọc.", "This page can only be read."),
    410: ("Trang này đã được rút.", "This page has been withdrawn."),
    413: ("Yêu cầu quá lớn.", "The request is too large."),
    418: ("Địa chỉ hoặc yêu cầu không hợp lệ.", "The address or the request is not valid."),
    500: ("Đã có lỗi từ phía cổng.", "Something failed on our side."),
    503: ("Cổng tạm thời chưa trả lời được.", "The catalogue cannot answer at this moment."),
}


@pytest.mark.parametrize("code", WORDS)
def test_error_page_speaks_the_language_of_the_address(catalogue: Catalogue, code: int) -> None:
    app = catalogue.app()
    app.add_url_rule("/fail", "fail", lambda: abort(code))
    app.add_url_rule("/en/fail", "fail-en", lambda: abort(code))
    for path, words in zip(("/fail", "/en/fail"), WORDS[code], strict=True):
        answer = app.test_client().get(path)
        assert answer.status_code == code
        assert words in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_not_found_page_does_not_repeat_the_address(client: FlaskClient) -> None:
    assert "0900" not in client.get("/please-call-0900-123").text


def test_fault_of_ours_shows_no_traceback(catalogue: Catalogue) -> None:
    app = catalogue.app()
    app.add_url_rule("/fault", "fault", lambda: {}["secret-key"])
    answer = app.test_client().get("/fault")
    assert answer.status_code == 500
    assert "secret-key" not in answer.text
    assert "Traceback" not in answer.text


def test_database_that_is_down_answers_503(catalogue: Catalogue) -> None:
    """F57, without a server: an address where none listens."""
    nowhere = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    app = create_app(
        catalogue.settings,
        sessions=sessionmaker(nowhere),
        store=catalogue.store,
        index=catalogue.index,
    )
    client = app.test_client()
    for path in ("/", "/en/dataset/", "/dataset/x", catalogue.original_path()):
        answer = client.get(path)
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert Page(answer.text).all("h1")
    assert client.get("/about").status_code == 200
    health = client.get("/healthz")
    assert health.status_code == 503
    assert health.json == {"status": "degraded", "database": "down", "index": "up"}


def test_health_tells_up_and_degraded(client: FlaskClient, catalogue: Catalogue) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json and answer.json["status"]) == (200, "up")
    catalogue.index.broken = True
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json and answer.json["status"]) == (200, "degraded")
