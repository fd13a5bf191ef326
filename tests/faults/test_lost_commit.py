"""F60: COMMIT was sent and done, its answer was lost: the next run finds it, nothing is twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from opendata import database
from opendata.config import Settings
from tests.faults import wholeness
from tests.faults.losing_proxy import LosingProxy
from tests.faults.private_server import PrivateServer
from tests.instance import Instance
from tests.loopback import Loopback


@pytest.fixture
def database_url(private_server: PrivateServer) -> Iterator[str]:
    """Address of a fresh database on a server that is reached by TCP."""
    with private_server.fresh_database() as url:
        yield url


@pytest.fixture
def proxy(private_server: PrivateServer) -> Iterator[LosingProxy]:
    with LosingProxy(private_server.port) as proxy:
        yield proxy


def test_f60_answer_to_every_commit_is_lost_in_turn(
    settings: Settings, proxy: LosingProxy, listing: str, source_site: Loopback
) -> None:
    """F60: whichever commit of a run it is; each time the source has something new."""
    url = make_url(settings.database.url).set(port=proxy.port).render_as_string()
    # One file after the other: the n-th commit is the same one each time.
    behind = replace(
        settings,
        database=replace(settings.database, url=url),
        harvest=replace(settings.harvest, parallel_files=1),
    )
    engine = database.open_engine(behind)
    instance = Instance(behind, database.sessions(engine))
    instance.add_source("bo", "file_list", listing)
    instance.harvest("bo")
    versions, commit = 1, 0
    while True:
        versions += 1
        prices = f"ma_tinh;gia\n01;{versions}\n04;800\n".encode()
        source_site.put("/gia-dat.csv", prices)
        proxy.lost, proxy.lose_in = 0, commit
        try:
            instance.harvest("bo")
        except DBAPIError:
            assert proxy.lost
        proxy.lose_in = None
        wholeness.next_run_is_whole(instance, prices=prices, versions=versions)
        if not proxy.lost:
            break
        commit += 1
    assert commit >= 5
    engine.dispose()
