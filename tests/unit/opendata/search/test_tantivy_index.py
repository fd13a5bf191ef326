"""What holds for the embedded engine alone: its folder, its lock, its damage, other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opendata.errors import SearchUnavailable
from opendata.search.base import Query
from opendata.search.index_folder import IndexFolder
from opendata.search.tantivy_index import TantivyIndex

ONE = {"id": "one", "title": "Đất đai"}
TWO = {"id": "two", "title": "Dân số"}

# Answers each line of its input with the ids it sees.
READER = """
import sys
from pathlib import Path
from opendata.search.tantivy_index import TantivyIndex
index = TantivyIndex(Path(sys.argv[1]))
for line in sys.stdin:
    sys.stdout.write(",".join(sorted(index.ids())) + "\\n")
    sys.stdout.flush()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "search"


@contextmanager
def reader_process(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", READER, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin
    assert process.stdout
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_reader_in_another_process_sees_commits_and_a_switch(folder: Path) -> None:
    index = TantivyIndex(folder)
    with reader_process(folder) as process:
        assert ask(process) == ""
        index.put([ONE])
        assert ask(process) == "one"
        index.put([TWO])
        assert ask(process) == "one,two"
        index.rebuild([TWO])
        assert ask(process) == "two"


def test_rebuild_switches_the_link_and_removes_the_old_folder(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.put([ONE])
    assert os.readlink(folder / "current") == "index-1"
    index.rebuild([ONE])
    assert os.readlink(folder / "current") == "index-2"
    assert sorted(path.name for path in folder.glob("index-*")) == ["index-2"]


def test_left_over_of_a_dead_rebuild_is_removed_by_the_next(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.put([ONE])
    (folder / "index-7").mkdir()
    (folder / "current.new").symlink_to("index-7")
    index.rebuild([TWO])
    assert sorted(path.name for path in folder.glob("index-*")) == ["index-8"]
    assert index.ids() == {"two"}


def test_failed_rebuild_leaves_no_folder_behind(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.put([ONE])
    with pytest.raises(KeyError):
        index.rebuild([TWO, {"title": "no id"}])
    assert sorted(path.name for path in folder.glob("index-*")) == ["index-1"]


def test_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SearchUnavailable, match="give this user the folder"):
        TantivyIndex(tmp_path / "file" / "search").put([ONE])


def test_answer_begun_before_a_rebuild_ends_well(folder: Path) -> None:
    index, other = TantivyIndex(folder), TantivyIndex(folder)
    index.put([ONE])
    searcher = other._searcher()
    index.rebuild([TWO])
    assert searcher.num_docs == 1
    assert other.ids() == {"two"}


def test_second_writer_is_told_to_wait(folder: Path) -> None:
    index = TantivyIndex(folder)
    with (
        IndexFolder(folder).writing(),
        pytest.raises(SearchUnavailable, match="Another process is writing"),
    ):
        index.put([ONE])
    index.put([ONE])
    assert index.ids() == {"one"}


def damage_segment(folder: Path) -> None:
    next((folder / "current").glob("*.term")).write_bytes(b"")


def damage_commit(folder: Path) -> None:
    (folder / "current" / "meta.json").write_text("{")


def remove_commit(folder: Path) -> None:
    (folder / "current" / "meta.json").unlink()


def remove_folder(folder: Path) -> None:
    (folder / "current").unlink()
    (folder / "current").symlink_to("index-9")


@pytest.mark.parametrize(
    "damage",
    [damage_segment, damage_commit, remove_commit, remove_folder],
    ids=lambda f: f.__name__,
)
def test_damaged_index_asks_for_a_rebuild_and_gets_well_by_it(folder: Path, damage) -> None:
    TantivyIndex(folder).put([ONE])
    damage(folder)
    index = TantivyIndex(folder)
    for use in (lambda: index.search(Query("đất")), index.ids):
        with pytest.raises(SearchUnavailable, match="run `opendata search rebuild`"):
            use()
    assert index.rebuild([TWO]).count == 1
    assert index.ids() == {"two"}


@pytest.mark.parametrize("damage", [damage_commit, remove_commit, remove_folder])
def test_writing_to_a_damaged_index_asks_for_a_rebuild(folder: Path, damage) -> None:
    index = TantivyIndex(folder)
    index.put([ONE])
    damage(folder)
    with pytest.raises(SearchUnavailable, match="run `opendata search rebuild`"):
        index.put([TWO])


def test_closed_index_opens_again(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.put([ONE])
    assert index.ids() == {"one"}
    index.close()
    assert index.ids() == {"one"}


def test_what_a_killed_writer_left_is_in_nobodys_way(folder: Path) -> None:
    index = TantivyIndex(folder)
    index.rebuild([ONE, TWO])
    current = folder / "current"
    before = (current / "meta.json").read_bytes()
    index.put([ONE])
    # As after kill -9 between writing the files of a commit and making them count.
    (current / "meta.json").write_bytes(before)
    again = TantivyIndex(folder)
    again.put([ONE])
    assert again.ids() == {"one", "two"}
