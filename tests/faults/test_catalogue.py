"""F27 to F42: the source changes its mind about what it has.

What the hostile source shows by itself is on the walk (see `BY_WALK` of `test_source.py`); here a
catalogue changes between runs.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Build, Dataset, Record, Resource, Run
from opendata.services import confirmation
from tests import hostile_site
from tests.hostile_site import FarInstance, HostileSite
from tests.loopback import Loopback

ID = "00000000-0000-4000-8000-{:012d}".format


@pytest.fixture(scope="module")
def hostile(shared_inputs: Path) -> Iterator[HostileSite]:
    with hostile_site.running() as site:
        yield site


@pytest.fixture
def instance(settings: Settings, sessions: SessionFactory, hostile: HostileSite) -> FarInstance:
    hostile.ask("/__reset")
    allowed = (*settings.http.allow_private_hosts, *hostile.hosts([]))
    http = replace(settings.http, allow_private_hosts=allowed, read_timeout_seconds=1.0)
    return FarInstance(replace(settings, http=http), sessions)


def add_ckan(instance: FarInstance, hostile: HostileSite, variant: str, **values: object) -> None:
    values = {"files": "link"} | values
    instance.add_source(variant, "ckan", f"{hostile.url}/ckan/{variant}", **values)


@pytest.fixture
def full(instance: FarInstance, hostile: HostileSite) -> FarInstance:
    """The catalogue of fifty datasets whose phases the test decides."""
    add_ckan(instance, hostile, "phased")
    assert instance.harvest("phased").counts == {"created": 50}
    return instance


def confirm(instance: FarInstance, run: Run) -> None:
    with instance.sessions() as session:
        known = session.get_one(Run, run.id)
        now = instance.tools.clock()
        confirmation.confirm(session, known, by="cli:an", reason="đã hỏi đơn vị", now=now)
        session.commit()


@pytest.mark.parametrize(
    ("phase", "left"),
    [pytest.param("empty", 0, id="F27"), pytest.param("shrunk", 2, id="F28")],
)
def test_catalogue_that_loses_much_waits_for_a_person(
    full: FarInstance, hostile: HostileSite, phase: str, left: int
) -> None:
    """F27, F28: nothing goes until a person says that it is so; then it does."""
    hostile.set_phase(phase)
    run = full.harvest("phased")
    assert (run.state, run.reason) == ("needs-confirmation", "source-shrunk")
    assert Counter(full.states().values()) == {"active": 50}
    confirm(full, run)
    assert Counter(full.states().values()) == Counter(active=left, absent=50 - left)
    hostile.set_phase("full")
    assert full.harvest("phased").state == "succeeded"
    assert Counter(full.states().values()) == {"active": 50}


@pytest.mark.parametrize("phase", ["partial", "error", "html"])
def test_run_that_breaks_off_takes_nothing_away(
    full: FarInstance, hostile: HostileSite, phase: str
) -> None:
    """F30: also not after many such runs and many days."""
    hostile.set_phase(phase)
    for _ in range(4):
        run = full.harvest("phased")
        assert run.state == ("partial" if phase == "partial" else "failed")
        assert not run.is_complete
        full.let_pass(days=8)
    assert Counter(full.states().values()) == {"active": 50}


def test_dataset_that_slips_between_two_pages_stays(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F31: four of fifty are never shown, in run after run."""
    instance.add_source("bo", "ckan", f"{hostile.url}/ckan/good", files="link")
    instance.harvest("bo")
    instance.change_source("bo", url=f"{hostile.url}/ckan/vanishing")
    for _ in range(4):
        run = instance.harvest("bo")
        assert (run.state, run.reason, run.counts["unchanged"]) == ("partial", "count-mismatch", 46)
        instance.let_pass(days=8)
    assert Counter(instance.states().values()) == {"active": 50}


