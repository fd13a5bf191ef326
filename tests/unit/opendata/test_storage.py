"""The file store: whole files under their digest, and nothing else ever."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from opendata import storage
from opendata.errors import NotFound, StorageError
from opendata.storage import ORIGINALS, TABLES, Store


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "incoming"
    path.write_bytes(b"xin chao")
    return path


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_file_is_found_under_its_digest(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    store.put_once(ORIGINALS, file, digest_of(file))
    with store.open(ORIGINALS, digest_of(file)) as stored:
        assert stored.read() == b"xin chao"


def test_second_put_leaves_the_first_file(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    first = store.put_once(ORIGINALS, file, digest_of(file)).stat().st_ino
    assert store.put_once(ORIGINALS, file, digest_of(file)).stat().st_ino == first


def test_stored_file_cannot_be_written(tmp_path: Path, file: Path) -> None:
    path = Store(tmp_path / "store").put_once(ORIGINALS, file, digest_of(file))
    assert path.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    "digest", ["../../etc/passwd", "", ".", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_key_that_is_no_digest_is_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(NotFound):
        Store(tmp_path).path(ORIGINALS, digest)


def test_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        Store(tmp_path).path("..", "a" * 64)


def test_failed_write_leaves_nothing(tmp_path: Path, file: Path) -> None:
    def disk_full(point: str) -> None:
        if point == "store-written":
            raise OSError(28, "No space left on device")

    store = Store(tmp_path / "store", disk_full)
    with pytest.raises(StorageError, match="No space left on device"):
        store.put_once(TABLES, file, digest_of(file))
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []


def test_damage_is_noticed(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    path = store.put_once(ORIGINALS, file, digest_of(file))
    path.chmod(0o644)
    path.write_bytes(b"xin chaO")
    assert not store.is_whole(ORIGINALS, digest_of(file))


def test_file_that_was_cut_is_not_handed_out_and_is_put_again(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    path = store.put_once(ORIGINALS, file, digest_of(file))
    path.chmod(0o644)
    path.write_bytes(b"xin")
    with pytest.raises(NotFound):
        store.local_copy(ORIGINALS, digest_of(file), size=8)
    store.put_once(ORIGINALS, file, digest_of(file))
    assert store.local_copy(ORIGINALS, digest_of(file), size=8).read_bytes() == b"xin chao"


def test_link_in_the_place_of_a_file_is_refused(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    path = store.path(ORIGINALS, digest_of(file))
    path.parent.mkdir(parents=True)
    path.symlink_to("/etc/passwd")
    with pytest.raises(NotFound):
        store.local_copy(ORIGINALS, digest_of(file))
    assert not store.is_whole(ORIGINALS, digest_of(file))


def test_folder_in_the_place_of_a_file_is_damage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.path(TABLES, "a" * 64).mkdir(parents=True)
    assert not store.is_whole(TABLES, "a" * 64)


def test_lost_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="store check"):
        Store(tmp_path).local_copy(ORIGINALS, "a" * 64)


def test_walk_lists_files_with_their_kind(tmp_path: Path, file: Path) -> None:
    store = Store(tmp_path / "store")
    store.put_once(ORIGINALS, file, digest_of(file))
    store.put_once(TABLES, file, digest_of(file))
    assert [(kind, digest) for kind, digest, _ in store.walk()] == [
        (ORIGINALS, digest_of(file)),
        (TABLES, digest_of(file)),
    ]


def test_digest_of_a_file(file: Path) -> None:
    assert storage.sha256(file) == digest_of(file)
