"""F01 to F26: the source misbehaves on the network and in HTTP.

Most of them are endpoints of the hostile source, which the walk of `test_hostile_source.py` takes
through the whole chain: the table below says which. Here stand those that need more than that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Build, Resource, TableBuild
from opendata.storage import QUARANTINE
from tests import hostile_site
from tests.faults.test_hostile_source import CATALOGUES, FAILS, HELD, TABLES, ckan
from tests.hostile_site import FarInstance, HostileSite
from tests.loopback import Loopback

BY_WALK = {
    "F01": ["/drip"],
    "F02": ["/drip-headers", "/endless-headers"],
    "F03": ["/stall"],
    "F04": ["/no-response"],
    "F05": ["/reset"],
    "F06": ["/truncated"],
    "F07": ["/truncated-chunked"],
    "F08": ["/truncated-gzip"],
    "F09": ["/truncated-close"],
    "F10": ["/length-short", "/length-negative", "/length-conflict", "/length-huge"],
    "F12": ["/status/503-twice"],
    "F13": ["/status/429", "/status/429-date", "/status/429-forever", "/status/429-junk"],
    "F14": ["/redirect/loop", "/redirect/ping", "/redirect/pong", "/redirect/chain"],
    "F15": ["/status/200-error-html", "/status/200-html-as-csv"],
    "F16": [ckan("error-200"), "/status/200-json-error"],
    "F17": ["/status/200-empty", "/status/204", "/csv/empty"],
    "F18": ["/status/206", "/etag/304-unasked"],
    "F19": ["/status/404", "/status/410"],
    "F20": ["/etag/lies"],
    "F21": ["/etag/churn"],
    "F22": ["/changing", "/range-lies"],
    "F23": ["/clock/future", ckan("clock")],
    "F24": ["/endless"],
    "F29": ["/csv/header-only", "/truncated-close"],
    "F31": [ckan("vanishing")],
    "F32": [ckan("shifting")],
    "F33": [ckan("same-page"), "/dcat/hydra-loop"],
    "F34": [ckan("count-lies"), ckan("count-low")],
    "F35": [ckan("endless-pages")],
    "F36": [ckan("duplicates")],
    "F38": [ckan("faulty-resources")],
    "F39": [ckan("wrong-types")],
    "F46": ["/csv/type-flip"],
    "F47": ["/csv/leading-zeros", "/csv/dates"],
    "F48": ["/csv/unclosed-quote", "/csv/one-line", "/csv/wide-10k"],
    "F49": ["/csv/ragged"],
}
COLUMNS = "dataset_id,title,file_id,file_name,file_url,format\n"


@pytest.mark.parametrize("number", BY_WALK)
def test_fault_is_taken_on_the_walk(number: str) -> None:
    assert set(BY_WALK[number]) <= {*FAILS, *HELD, *TABLES, *CATALOGUES}


@pytest.fixture(scope="module")
def hostile(shared_inputs: Path) -> Iterator[HostileSite]:
    with hostile_site.running() as site:
        yield site


@pytest.fixture
def instance(
    settings: Settings, sessions: SessionFactory, hostile: HostileSite, source_site: Loopback
) -> FarInstance:
    """An instance that may ask both servers, by one host name for each endpoint."""
    hostile.ask("/__reset")
    http = replace(
        settings.http,
        allow_private_hosts=(
            *settings.http.allow_private_hosts,
            *hostile.hosts([*FAILS, *HELD, *TABLES]),
        ),
        tries=3,
        longest_wait_seconds=30.0,
    )
    return FarInstance(replace(settings, http=http), sessions)


def list_of(site: Loopback, urls: dict[str, str], name: str = "list") -> str:
    """Let the good server list these files, each as a dataset; return the address of the list."""
    rows = (f"{key},Bộ {key},f,Tệp,{url},csv\n" for key, url in urls.items())
    return site.put(f"/{name}.csv", COLUMNS + "".join(rows))


def reasons(instance: FarInstance) -> dict[str, str]:
    with instance.sessions() as session:
        return {file.url: file.last_reason for file in session.scalars(select(Resource))}


def test_cut_row_of_a_body_without_a_length_is_set_aside(
    instance: FarInstance, hostile: HostileSite, source_site: Loopback
) -> None:
    """F09: nothing on the wire tells of the cut; the last row and the missing ones do."""
    rows = "".join(f"{n},trạm,{n}.5\n" for n in range(1000))
    url = list_of(source_site, {"d": source_site.put("/d.csv", "id,name,value\n" + rows)})
    instance.add_source("bo", "file_list", url)
    instance.harvest("bo")
    before = instance.download("Bộ d", "parquet")
    list_of(source_site, {"d": hostile.at("/truncated-close")})
    run = instance.harvest("bo")
    assert (run.state, run.counts["held"], run.counts["quarantined"]) == ("succeeded", 1, 1)
    assert instance.download("Bộ d", "parquet") == before
    with instance.sessions() as session:
        build = session.scalars(select(Build).order_by(Build.id.desc())).first()
        assert build is not None
        digest = session.scalars(
            select(TableBuild.quarantine_digest).where(TableBuild.build_id == build.id)
        ).one()
    assert (build.state, build.reasons[0]) == ("held", "rows-shrunk")
    cut = pq.read_table(instance.store.path(QUARANTINE, str(digest))).to_pylist()
    assert [(row["row"], row["code"]) for row in cut] == [(500, "row-width")]


def test_storm_is_asked_so_often_and_no_more(
    instance: FarInstance, hostile: HostileSite, source_site: Loopback
) -> None:
    """F11: after five files a host rests; the other hosts and sources know nothing of it."""
    storm = {f"s{n:02}": f"{hostile.at('/status/500-storm')}?{n}" for n in range(20)}
    urls = storm | {"tot": hostile.at("/ok.csv")}
    instance.add_source("bao", "file_list", list_of(source_site, urls))
    instance.add_source("khac", "file_list", list_of(source_site, {"k": urls["tot"]}, "other"))
    run = instance.harvest("bao")
    assert (run.state, run.counts["failed_resources"]) == ("partial", 20)
    found = reasons(instance)
    assert found.pop(urls["tot"]) == ""
    assert set(found.values()) == {"unexpected-status", "host-resting"}
    # Those under way when the fifth failed are let finish their tries.
    side_by_side = instance.settings.harvest.parallel_files
    assert 5 * 3 <= hostile.hits("/status/500-storm") <= (5 + side_by_side) * 3
    assert instance.harvest("khac").state == "succeeded"


def test_source_that_is_busy_twice_is_asked_three_times(
    instance: FarInstance, hostile: HostileSite, source_site: Loopback
) -> None:
    """F12: the third try has all rows, and there is one version."""
    url = list_of(source_site, {"d": hostile.at("/status/503-twice")})
    instance.add_source("bo", "file_list", url)
    run = instance.harvest("bo")
    assert (run.state, run.counts["versions"]) == ("succeeded", 1)
    assert hostile.hits("/status/503-twice") == 3
    assert instance.download("Bộ d", "csv").count(b"\n") == 1001


def test_absurd_wait_is_left_to_a_later_run(
    instance: FarInstance, hostile: HostileSite, source_site: Loopback
) -> None:
    """F13: nobody sleeps for 31 years, and who asks for it is not asked for the rest either."""
    forever = {f"s{n}": f"{hostile.at('/status/429-forever')}?{n}" for n in range(9)}
    instance.add_source("cho", "file_list", list_of(source_site, forever))
    run = instance.harvest("cho")
    assert (run.state, run.counts["failed_resources"]) == ("partial", 9)
    assert set(reasons(instance).values()) == {"rate-limited"}
    assert hostile.hits("/status/429-forever") <= instance.settings.harvest.parallel_files
    with instance.sessions() as session:
        assert all(file.next_check_at for file in session.scalars(select(Resource)))


def test_file_that_is_gone_is_missing_since_a_day(
    instance: FarInstance, source_site: Loopback
) -> None:
    """F19: the day stays, the version before stays, and its page says so."""
    url = list_of(source_site, {"d": source_site.put("/d.csv", "ma,ten\n01,a\n02,b\n")})
    instance.add_source("bo", "file_list", url)
    instance.harvest("bo")
    before = instance.download("Bộ d", "original")
    since = []
    for status in (404, 410):
        source_site.fail("/d.csv", status)
        assert instance.harvest("bo").state == "partial"
        with instance.sessions() as session:
            file = session.scalars(select(Resource)).one()
        assert file.last_reason == "missing"
        since.append(file.failing_since)
    assert since[0] is not None
    assert since[0] == since[1]
    assert instance.download("Bộ d", "original") == before
    assert instance.client().get("/dataset/bo-d").status_code == 200


def test_clock_of_the_source_decides_nothing(instance: FarInstance, source_site: Loopback) -> None:
    """F23: a file of the year 2199 is replaced by one of 2026, which its source calls older."""
    url = list_of(source_site, {"d": source_site.put("/d.csv", "ma,ten\n01,a\n02,b\n")})
    source_site.name("/d.csv", last_modified="Fri, 01 Jan 2199 00:00:00 GMT")
    instance.add_source("bo", "file_list", url)
    instance.harvest("bo")
    source_site.put("/d.csv", "ma,ten\n01,a\n02,c\n")
    source_site.name("/d.csv", last_modified="Thu, 01 Jan 2026 00:00:00 GMT")
    assert instance.harvest("bo").counts["versions"] == 1
    assert b"02,c" in instance.download("Bộ d", "original")


def test_body_without_end_leaves_nothing_on_disk(
    instance: FarInstance, hostile: HostileSite, source_site: Loopback
) -> None:
    """F24: what came until the limit is gone with the work folder."""
    small = replace(instance.settings.http, max_bytes=4 * hostile_site.MIB)
    instance.settings = replace(instance.settings, http=small)
    instance.add_source("bo", "file_list", list_of(source_site, {"d": hostile.at("/endless")}))
    instance.harvest("bo")
    assert set(reasons(instance).values()) == {"too-large"}
    left = [path for path in instance.settings.store_path.parent.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in left if "search" not in path.parts) < 10_000