def test_dataset_that_comes_on_two_pages_is_one(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F32: what was pushed to the next page by a newcomer is there once."""
    add_ckan(instance, hostile, "shifting")
    run = instance.harvest("shifting")
    assert "duplicates" not in run.counts
    assert len(instance.states()) == run.counts["created"] >= 50


def test_catalogue_without_end_is_read_to_the_limit(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F35: the limit of datasets, and the limit of time when that comes first."""
    limits = replace(instance.settings.harvest, max_records=250)
    bounded = FarInstance(replace(instance.settings, harvest=limits), instance.sessions)
    add_ckan(bounded, hostile, "endless-pages")
    run = bounded.harvest("endless-pages")
    assert (run.state, run.reason, run.counts["created"]) == ("partial", "too-many", 250)
    limits = replace(limits, max_run_hours=0.0)
    hurried = FarInstance(replace(instance.settings, harvest=limits), instance.sessions)
    run = hurried.harvest("endless-pages")
    assert (run.state, run.reason) == ("failed", "too-long")
    assert Counter(hurried.states().values()) == {"active": 250}


def test_first_of_a_repeated_id_counts_in_every_run(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F36: 43 datasets of 53 rows; the ten others are reported, and a second run changes nothing;
    three datasets share a name with another, and each has an address of its own."""
    add_ckan(instance, hostile, "duplicates")
    first, second = instance.harvest("duplicates"), instance.harvest("duplicates")
    assert (first.counts["created"], first.counts["duplicates"]) == (43, 10)
    assert (second.counts["unchanged"], second.counts["duplicates"]) == (43, 10)
    with instance.sessions() as session:
        datasets = session.scalars(select(Dataset)).all()
        assert len({dataset.slug for dataset in datasets}) == 43
        assert not [d for d in datasets if d.document["title"]["vi"].startswith("Second")]
        reported = session.scalars(select(Record.problems).where(Record.run_id == second.id)).all()
    assert [p[0]["code"] for p in reported if p] == ["duplicate-id"] * 10


def test_datasets_that_swap_their_names_stay_themselves(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F37: identity is the id; addresses do not follow the names."""
    add_ckan(instance, hostile, "name-swap")
    instance.harvest("name-swap")
    with instance.sessions() as session:
        before = dict(map(tuple, session.execute(select(Dataset.upstream_id, Dataset.slug))))
    assert instance.harvest("name-swap").counts == {"unchanged": 2}
    with instance.sessions() as session:
        after = dict(map(tuple, session.execute(select(Dataset.upstream_id, Dataset.slug))))
    assert (after, len(set(after.values()))) == (before, 2)


def test_every_faulty_file_has_its_own_verdict(instance: FarInstance, hostile: HostileSite) -> None:
    """F38: fifteen files, each with another fault; all datasets are public, none stops another."""
    http = replace(instance.settings.http, max_bytes=32 * hostile_site.MIB)
    tables = replace(instance.settings.tables, max_spreadsheet_bytes=16 * hostile_site.MIB)
    settings = replace(instance.settings, http=http, tables=tables)
    instance = FarInstance(settings, instance.sessions)
    add_ckan(instance, hostile, "faulty-resources", files="copy")
    run = instance.harvest("faulty-resources")
    assert (run.state, run.counts["failed_resources"]) == ("partial", 11)
    assert Counter(instance.states().values()) == {"active": 15}
    with instance.sessions() as session:
        newest = {b.resource_id: b.state for b in session.scalars(select(Build).order_by(Build.id))}
        rows = session.execute(select(Dataset.upstream_id, Resource).join(Resource.dataset)).all()
    verdicts = {id: file.last_reason or newest[file.id] for id, file in rows}
    assert [verdicts[ID(number)] for number in range(15)] == [
        "published",  # sound
        "truncated",
        "unexpected-status",
        "unexpected-type",
        "too-large",
        "forbidden-address",
        "too-many-redirects",
        "held",  # a tenth of its rows is bad
        "unexpected-type",
        "missing",
        "published",  # the column with bad numbers is text
        "timeout",
        "truncated",
        "published",  # a workbook over the limits, as the file it is
        "unreadable",  # JSON that nests without end
    ]


def test_wrong_types_name_their_field(instance: FarInstance, hostile: HostileSite) -> None:
    """F39: each bad record is noted alone, with the path of what is wrong in it."""
    add_ckan(instance, hostile, "wrong-types")
    run = instance.harvest("wrong-types")
    assert (run.counts["created"], run.counts["rejected"]) == (10, 8)
    with instance.sessions() as session:
        records = session.scalars(select(Record).where(Record.run_id == run.id)).all()
    told = {(p["code"], p["field"]) for record in records for p in record.problems}
    assert {("wrong-type", "title"), ("wrong-type", "resources"), ("wrong-type", "tags")} <= told
    assert ("bad-date", "metadata_modified") in told
    assert {code for code, _ in told} >= {"missing-id", "missing-title", "not-an-object"}
    sound = {record.upstream_id for record in records if not record.problems}
    assert ID(12) in sound


OLD = "ma,ten,gia\n01,a,1.5\n02,b,2.5\n"


@pytest.mark.parametrize(
    ("new", "state", "reason"),
    [
        pytest.param("ma,ten\n01,a\n02,b\n", "held", "contract-broken", id="gone"),
        pytest.param("ma,ten,don_gia\n01,a,1.5\n02,b,2.5\n", "held", "contract-broken", id="named"),
        pytest.param("ma,ten,gia\n01,a,cao\n02,b,2.5\n", "held", "contract-broken", id="retyped"),
        pytest.param(
            "ma,ten,gia,nam\n01,a,1.5,2026\n02,b,2.5,2026\n",
            "flagged",
            "contract-widened",
            id="new",
        ),
        pytest.param("gia,ma,ten\n1.5,01,a\n3.5,02,b\n", "published", "", id="order"),
    ],
)
def test_columns_that_drift_are_seen(
    instance: FarInstance, source_site: Loopback, new: str, state: str, reason: str
) -> None:
    """F40: what readers rely on is not taken from them; what is new is told of."""
    columns = "dataset_id,title,file_id,file_url,format\n"
    source_site.put("/d.csv", OLD)
    url = source_site.put("/list.csv", columns + "d,Bảng giá,f,d.csv,csv\n")
    instance.add_source("bo", "file_list", url)
    instance.harvest("bo")
    before = instance.download("Bảng giá", "csv")
    source_site.put("/d.csv", new)
    instance.harvest("bo")
    with instance.sessions() as session:
        build = session.scalars(select(Build).order_by(Build.id.desc())).first()
    assert build is not None
    assert (build.state, reason in build.reasons or not reason) == (state, True)
    assert (instance.download("Bảng giá", "csv") == before) == (state == "held")


def test_two_sources_of_the_same_datasets_keep_their_own(
    instance: FarInstance, hostile: HostileSite
) -> None:
    """F41: read at the same moment, both are whole, and neither takes anything from the other in
    later runs."""
    names = ["mot", "hai", "ba"]
    for name in names:
        instance.add_source(name, "ckan", f"{hostile.url}/ckan/good", files="link")
    together = threading.Barrier(len(names))

    def harvest(name: str) -> Run:
        quiet = _Quiet(instance.settings, instance.sessions)
        together.wait(30)
        return quiet.harvest(name)

    with ThreadPoolExecutor(len(names)) as pool:
        runs = list(pool.map(harvest, names))
    assert [(run.state, run.counts) for run in runs] == [("succeeded", {"created": 50})] * 3
    before = _owners(instance)
    assert len(before) == 150
    assert len({slug for _, slug in before}) == 150
    for name in names:
        assert instance.harvest(name).counts == {"unchanged": 50}
    assert _owners(instance) == before


class _Quiet(FarInstance):
    """One of several at a time: the index follows later."""

    def follow(self) -> None:
        """Leave the index as it is."""


def _owners(instance: FarInstance) -> set[tuple[str, str]]:
    with instance.sessions() as session:
        return set(map(tuple, session.execute(select(Dataset.source_id, Dataset.slug))))
