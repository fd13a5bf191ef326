"""The child that looks at a large table; what it needs is loaded with this module, before it is
asked."""

from __future__ import annotations

from collections.abc import Sequence

from opendata.pipeline.table import examine, fold

_CONNECTION = examine.connect()
fold.folded_word("")  # makes its table


def answer(_: Sequence[str], question: bytes) -> bytes:
    """Look at the table that is asked for; question and answer are JSON."""
    return examine.found_as_json(examine.look(examine.task_of(question), _CONNECTION))
