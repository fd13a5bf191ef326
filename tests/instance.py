"""A whole instance for flow tests: sources, harvest, index, pages, without the command line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

import harvesters
from opendata import faults
from opendata.app import create_app
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Dataset, Resource, Run, Source, Table
from opendata.pipeline import run as pipeline_run
from opendata.pipeline.harvest import Tally
from opendata.pipeline.opening import Opened, open_harvester
from opendata.pipeline.preview import preview
from opendata.pipeline.state import Tools
from opendata.search import engine as search_engine
from opendata.search import indexer
from opendata.services import rendering, runs, sources
from opendata.services.sources import SourceChange
from opendata.storage import Store

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


@dataclass
class Instance:
    """Everything a harvest needs; the clock moves a minute with every look."""

    settings: Settings
    sessions: SessionFactory
    fault: faults.Fault = faults.none
    looks: int = field(default=0)

    def __post_init__(self) -> None:
        self.store = Store(self.settings.store_path, self.fault)
        (self.followed,) = search_engine.followed(self.settings)
        self.index = self.followed.index
        self.tools = Tools(
            settings=self.settings,
            sessions=self.sessions,
            store=self.store,
            clock=self._clock,
            fault=self.fault,
        )

    def _clock(self) -> datetime:
        self.looks += 1
        return START + timedelta(seconds=self.looks)

    def let_pass(self, **time: float) -> None:
        """Move the clock forward: `let_pass(days=8)`."""
        self.looks += int(timedelta(**time).total_seconds())

    def run(self, number: int) -> Run:
        """Return a run as it stands."""
        with self.sessions() as session:
            return runs.get(session, number)

    def states(self) -> dict[str, str]:
        """Return the state of every dataset by its upstream id."""
        with self.sessions() as session:
            return {d.upstream_id: d.state for d in session.scalars(select(Dataset))}

    def add_source(self, name: str, kind: str, url: str, **values: object) -> None:
        """Add a source."""
        with self.sessions() as session:
            change = SourceChange(kind=kind, url=url, **values)  # type: ignore[arg-type]
            sources.add(session, name, change, kinds=list(harvesters.REGISTRY), actor="test")
            session.commit()

    def change_source(self, name: str, **values: object) -> None:
        """Change a source."""
        with self.sessions() as session:
            change = SourceChange(**values)  # type: ignore[arg-type]
            sources.change(session, name, change, kinds=list(harvesters.REGISTRY), actor="test")
            session.commit()

    def harvest(
        self, name: str, *, trigger: str = "test", only: frozenset[str] | None = None
    ) -> Run:
        """Harvest a source and bring the index up to date."""
        with self.sessions() as session:
            source = sources.get(session, name)
        run = pipeline_run.harvest(
            source, self._open, self.tools, trigger=trigger, progress=_say_nothing, only=only
        )
        self.follow()
        return run

    def preview(self, name: str) -> Tally:
        """Say what a harvest would do."""
        with self.sessions() as session:
            source = sources.get(session, name)
        return preview(source, self._open, self.tools)

    def _open(self, source: Source) -> Opened:
        return open_harvester(source, harvesters.registry(), self.settings.http)

    def follow(self) -> None:
        """Let the index follow the event log."""
        indexer.follow(
            self.sessions,
            self.index,
            rendering.load,
            reader=self.followed.reader,
            fault=self.fault,
        )

    def client(self) -> FlaskClient:
        """A browser without scripts."""
        app = create_app(self.settings, sessions=self.sessions, store=self.store, index=self.index)
        return app.test_client()

    def dataset(self, title: str) -> Dataset:
        """Return the dataset with this Vietnamese title."""
        with self.sessions() as session:
            return session.scalars(
                select(Dataset).where(Dataset.document["title"]["vi"].astext == title)
            ).one()

    def download(self, title: str, form: str, *, resource: int = 0, table: int = 0) -> bytes:
        """Return the bytes that the public gets: `original`, `parquet`, `csv` or `json`."""
        url = self.address(title, form, resource=resource, table=table)
        answer = self.client().get(url)
        assert answer.status_code == 200, (url, answer.status_code)
        return answer.data

    def address(self, title: str, form: str, *, resource: int = 0, table: int = 0) -> str:
        """Return the path of a download."""
        dataset = self.dataset(title)
        with self.sessions() as session:
            files = session.scalars(
                select(Resource)
                .where(Resource.dataset_id == dataset.id)
                .order_by(Resource.position)
            ).all()
            tables = session.scalars(
                select(Table).where(Table.resource_id == files[resource].id).order_by(Table.name)
            ).all()
        if form == "original":
            return f"/dataset/{dataset.id}/resource/{files[resource].id}/download/original.csv"
        return f"/dataset/{dataset.id}/table/{tables[table].id}/download/table.{form}"


def _say_nothing(title: str, counts: Counter[str]) -> None:
    """No display."""
