"""`opendata source test`: what a person reads before an address becomes a source."""

from __future__ import annotations

import json
import shlex
import tomllib
from pathlib import Path

import pytest
from sqlalchemy import func, select

from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.models import Dataset, Event, Run, Source
from tests.loopback import Loopback
from tests.typist import Typist

HEADER = "dataset_id,title,publisher,licence,file_id,file_name,file_url,format\n"


@pytest.fixture
def type_(settings: Settings) -> Typist:
    return Typist(settings)


@pytest.fixture
def listing(source_site: Loopback) -> str:
    rows = "gia,Bảng giá đất,Bộ Tài chính,của tôi,g,Giá đất,gia.csv,csv\n"
    rows += "".join(f"d{number},Dữ liệu {number},Bộ,odl-vn,f,F,f.csv,csv\n" for number in range(9))
    return source_site.put("/list.csv", HEADER + rows)


def test_address_is_described(type_: Typist, listing: str) -> None:
    tested = type_("source", "test", listing)
    assert tested.exit_code == 0
    for words in (
        "is a source of the kind file_list.",
        "10 were read",
        "Bảng giá đất",
        "Formats: csv 10.",
        "odl-vn (known) 9",
        "của tôi (not in the list of licences) 1",
        "The licence is not in the list of licences.",
    ):
        assert words in tested.output, words
    assert "Dữ liệu 4" not in tested.output


def test_nothing_is_stored(type_: Typist, listing: str, sessions: SessionFactory) -> None:
    assert type_("source", "test", listing).exit_code == 0
    with sessions() as session:
        for kind in (Source, Run, Dataset, Event):
            assert session.scalar(select(func.count()).select_from(kind)) == 0


def test_what_it_proposes_works(
    type_: Typist, source_site: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_KEY", "s3cr3t")
    package = {"id": "a", "title": "Một"}
    result = {"count": 1, "results": [package]}
    source_site.put_json("/api/3/action/package_search", {"success": True, "result": result})
    words = ("--option", "fq=tags:'đất đai'", "--option", "secret_header=X-Key")
    tested = type_(
        "source", "test", source_site.url, "--secret-env", "PORTAL_KEY", *words, "--json"
    )
    facts = json.loads(tested.stdout)
    assert "s3cr3t" not in tested.output
    (name,) = tomllib.loads(facts["toml"])["source"]
    added = type_(*shlex.split(facts["command"])[1:])
    assert (added.exit_code, name in added.output) == (0, True)
    path = tmp_path / "sources.toml"
    path.write_text(facts["toml"], encoding="utf-8")
    assert type_("source", "apply", str(path)).exit_code == 0
    shown = json.loads(type_("source", "show", name, "--json").stdout)
    assert shown["options"] == {"fq": "tags:'đất đai'", "secret_header": "X-Key"}


def test_address_that_fits_nothing_gets_a_sentence_for_each_kind(
    type_: Typist, source_site: Loopback
) -> None:
    tested = type_("source", "test", source_site.url)
    assert tested.exit_code == 1
    assert "No kind of source answers" in tested.output
    assert "  ckan: " in tested.output
    assert "  file_list: " in tested.output
    told = json.loads(type_("source", "test", source_site.url, "--json").stdout)
    assert {row["reason"] for row in told["tried"]} == {"missing"}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("http://10.0.0.5/",), "name it in [http] allow_private_hosts"),
        (("no-address",), "is not a web address"),
        (("https://me:s3cr3t@x.vn",), "The address holds a password"),
        (("https://x.vn", "--kind", "cacan"), "'cacan' is no kind; choose one of"),
        (("https://x.vn", "--secret-env", "NO_SUCH_SECRET"), "NO_SUCH_SECRET is not set"),
    ],
)
def test_mistake_gets_one_sentence(type_: Typist, words: tuple[str, ...], sentence: str) -> None:
    tested = type_("source", "test", *words)
    assert (tested.exit_code, sentence in tested.output) == (1, True), tested.output
    assert "s3cr3t" not in tested.output


def test_text_from_outside_cannot_drive_the_terminal(type_: Typist, source_site: Loopback) -> None:
    package = {
        "id": "a\x1b[2J",
        "title": "\x1b]0;x\x07Giá" + "á" * 5_000,
        "license_id": "\u202ex",
        "organization": {"title": "\x9b2J"},
        "resources": [{"url": "https://x.vn/a", "format": "\x1b[31mcsv"}],
    }
    result = {"count": 1, "results": [package, {"id": "\x1b[2J", "\x1b[2J": 1}]}
    source_site.put_json("/api/3/action/package_search", {"success": True, "result": result})
    for words in ((), ("--json",)):
        tested = type_("source", "test", source_site.url, *words)
        assert tested.exit_code == 0
        assert not set(tested.output) & set("\x1b\x07\x9b\u202e")
        assert "á" * 300 not in tested.output
