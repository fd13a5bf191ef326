from __future__ import annotations

from pathlib import Path

import pytest

from opendata import confined
from opendata.config import Tables
from opendata.errors import SourceFailure, StorageError
from opendata.pipeline.unpack import frame
from opendata.vocabulary import REASONS


@pytest.mark.parametrize(
    ("why", "detail", "reason"),
    [
        ("time", "", "too-much-time"),
        ("memory", "", "too-much-memory"),
        ("crash", "SIGABRT", "too-much-memory"),
        ("crash", "SIGSEGV", "unreadable"),
        ("output", "SIGXFSZ", "unpacked-too-large"),
    ],
)
def test_end_of_a_child_has_a_reason_that_people_can_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, why: confined.Why, detail: str, reason: str
) -> None:
    ends(monkeypatch, confined.Killed(why, detail))
    with pytest.raises(SourceFailure) as failure:
        frame.unpack("xlsx", tmp_path / "a", tmp_path, Tables(), "here")
    assert failure.value.reason == reason in REASONS


def test_full_disk_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ends(monkeypatch, confined.Killed("crash", "OSError"))
    with pytest.raises(StorageError):
        frame.unpack("xlsx", tmp_path / "a", tmp_path, Tables(), "here")


def test_answer_that_is_none_is_a_broken_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(confined, "run", lambda *_, **__: b"{}")
    with pytest.raises(SourceFailure) as failure:
        frame.unpack("xlsx", tmp_path / "a", tmp_path, Tables(), "here")
    assert failure.value.reason == "unreadable"


def ends(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def run(*_: object, **__: object) -> bytes:
        raise error

    monkeypatch.setattr(confined, "run", run)
