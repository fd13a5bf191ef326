"""Sources harvested at the same time meet in publishers and addresses, and all are whole."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from opendata.models import Dataset, Publisher
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback


@pytest.mark.parametrize("count", [1, 3])
def test_same_new_publisher_and_title_from_two_sources_at_once(
    instance: Instance, source_site: Loopback, count: int
) -> None:
    source_site.put("/a.csv", "ma,so\n001,5\n")
    rows = [f"d{i},Giá đất,,Sở Xây dựng,,f,Tệp,a.csv,csv,\n" for i in range(count)]
    url = source_site.put("/list.csv", HEADER + "".join(rows))
    names = [f"nguon-{number}" for number in range(4)]
    for name in names:
        instance.add_source(name, "file_list", url)
    with ThreadPoolExecutor(len(names)) as together:
        runs = list(together.map(instance.harvest, names))
    assert [run.state for run in runs] == ["succeeded"] * len(names)
    with instance.sessions() as session:
        slugs = session.scalars(select(Dataset.slug)).all()
        assert len(set(slugs)) == len(names) * count
        assert len(session.scalars(select(Publisher)).all()) == 1


def test_many_equal_titles_from_many_sources_at_once(
    instance: Instance, source_site: Loopback
) -> None:
    """More of them than one record has tries: each gets an address, the plain one is given once."""
    count, names = 30, [f"nguon-{number}" for number in range(8)]
    rows = [f"d{i},Giá đất,,Sở Xây dựng,,f,Tệp,a.csv,csv,\n" for i in range(count)]
    url = source_site.put("/list.csv", HEADER + "".join(rows))
    for name in names:
        instance.add_source(name, "file_list", url, files="link")
    with ThreadPoolExecutor(len(names)) as together:
        runs = list(together.map(instance.harvest, names))
    assert [run.counts.get("created") for run in runs] == [count] * len(names)
    with instance.sessions() as session:
        slugs = session.scalars(select(Dataset.slug)).all()
    assert slugs.count("gia-dat") == 1
    assert len(set(slugs)) == len(names) * count
