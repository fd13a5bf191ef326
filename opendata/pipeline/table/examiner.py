"""Where a table is looked at after its pass: a large one in a child process with limits of its own.

Starting a child costs more than looking at a small table. While many rows go by, the child is made
ready beside the pass, which leaves it the time to load what it needs.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING

from opendata import confined
from opendata.errors import SourceFailure
from opendata.pipeline.readers.base import TextBatch
from opendata.pipeline.table import examine
from opendata.pipeline.table.checks import Checked
from opendata.pipeline.table.examine import Examined, Task

if TYPE_CHECKING:
    import duckdb

# Up to so many rows a table is looked at in this process.
_SMALL = 100_000
_LIMITS = confined.Limits(seconds=1_800, memory=6 << 30, output=16 << 30)
_TASK = "opendata.pipeline.table.examine_child:answer"


class Examiner:
    """Watches a table go by, and looks at the whole of it when it is written."""

    def __init__(self) -> None:
        self._seen = 0
        self._ask: confined.Ask | None = None
        self._open = ExitStack()

    def __enter__(self) -> Examiner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def see(self, batch: TextBatch, _: Checked) -> None:
        """Count the rows, and make a child ready as soon as the table is no small one."""
        self._seen += batch.count
        if self._seen > _SMALL:
            self._child()

    def examine(self, task: Task, where: str) -> Examined:
        """Look at the table; raises `SourceFailure` too-costly when its child came to no end."""
        if task.rows <= _SMALL:
            return examine.look(task, _connection().cursor())
        try:
            return examine.found_of(self._child()(examine.task_as_json(task)))
        except confined.Killed as err:
            fact = f"the whole-table checks were ended ({err.why}); publish the table in parts"
            raise SourceFailure("too-costly", where, fact) from err

    def _child(self) -> confined.Ask:
        if self._ask is None:
            self._ask = self._open.enter_context(confined.ready(_TASK, limits=_LIMITS))
        return self._ask


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One database for the process."""
    return examine.connect()
