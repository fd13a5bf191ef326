"""The words of the index in the database: the indexer keeps them, whoever answers reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import BigInteger, Text, cast, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Session

from opendata.models import SearchWord
from opendata.search import vocabulary
from opendata.search.base import SearchDocument
from opendata.search.vocabulary import Vocabulary

_BATCH = 10_000
# Longer than any word that a query could be corrected to.
_LONGEST = 40

# What the table was when it was read: how many words, and when the last one came.
Mark = tuple[int, object]


def learn(session: Session, documents: Iterable[SearchDocument]) -> None:
    """Add the words of documents that are put into the index."""
    _add(session, vocabulary.of(documents))


def replace(session: Session, counts: Mapping[str, int]) -> None:
    """Keep these words alone, after a rebuild."""
    session.execute(delete(SearchWord))
    _add(session, counts)


def counted(documents: Iterable[SearchDocument], counts: Counter[str]) -> Iterator[SearchDocument]:
    """Pass documents on and count their words on the way."""
    for document in documents:
        counts.update(vocabulary.words(document))
        yield document


def mark(session: Session) -> Mark:
    """Say how the table stands: another mark, other words."""
    count, newest = session.execute(
        select(func.count(), func.max(SearchWord.learned_at)).select_from(SearchWord)
    ).one()
    return int(count), newest


def load(session: Session) -> Vocabulary:
    """Return all words."""
    rows = session.execute(select(SearchWord.word, SearchWord.documents))
    return Vocabulary({row.word: row.documents for row in rows})


def _add(session: Session, counts: Mapping[str, int]) -> None:
    # In one order, so that two writers never wait for each other in a circle.
    found = sorted((word, count) for word, count in counts.items() if len(word) <= _LONGEST)
    for start in range(0, len(found), _BATCH):
        some = found[start : start + _BATCH]
        words, numbers = ([pair[place] for pair in some] for place in (0, 1))
        rows = select(
            func.unnest(cast(words, ARRAY(Text))), func.unnest(cast(numbers, ARRAY(BigInteger)))
        )
        adding = insert(SearchWord).from_select(["word", "documents"], rows)
        known = SearchWord.documents + adding.excluded.documents
        session.execute(
            adding.on_conflict_do_update(index_elements=["word"], set_={"documents": known})
        )
