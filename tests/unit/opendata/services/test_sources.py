"""Sources: what an administrator may say, and the sentence for what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.errors import Conflict, NotFound, SettingError
from opendata.models import Event, Source
from opendata.services import runs, sources
from opendata.services.sources import SourceChange

KINDS = ["ckan", "file_list"]
GOOD = SourceChange(kind="ckan", url="https://data.example.vn")


@pytest.fixture
def session(sessions: SessionFactory) -> Any:
    with sessions() as session:
        yield session


def add(session: Session, name: str = "bo", **values: Any) -> Source:
    change = SourceChange(**{"kind": "ckan", "url": "https://data.example.vn", **values})
    return sources.add(session, name, change, kinds=KINDS, actor="test")


def test_added_source_is_found_by_name(session: Session) -> None:
    add(session, publisher="G09", licence="cc-by-4.0", options={"rows": "50"})
    found = sources.get(session, "bo")
    assert (found.kind, found.licence, found.options) == ("ckan", "cc-by-4.0", {"rows": "50"})


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "ftp"}, "'ftp' is no kind; choose one of: ckan, file_list."),
        ({"url": "ftp://x"}, "is not a web address"),
        ({"url": "https://"}, "is not a web address"),
        ({"url": "https://me:secret@x.vn"}, "holds a password"),
        ({"licence": "mine"}, "'mine' is no licence"),
        ({"policy": "delete"}, "'delete' is no policy"),
        ({"publisher": "G99"}, "no agency with the code 'G99'"),
        ({"schema": "nothing"}, "no published schema 'nothing'"),
        ({"secret_env": "s3cr3t value"}, "give the name, not the secret"),
        ({"files": "both"}, "'both' is no way to take files; choose one of: copy, link"),
        ({"ca_file": "/no/such/ca.pem"}, "There is no file /no/such/ca.pem"),
        ({"ca_file": "ca.pem"}, "is not a whole path"),
        ({"ca_file": "/dev/zero"}, "There is no file /dev/zero"),
        ({"contact_email": "nobody"}, "'nobody' is not a mail address"),
        ({"contact_name": "Bộ\x00"}, "control characters"),
        ({"contact_phone": "0" * 9_000}, "9000 characters"),
        ({"schedule": "now and then"}, "is not a schedule"),
        ({"schedule": "every 5m"}, "more often than every 15 minutes"),
        ({"url": "https://x.vn/list.csv?api_key=s3cr3t"}, r"holds a credential \(api_key=…\)"),
        ({"options": {"secret_header": "X-Key: s3cr3t"}}, "is the name of a header"),
        ({"options": {"a b": "1"}}, "not the name of an option"),
    ],
)
def test_wrong_value_is_refused_with_a_sentence(
    session: Session, values: dict[str, Any], sentence: str
) -> None:
    with pytest.raises((SettingError, NotFound), match=sentence):
        add(session, **values)


@pytest.mark.parametrize("name", ["", "Bo", "bo y te", "-x", "x" * 64, "bộ", "--help"])
def test_odd_name_is_refused(session: Session, name: str) -> None:
    with pytest.raises(SettingError, match="is not a source name"):
        add(session, name)


@pytest.mark.parametrize(
    "values",
    [
        {"url": "https://me:s3cr3t@x.vn"},
        {"url": "https://x.vn/?token=s3cr3t"},
        {"secret_env": "s3cr3t"},
        {"options": {"secret_header": "X-Key: s3cr3t"}},
    ],
)
def test_credential_is_never_repeated(session: Session, values: dict[str, Any]) -> None:
    with pytest.raises(SettingError) as caught:
        add(session, **values)
    assert "s3cr3t" not in str(caught.value)


def test_taken_name_is_said(session: Session) -> None:
    add(session)
    with pytest.raises(Conflict, match="already a source bo"):
        add(session)


def test_unknown_name_is_answered_with_the_names_there_are(session: Session) -> None:
    add(session)
    with pytest.raises(NotFound, match="there are: bo"):
        sources.get(session, "bo-y-te")


def test_change_keeps_what_was_not_named(session: Session) -> None:
    add(session, licence="cc-by-4.0", options={"rows": "50"})
    change = SourceChange(url="https://new.example.vn", options={"q": "x"})
    found = sources.change(session, "bo", change, kinds=KINDS, actor="test")
    assert found.licence == "cc-by-4.0"
    assert found.options == {"rows": "50", "q": "x"}


def test_change_to_the_same_values_leaves_no_event(session: Session) -> None:
    add(session)
    session.flush()
    count = session.scalar(select(func.count(Event.id)))
    sources.change(session, "bo", GOOD, kinds=KINDS, actor="test")
    session.flush()
    assert session.scalar(select(func.count(Event.id))) == count


def test_disabled_source_is_left_out_of_all(session: Session) -> None:
    add(session)
    sources.set_enabled(session, "bo", enabled=False, actor="test")
    assert sources.every(session, enabled_only=True) == []
    assert len(sources.every(session)) == 1


def test_source_without_datasets_can_be_removed(session: Session) -> None:
    add(session)
    session.flush()
    sources.remove(session, "bo", actor="test")
    session.flush()
    assert sources.every(session) == []


def test_source_under_harvest_is_not_removed(session: Session, now: datetime) -> None:
    source = add(session)
    run = runs.start(session, source, trigger="test", now=now, lease=timedelta(minutes=2))
    with pytest.raises(Conflict, match=rf"harvested right now \(run {run.id}\).*harvest stop bo"):
        sources.remove(session, "bo", actor="test")
    runs.stop(session, run, now=now, actor="test")
    sources.remove(session, "bo", actor="test")
    assert sources.every(session) == []


def change(session: Session, now: datetime, **values: Any) -> Source:
    return sources.change(session, "bo", SourceChange(**values), kinds=KINDS, actor="test", now=now)


def test_new_or_changed_schedule_is_due_at_once(session: Session, now: datetime) -> None:
    source = add(session)
    assert source.next_run_at is None
    change(session, now, schedule="Daily")
    assert (source.schedule, source.next_run_at) == ("daily", now)
    later = now + timedelta(hours=1)
    change(session, later, schedule="daily")
    assert source.next_run_at == now
    change(session, later, schedule="every 6h")
    assert source.next_run_at == later
    change(session, later, schedule="")
    assert (source.schedule, source.next_run_at) == (None, None)


def test_disabled_source_keeps_its_schedule(session: Session, now: datetime) -> None:
    add(session, schedule="daily")
    found = sources.set_enabled(session, "bo", enabled=False, actor="test")
    assert found.schedule == "daily"
    assert found.next_run_at is not None


def test_contact_is_set_and_taken_away_part_by_part(session: Session, now: datetime) -> None:
    source = add(session, contact_name="Vụ Tổng hợp", contact_email="hoi@bo.gov.vn")
    change(session, now, contact_email="", contact_phone="+84 24 3974 0000")
    assert source.contact == {"name": "Vụ Tổng hợp", "phone": "+84 24 3974 0000"}


def test_file_of_certificates_is_taken(session: Session, tmp_path: Path) -> None:
    assert add(session, ca_file=certifi.where()).ca_file == certifi.where()
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    with pytest.raises(SettingError, match="it holds none"):
        add(session, "other", ca_file=str(empty))


def test_events_name_the_variable_and_never_its_value(
    session: Session, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BO_KEY", "s3cr3t-value")
    add(session, secret_env="BO_KEY", options={"secret_header": "X-Key"})
    change(session, now, url="https://new.example.vn", schedule="daily", files="link")
    session.flush()
    told = repr([event.payload for event in session.scalars(select(Event))])
    assert "link" in told
    assert "s3cr3t" not in told
