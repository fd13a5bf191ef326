"""Sources: what an administrator may say, and the sentence for what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.errors import Conflict, NotFound, SettingError
from opendata.models import Event, Source
from opendata.services import sources
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


def test_password_is_never_repeated(session: Session) -> None:
    with pytest.raises(SettingError) as caught:
        add(session, url="https://me:secret@x.vn")
    assert "secret@" not in str(caught.value)


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
