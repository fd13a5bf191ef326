"""Publishers: found by code, else by name; never two agencies in one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.errors import NotFound
from opendata.records import PublisherName
from opendata.services import publishers


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    with sessions() as session:
        yield session


def test_two_agencies_of_one_name_stay_two(session: Session) -> None:
    one = publishers.ensure(session, PublisherName("Sở Tài chính", code="H01.01"))
    two = publishers.ensure(session, PublisherName("Sở Tài chính", code="H02.01"))
    assert (one.code, two.code) == ("H01.01", "H02.01")
    assert (one.slug, two.slug) == ("so-tai-chinh", "so-tai-chinh-2")


def test_name_of_the_code_list_is_that_agency(session: Session) -> None:
    by_name = publishers.ensure(session, PublisherName("Bộ Nội vụ"))
    by_code = publishers.ensure(session, PublisherName("Bộ Nội vụ", code="G09"))
    assert by_name.id == by_code.id
    assert by_name.code == "G09"


def test_name_alone_is_not_joined_to_a_code(session: Session) -> None:
    one = publishers.ensure(session, PublisherName("Sở Y tế"))
    coded = publishers.ensure(session, PublisherName("Sở Y tế", code="H15.03"))
    again = publishers.ensure(session, PublisherName("Sở Y tế"))
    assert (one.id, one.code) == (again.id, None)
    assert coded.id != one.id


def test_same_name_is_the_same_publisher(session: Session) -> None:
    first = publishers.ensure(session, PublisherName("Viện Dữ liệu"))
    assert publishers.ensure(session, PublisherName("Viện Dữ liệu")).id == first.id


def test_agency_keeps_the_time_it_existed(session: Session) -> None:
    ended = publishers.by_code(session, "G14")
    assert ended.valid_to is not None
    assert ended.names["en"]


def test_unknown_code_is_said(session: Session) -> None:
    with pytest.raises(NotFound, match="agencies.csv"):
        publishers.by_code(session, "G99")
