"""What every command works with: opened when first used, closed at the end."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime
from functools import cached_property

import click
from sqlalchemy import Engine

from opendata import database, migrations
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.errors import SearchUnavailable
from opendata.harvester import Registry
from opendata.models import Source
from opendata.pipeline import opening
from opendata.pipeline.opening import Opened
from opendata.pipeline.state import Tools
from opendata.search import engine as search_engine
from opendata.search import indexer
from opendata.search.base import Searcher
from opendata.search.engine import Followed
from opendata.services import rendering
from opendata.storage import Store


class Context:
    """Settings and harvesters of this process, and what is built from them."""

    def __init__(self, settings: Settings, registry: Registry) -> None:
        self.settings = settings
        self.registry = registry

    @cached_property
    def engine(self) -> Engine:
        return database.open_engine(self.settings)

    @cached_property
    def sessions(self) -> SessionFactory:
        """Sessions on a database that has the schema of this release."""
        migrations.require_current(self.engine)
        return database.sessions(self.engine)

    @cached_property
    def store(self) -> Store:
        return Store(self.settings.store_path)

    @cached_property
    def index(self) -> Searcher:
        """What answers searches."""
        return search_engine.open_index(self.settings)

    @cached_property
    def followed(self) -> tuple[Followed, ...]:
        """The indices that follow the event log."""
        return search_engine.followed(self.settings)

    @cached_property
    def tools(self) -> Tools:
        return Tools(
            settings=self.settings,
            sessions=self.sessions,
            store=self.store,
            clock=lambda: datetime.now(UTC),
        )

    def open_harvester(self, source: Source) -> Opened:
        """Return the harvester of a source, and its client."""
        return opening.open_harvester(source, self.registry, self.settings.http)

    def check_options(self, source: Source) -> None:
        """Raise SourceFailure when the harvester refuses an option; no request is made."""
        opening.open_harvester(source, self.registry, self.settings.http, with_secret=False)

    @property
    def actor(self) -> str:
        """Who types: written with every change."""
        return f"cli:{getpass.getuser()}"

    def bring_index_up_to_date(self) -> int:
        """Let every search index follow the event log; return how many events they took.

        One that is out of reach delays no other; its SearchUnavailable is raised in the end.
        """
        done, failed = 0, None
        for found in self.followed:
            try:
                done += self._bring_up_to_date(found)
            except SearchUnavailable as err:
                failed = failed or err
        if failed:
            raise failed
        return done

    def _bring_up_to_date(self, found: Followed) -> int:
        """An index that is not there, or was lost, is filled from the database first."""
        reader, index = found.reader, found.index
        if not index.is_built():
            rendering.renew(self.sessions)
            indexer.rebuild(self.sessions, index, rendering.load_all, reader=reader)
        return indexer.follow(self.sessions, index, rendering.load, reader=reader)


pass_context = click.make_pass_decorator(Context)
