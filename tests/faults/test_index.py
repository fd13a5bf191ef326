"""The search index is lost, unwritable, full or damaged: data is harvested and read all the same,
and the index follows when it can. F61, F62 and F64 for the embedded engine; those of a search
server stand in `test_search_server.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli import main
from opendata import config
from tests.faults import wholeness
from tests.faults.small_disk import small_disk
from tests.faults.wholeness import NEW, prices_are
from tests.instance import Instance


def type_(instance: Instance, *words: str) -> Result:
    return CliRunner().invoke(main, words, env=config.to_environment(instance.settings))


def is_in_one_sentence(result: Result) -> None:
    """The run went through; of the index there is one sentence and exit code 1."""
    assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True), result.output
    assert "succeeded" in result.output
    assert result.output.count("Error: The search index") == 1


def data_is_there(instance: Instance) -> None:
    """What was harvested is read and downloaded, with or without search."""
    client = instance.client()
    assert client.get("/").status_code == 200
    assert client.get("/dataset/bang-gia-dat").status_code == 200
    prices_are(instance, NEW)
    assert client.get("/healthz").status_code == 200


def follows(instance: Instance, *words: str) -> None:
    """After `words` the index is what the database says."""
    for command in (words, ("search", "check")):
        result = type_(instance, *command)
        assert result.exit_code == 0, result.output
    wholeness.check(instance)


def folder(instance: Instance) -> Path:
    return instance.settings.data_path / "search"


def lose(instance: Instance) -> None:
    shutil.rmtree(folder(instance))


def lose_all_but_the_link(instance: Instance) -> None:
    shutil.rmtree((folder(instance) / "current").resolve())


def damage(instance: Instance) -> None:
    (folder(instance) / "current" / "meta.json").write_bytes(b"x" * 100)


def put_a_file_in_its_place(instance: Instance) -> None:
    lose(instance)
    folder(instance).write_bytes(b"")


def test_f64_lost_index_is_filled_again_by_the_next_harvest(changed: Instance) -> None:
    """F64: the whole folder is gone."""
    lose(changed)
    assert type_(changed, "harvest", "run", "bo").exit_code == 0
    data_is_there(changed)
    follows(changed, "status")


@pytest.mark.parametrize("fault", [damage, lose_all_but_the_link])
def test_f64_damaged_index_is_rebuilt(changed: Instance, fault: Callable[[Instance], None]) -> None:
    """F64: parts of it are gone or are not what was written."""
    fault(changed)
    is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
    data_is_there(changed)
    assert changed.client().get("/dataset/?q=gia").status_code == 503
    follows(changed, "search", "rebuild")


def test_f61_index_out_of_reach(changed: Instance) -> None:
    """F61: its folder cannot be one; the index follows once it can."""
    put_a_file_in_its_place(changed)
    is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
    data_is_there(changed)
    folder(changed).unlink()
    follows(changed, "status")


@pytest.mark.parametrize("is_built", [True, False])
def test_f62_index_is_readonly(changed: Instance, is_built: bool) -> None:
    """F62: "not now" is no fault of a document: none is dropped."""
    lose(changed)
    with small_disk(folder(changed)) as disk:
        if is_built:
            assert type_(changed, "search", "rebuild").exit_code == 0
        disk.be_readonly()
        is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
        data_is_there(changed)
        disk.be_readonly(yes=False)
        follows(changed, "status")
        changed.index.close()


@pytest.mark.parametrize("is_built", [True, False])
def test_f62_disk_of_the_index_is_full(changed: Instance, is_built: bool) -> None:
    """F62: the same when there is no room left."""
    lose(changed)
    with small_disk(folder(changed)) as disk:
        if is_built:
            assert type_(changed, "search", "rebuild").exit_code == 0
        filler = disk.fill()
        is_in_one_sentence(type_(changed, "harvest", "run", "bo"))
        data_is_there(changed)
        filler.unlink()
        follows(changed, "status")
        changed.index.close()
