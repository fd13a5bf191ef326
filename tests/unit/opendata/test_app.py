"""The application is put together from what is handed in, and nothing else."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from opendata.app import create_app
from opendata.config import Settings
from opendata.storage import Store
from opendata.web import instance
from tests.fake_index import FakeIndex


def test_two_applications_do_not_share_anything(tmp_path: Path) -> None:
    sessions = sessionmaker(create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    apps = [
        create_app(Settings(data_dir=name), sessions=sessions, store=Store(tmp_path), index=index)
        for name, index in (("a", FakeIndex()), ("b", FakeIndex()))
    ]
    for app, name in zip(apps, ("a", "b"), strict=True):
        with app.app_context():
            assert instance.current().settings.data_dir == name
        assert app.test_client().get("/about").status_code == 200
