"""What a process knows of words: the lists, the overlay of its administrator, the words of the
index. It notices by itself when one of them changes."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from opendata.database import SessionFactory
from opendata.errors import SettingError
from opendata.search import knowledge, word_table
from opendata.search.knowledge import Knowledge
from opendata.search.vocabulary import NOTHING, Vocabulary

log = logging.getLogger(__name__)

# So often the table of words is looked at.
_SECONDS = 30.0


class Known:
    """The knowledge of now; shared by the threads of a process."""

    def __init__(
        self,
        sessions: SessionFactory,
        overlay: Path,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sessions = sessions
        self._overlay = overlay
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._mark: word_table.Mark | None = None
        self._words: Vocabulary = NOTHING
        self._kept: Knowledge | None = None
        self._told = ""

    def now(self) -> Knowledge:
        """Return what is known; an overlay that cannot be read is told in the log and left out."""
        lists, words = self._lists(), self._vocabulary()
        with self._lock:
            if self._kept is None or (self._kept.lexicon, self._kept.vocabulary) != (
                lists.lexicon,
                words,
            ):
                self._kept = replace(lists, vocabulary=words)
            return self._kept

    def _lists(self) -> Knowledge:
        try:
            return knowledge.published(self._overlay)
        except SettingError as err:
            if str(err) != self._told:
                self._told = str(err)
                log.error("own words of search are left out: %s", err)
            return knowledge.published()

    def _vocabulary(self) -> Vocabulary:
        with self._lock:
            if self._clock() < self._next:
                return self._words
            self._next = self._clock() + _SECONDS
        with self._sessions() as session:
            mark = word_table.mark(session)
            words = word_table.load(session) if mark != self._mark else self._words
        with self._lock:
            self._mark, self._words = mark, words
        return words
