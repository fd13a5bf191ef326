"""What the search index gets of a dataset, and the number that tells newer from older."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from opendata.database import SessionFactory
from opendata.models import Dataset
from opendata.services import rendering
from opendata.vocabulary import DatasetState
from tests import factories


@pytest.fixture
def identifier(sessions: SessionFactory) -> str:
    """Id of a public dataset."""
    with sessions.begin() as session:
        source = factories.make_source(session)
        return str(factories.make_dataset(session, source, "Giá đất").id)


def version(sessions: SessionFactory, identifier: str) -> int:
    with sessions() as session:
        loaded = rendering.load(session, [identifier])
    found = loaded.documents.get(identifier)
    return found["version"] if found else loaded.hidden[identifier]


def change(
    sessions: SessionFactory, identifier: str, how: Callable[[Session, Dataset], None]
) -> None:
    with sessions.begin() as session:
        dataset = session.get(Dataset, identifier)
        assert dataset
        how(session, dataset)


def rename(session: Session, dataset: Dataset) -> None:
    dataset.document = {**dataset.document, "title": {"vi": "Giá nhà"}}
    rendering.render(session, dataset)


def withdraw(session: Session, dataset: Dataset) -> None:
    dataset.state = DatasetState.WITHDRAWN.value


def publish(session: Session, dataset: Dataset) -> None:
    dataset.state = DatasetState.ACTIVE.value


def miss(session: Session, dataset: Dataset) -> None:
    dataset.state = DatasetState.ABSENT.value


def test_version_grows_with_what_search_shows(sessions: SessionFactory, identifier: str) -> None:
    seen = [version(sessions, identifier)]
    for how in (rename, withdraw, publish):
        change(sessions, identifier, how)
        seen.append(version(sessions, identifier))
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2, seen[0] + 3]


def test_version_stays_where_search_shows_the_same(
    sessions: SessionFactory, identifier: str
) -> None:
    before = version(sessions, identifier)
    change(sessions, identifier, miss)
    change(sessions, identifier, rendering.render)
    assert version(sessions, identifier) == before


def test_hidden_dataset_is_told_with_its_version(sessions: SessionFactory, identifier: str) -> None:
    change(sessions, identifier, withdraw)
    with sessions() as session:
        loaded = rendering.load(session, [identifier, "no-id"])
        assert loaded.documents == {}
        assert list(loaded.hidden) == [identifier]
        assert rendering.all_versions(session) == {}
        assert list(rendering.load_all(session)) == []


def test_whole_catalogue_has_the_same_versions(sessions: SessionFactory, identifier: str) -> None:
    with sessions() as session:
        documents = list(rendering.load_all(session))
        assert {found["id"]: found["version"] for found in documents} == rendering.all_versions(
            session
        )
    assert version(sessions, identifier) == documents[0]["version"]
