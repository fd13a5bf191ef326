"""What strangers write into data and addresses stays text; reading changes nothing."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from opendata.models import Base
from opendata.services import table_schemas
from opendata.web import security_headers, session
from tests.unit.opendata.web.html_reading import Page
from tests.unit.opendata.web.sample import NASTY, Catalogue

# They look at what is sent, and keep nothing of it.
TAKES_POSTS = {"/validate/", "/en/validate/", "/api/1/validate"}


def addresses(app: Flask, catalogue: Catalogue) -> list[str]:
    """Return one address for every route of the application."""
    schema = next(iter(table_schemas.all_schemas()), None)
    values = {
        "name": catalogue.dataset.slug,
        "slug": "cuc-thong-ke",
        "dataset_id": catalogue.dataset.id,
        "resource_id": catalogue.resource.id,
        "table_id": catalogue.table.table_id,
        "file": "a.csv",
        "version": "1.0.0",
        "number": catalogue.run.id,
        "filename": "css/catalogue.css",
    }
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            given = {name: values[name] for name in rule.arguments}
            if schema and "schemas" in rule.rule and "name" in given:
                given |= {"name": schema.name} | (
                    {"version": schema.version} if "version" in given else {}
                )
            if ".harvest." in rule.endpoint and "name" in given:
                given["name"] = "cong-tinh"
            if rule.endpoint == "bootstrap.static":
                given["filename"] = "css/bootstrap.min.css"
            found.append(app.url_for(rule.endpoint, **given))
    return found


def test_every_route_has_the_security_headers_and_no_cookie(catalogue: Catalogue) -> None:
    app = catalogue.app()
    for path in [*addresses(app, catalogue), "/none", "/en/none"]:
        answer = app.test_client().get(path)
        assert answer.status_code in (200, 404) or path in TAKES_POSTS, path
        for name, value in security_headers.HEADERS.items():
            assert answer.headers[name] == value, path
        assert "Set-Cookie" not in answer.headers
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_reading_changes_no_row(catalogue: Catalogue) -> None:
    before, app = _rows(catalogue), catalogue.app()
    for path in addresses(app, catalogue):
        app.test_client().get(path)
        app.test_client().head(path)
        app.test_client().post(path, data={"file": (io.BytesIO(b"a,b\n1,2\n"), "a.csv")})
    assert _rows(catalogue) == before


def test_the_database_refuses_writes_of_pages(catalogue: Catalogue) -> None:
    with (
        catalogue.app().test_request_context("/"),
        pytest.raises(DBAPIError, match="read-only"),
    ):
        session.get().execute(text("DELETE FROM download_day"))


def test_pages_take_no_posts(catalogue: Catalogue) -> None:
    app = catalogue.app()
    for path in sorted({*addresses(app, catalogue)} - TAKES_POSTS):
        answer = app.test_client().post(path)
        assert answer.status_code == 405, path
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("prefix", ["", "/en"])
@pytest.mark.parametrize(
    "kind", ["dataset", "search", "home", "publisher", "publishers", "run", "record"]
)
def test_hostile_text_is_shown_as_typed(
    client: FlaskClient, catalogue: Catalogue, prefix: str, kind: str
) -> None:
    path = {
        "dataset": f"/dataset/{catalogue.nasty.slug}",
        "search": "/dataset/?q=" + "%3Cscript%3E&publisher=%3Cscript%3E%22onmouseover=",
        "home": "/",
        "publisher": f"/organization/{catalogue.nasty.publisher.slug}",
        "publishers": "/organization",
        "run": f"/harvest/cong-tinh/{catalogue.run.id}",
        "record": f"/harvest/cong-tinh/{catalogue.run.id}/{catalogue.nasty.id}",
    }[kind]
    answer = client.get(prefix + path)
    assert answer.status_code == 200
    page = Page(answer.text)
    assert not page.strange_scripts
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert not (attributes.get("href") or "").lower().startswith(("javascript:", "data:"))
    if kind != "search":
        assert NASTY in page.text
    assert str(987 * 654321) not in page.text


def _rows(catalogue: Catalogue) -> dict[str, int]:
    with catalogue.sessions() as database:
        return {
            name: database.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }
