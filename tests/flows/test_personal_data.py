"""Personal data leak through no door: every public address is asked, and its bytes are searched.

All numbers are invented.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pyarrow.parquet as pq
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from opendata.models import Build, Dataset, Event, Publisher, Record, Resource, Run, Table
from opendata.services import table_schemas
from opendata.vocabulary import BuildState
from tests.flows.conftest import HEADER
from tests.instance import Instance
from tests.loopback import Loopback

CITIZENS = ("079201001234", "001185012346", "048090123457")
PHONES = ("0912345678", "0987654321")
SECRET = [*CITIZENS, *PHONES]
PERSONS = "ma,ho_ten,ghi_chu,so\n" + "".join(
    f"{number},Người Mẫu {number},CCCD {citizen},{phone}\n"
    for number, (citizen, phone) in enumerate(zip(CITIZENS, (*PHONES, "x"), strict=True))
)
CLEAN = "ma,ho_ten,ghi_chu,so\n1,Người Mẫu,không,\n2,Người Mẫu,không,\n3,Người Mẫu,không,\n"
LISTED = "nguoi,Danh sách người,People,Bộ Nội vụ,cc-by-4.0,n,Người,nguoi.csv,csv,\n"
_LINK = re.compile(rb'(?:href|src|action)="([^"#]+)')
_MOST = 2_000
# The values of facets are alternatives: all their combinations together have no end.
_MOST_CHOICES = 2


@pytest.fixture
def persons(instance: Instance, source_site: Loopback) -> Instance:
    """An instance whose source offers a file with citizen numbers."""
    source_site.put("/nguoi.csv", PERSONS)
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + LISTED))
    instance.harvest("bo")
    return instance


def states(instance: Instance) -> list[tuple[str, list[str]]]:
    with instance.sessions() as session:
        return [(b.state, b.reasons) for b in session.scalars(select(Build).order_by(Build.id))]


def public_answers(instance: Instance) -> dict[str, bytes]:
    """Ask every route with everything that there is, and follow every link; return what came."""
    client = instance.client()
    waiting, found = list(addresses(instance, client.application)), dict[str, bytes]()
    while waiting and len(found) < _MOST:
        path = waiting.pop()
        if path in found:
            continue
        answer = client.get(path)
        found[path] = answer.data + str(answer.headers).encode() + unpacked(answer.data)
        waiting += [link for link in links(answer.data) if link not in found]
    assert len(found) < _MOST, "the walk has no end"
    return found


def unpacked(body: bytes) -> bytes:
    """Return what the bytes do not show by themselves: the rows of a Parquet file."""
    if not body.startswith(b"PAR1"):
        return b""
    return str(pq.read_table(io.BytesIO(body)).to_pylist()).encode()


def links(body: bytes) -> Iterator[str]:
    for link in _LINK.findall(body):
        parts = urlsplit(unescape(link.decode()))
        if parts.path.endswith("/dataset/") and len(parse_qsl(parts.query)) > _MOST_CHOICES:
            continue
        if not parts.netloc and parts.path.startswith("/") and "/static/" not in parts.path:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def addresses(instance: Instance, app: Flask) -> Iterator[str]:
    values = known_values(instance)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.endpoint != "static":
            yield from filled(app, rule, values)


def filled(app: Flask, rule: Rule, values: dict[str, list[object]]) -> Iterator[str]:
    """Fill a rule with all values of its arguments; a new argument must be given values here."""
    combined: list[dict[str, object]] = [{}]
    for name in sorted(rule.arguments):
        combined = [{**one, name: value} for one in combined for value in values[name]]
    adapter = app.url_map.bind("localhost")
    for arguments in combined:
        yield adapter.build(rule.endpoint, arguments, method="GET")


def known_values(instance: Instance) -> dict[str, list[object]]:
    with instance.sessions() as session:
        datasets = session.scalars(select(Dataset)).all()
        digests = [b.version.digest for b in session.scalars(select(Build))]
        forms = ("csv", "json", "parquet", "xlsx", "pdf", "zip")
        return {
            "name": ["bo", "administrative-unit", *(d.slug for d in datasets)],
            "slug": [p.slug for p in session.scalars(select(Publisher))],
            "number": list(session.scalars(select(Run.id))),
            "dataset_id": [d.id for d in datasets],
            "resource_id": list(session.scalars(select(Resource.id))),
            "table_id": list(session.scalars(select(Table.id))),
            "file": [*(f"a.{form}" for form in forms), *digests],
            "filename": digests,
            "version": ["1.0", "1", "2"],
        }


def leaks(instance: Instance) -> list[tuple[str, str]]:
    """Return (number, address) of every secret that the public can see."""
    answers = public_answers(instance)
    return [(s, path) for path, body in answers.items() for s in SECRET if s.encode() in body]


def test_file_with_citizen_numbers_waits_and_leaks_nowhere(persons: Instance) -> None:
    [(state, reasons)] = states(persons)
    assert (state, reasons[0]) == (BuildState.HELD, "personal-data")
    assert leaks(persons) == []


def test_clean_version_is_published_and_the_other_one_stays_away(
    persons: Instance, source_site: Loopback
) -> None:
    source_site.put("/nguoi.csv", CLEAN)
    persons.harvest("bo")
    assert [state for state, _ in states(persons)] == ["superseded", "published"]
    assert persons.download("Danh sách người", "original") == CLEAN.encode()
    assert leaks(persons) == []


def test_bad_version_behind_a_published_one_leaks_nowhere(
    instance: Instance, source_site: Loopback
) -> None:
    source_site.put("/nguoi.csv", CLEAN)
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + LISTED))
    instance.harvest("bo")
    source_site.put("/nguoi.csv", PERSONS)
    instance.harvest("bo")
    assert [state for state, _ in states(instance)] == ["published", "held"]
    assert leaks(instance) == []
    page = instance.client().get(f"/en/dataset/{instance.dataset('Danh sách người').slug}").text
    assert "look like citizen identification numbers" in page
    assert "079*******34" in page
    assert f"{source_site.url}/nguoi.csv" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [("", "Có số giống số định danh cá nhân"), ("/en", "look like citizen identification numbers")],
)
def test_page_says_why_it_waits_with_masked_samples(
    persons: Instance, source_site: Loopback, language: str, words: str
) -> None:
    source_site.put("/khac.csv", "ma,ten\n1,a\n")
    other = "nguoi,Danh sách người,People,Bộ Nội vụ,cc-by-4.0,k,Khác,khac.csv,csv,\n"
    source_site.put("/list.csv", HEADER + LISTED + other)
    persons.harvest("bo")
    page = persons.client().get(f"{language}/dataset/{persons.dataset('Danh sách người').slug}")
    assert words in page.text
    assert "079*******34" in page.text
    assert leaks(persons) == []


def test_reports_and_events_have_no_number(persons: Instance) -> None:
    with persons.sessions() as session:
        kept = [build.report for build in session.scalars(select(Build))]
        kept += [event.payload for event in session.scalars(select(Event))]
        kept += [record.problems for record in session.scalars(select(Record))]
    assert not [secret for secret in SECRET if secret in str(kept)]


def test_public_telephones_of_a_schema_are_published(
    instance: Instance, source_site: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_site.put("/dn.csv", "ma,ten,dien_thoai\n1,Công ty Mẫu,0912345678\n")
    listed = (
        "dn,Doanh nghiệp,Enterprises,Bộ Tài chính,cc-by-4.0,d,Doanh nghiệp,dn.csv,csv,mau/1.0\n"
    )
    instance.add_source("bo", "file_list", source_site.put("/list.csv", HEADER + listed))
    allow_phones(monkeypatch)
    instance.harvest("bo")
    assert states(instance) == [("published", [])]
    # The same walk finds what is public: it would find what leaks.
    assert {secret for secret, _ in leaks(instance)} == {"0912345678"}


def allow_phones(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be one more schema, whose telephones are public."""
    fields = [
        {"name": "ma"},
        {"name": "ten"},
        {"name": "dien_thoai", "vn:personal": ["phone"]},
    ]
    schema = table_schemas.parse({"fields": fields}, Path("mau/1.0"))
    known = table_schemas.find
    monkeypatch.setattr(
        table_schemas, "find", lambda name: schema if name == schema.key else known(name)
    )
