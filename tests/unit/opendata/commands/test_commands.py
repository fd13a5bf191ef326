"""The commands as an administrator types them: words, exit codes, sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from opendata.commands import output
from opendata.config import Settings
from opendata.records import HARMFUL
from tests.loopback import Loopback
from tests.typist import Typist

HEADER = "dataset_id,title,publisher,licence,file_id,file_name,file_url,format,schema\n"


@pytest.fixture
def type_(settings: Settings) -> Typist:
    return Typist(settings)


@pytest.fixture
def listing(source_site: Loopback) -> str:
    source_site.put("/gia.csv", "ma_tinh;gia\n01;1500\n")
    row = "gia,Bảng giá đất,Bộ Tài chính,odl-vn,g,Giá đất,gia.csv,csv,\n"
    return source_site.put("/list.csv", HEADER + row)


def test_day_of_an_administrator(type_: Typist, listing: str) -> None:
    assert type_("db", "upgrade").exit_code == 0
    added = type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    assert (added.exit_code, "harvest run bo" in added.output) == (0, True)
    dry = type_("harvest", "run", "bo", "--dry-run")
    assert (dry.exit_code, "1 created" in dry.output) == (0, True)
    ran = type_("harvest", "run", "bo")
    assert (ran.exit_code, "succeeded" in ran.output) == (0, True)
    again = type_("harvest", "run", "--all", "--json")
    assert json.loads(again.stdout)[0]["counts"] == {"unchanged": 1, "resources": 1}
    assert "Bảng giá đất" in type_("search", "query", "bang gia dat").output
    assert type_("search", "check").exit_code == 0
    assert "The search index holds 1 datasets." in type_("search", "rebuild").output
    assert type_("store", "check").exit_code == 0
    assert "Removed 0 files." in type_("store", "gc").output
    assert json.loads(type_("store", "usage", "--json").stdout)["tables"]["files"] == 1
    status = type_("status")
    assert "1 datasets, 1 tables, 1 rows" in status.output
    assert "Nothing fails." in status.output


def test_status_says_what_fails_since_when_and_why(
    type_: Typist, listing: str, source_site: Loopback
) -> None:
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    source_site.fail("/gia.csv", 404)
    assert type_("harvest", "run", "bo").exit_code == 2
    assert "/gia.csv" in type_("harvest", "show", "1").output
    found = json.loads(type_("status", "--json").stdout)
    assert {item["reason"] for item in found["failing"]} >= {"missing"}
    assert all(item["since"] for item in found["failing"])


def test_status_says_what_waits(type_: Typist, listing: str) -> None:
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing, "--policy", "hold")
    assert type_("harvest", "run", "bo").exit_code == 3
    waiting = json.loads(type_("status", "--json").stdout)["waiting"]
    assert ["policy-hold"] in [item["reasons"] for item in waiting]


def test_one_source_that_cannot_start_does_not_stop_the_others(type_: Typist, listing: str) -> None:
    type_(
        "source",
        "add",
        "a",
        "--kind",
        "file_list",
        "--url",
        listing,
        "--secret-env",
        "NO_SUCH_SECRET",
    )
    type_("source", "add", "b", "--kind", "file_list", "--url", listing)
    ran = type_("harvest", "run", "--all", "--json")
    assert ran.exit_code == 1
    assert [run["state"] for run in json.loads(ran.stdout)] == ["failed", "succeeded"]


def test_disabled_source_is_left_out(type_: Typist, listing: str) -> None:
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    type_("source", "disable", "bo")
    assert json.loads(type_("harvest", "run", "--all", "--json").stdout) == []
    type_("source", "enable", "bo")
    assert len(json.loads(type_("harvest", "run", "--all", "--json").stdout)) == 1


def test_source_with_datasets_cannot_be_removed(type_: Typist, listing: str) -> None:
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    type_("harvest", "run", "bo")
    removed = type_("source", "remove", "bo")
    assert (removed.exit_code, "source disable bo" in removed.output) == (1, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("source", "show", "none"), "There is no source 'none'"),
        (("harvest", "run", "none"), "There is no source 'none'"),
        (("source", "add", "bo"), "A source needs --kind and --url."),
        (("schema", "show", "none"), "There is no published schema 'none'"),
    ],
)
def test_mistake_gets_one_sentence_and_exit_code_1(
    type_: Typist, words: tuple[str, ...], sentence: str
) -> None:
    result = type_(*words)
    assert result.exit_code == 1
    assert sentence in result.output
    assert "Traceback" not in result.output


def test_harvest_without_a_name_explains_itself(type_: Typist) -> None:
    result = type_("harvest", "run")
    assert result.exit_code == 64
    assert "Name the sources, or say --all." in result.output


def test_database_of_another_release_is_said(settings: Settings, engine: object) -> None:
    from opendata import migrations

    migrations.downgrade(engine, "base")  # type: ignore[arg-type]
    result = Typist(settings)("source", "list")
    assert (result.exit_code, "opendata db upgrade" in result.output) == (1, True)


def test_unknown_setting_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[web]\nprot = 1\n")
    result = CliRunner().invoke(main, ["--config", str(path), "status"])
    assert (result.exit_code, "did you mean web.port?" in result.output) == (1, True)


def test_database_that_is_down_is_said_without_its_password() -> None:
    environment = {"OPENDATA_DATABASE__URL": "postgresql://u:hush@127.0.0.1:1/x"}
    result = CliRunner().invoke(main, ["status"], env=environment)
    assert result.exit_code == 1
    assert "check database.url" in result.output
    assert "hush" not in result.output


def test_file_is_checked_against_a_schema(type_: Typist, tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text(
        "indicator_code,indicator_name,area_code,period,value,unit,status,note\n"
        "DVC01,Lượt,VN,2021,12,lượt,final,\n"
        "DVC01,Lượt,VN,2022,khoảng 12,lượt,final,\n",
        encoding="utf-8",
    )
    result = type_("schema", "check", str(file), "--schema", "statistical-indicator", "--json")
    assert result.exit_code == 1
    table = json.loads(result.stdout)["tables"][0]
    assert (table["rows_read"], table["rows_quarantined"]) == (2, 1)
    assert table["samples"][0]["value"] == "khoảng 12"


def test_good_file_gets_exit_code_0(type_: Typist, tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text(
        "indicator_code,indicator_name,area_code,period,value,unit,status,note\n"
        "DVC01,Lượt,VN,2021,12,lượt,final,\n",
        encoding="utf-8",
    )
    result = type_("schema", "check", str(file), "--schema", "statistical-indicator")
    assert (result.exit_code, "1 accepted" in result.output) == (0, True)


def test_file_without_a_schema_is_learned(type_: Typist, tmp_path: Path) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text("ma;ten;gia\n01;An;1\n02;Bình;2\n", encoding="utf-8")
    result = type_("schema", "check", str(file))
    assert (result.exit_code, "2 accepted" in result.output) == (0, True)
    file.write_text("")
    result = type_("schema", "check", str(file))
    assert (result.exit_code, "no bytes" in result.output) == (1, True)
    assert json.loads(type_("schema", "check", str(file), "--json").stdout)["reason"] == "empty"


def test_what_differs_from_the_contract_is_told(
    type_: Typist, listing: str, source_site: Loopback
) -> None:
    type_("db", "upgrade")
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    type_("harvest", "run", "bo")
    source_site.put("/gia.csv", "matinh;gia\n01;1500\n")
    type_("harvest", "run", "bo")
    for command in ("show", "diff"):
        assert "The column seems to have been renamed." in type_("harvest", command, "2").output
    (told,) = json.loads(type_("harvest", "show", "2", "--json").stdout)["contract"]
    assert (told["before"], told["after"]) == ("ma_tinh", "matinh")
    (changed,) = json.loads(type_("harvest", "diff", "2", "--json").stdout)["changes"]
    assert changed["files"][0]["contract"][0]["kind"] == "column-renamed"


def test_json_and_errors_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"title": "\x9b2J\u202eGiá\n"}
    output.as_json(told)
    output.error("Đất \u202e\x1b[2J.")
    printed = capsys.readouterr()
    assert json.loads(printed.out) == told
    assert printed.err == "Error: Đất \ufffd\ufffd[2J.\n"
    assert not HARMFUL.search(printed.out)


def test_text_from_sources_cannot_drive_the_terminal(
    type_: Typist, listing: str, source_site: Loopback
) -> None:
    evil = source_site.answers["/list.csv"].body.decode().replace("Bảng giá đất", "\x1b[2JGiá")
    source_site.put("/list.csv", evil)
    type_("source", "add", "bo", "--kind", "file_list", "--url", listing)
    type_("harvest", "run", "bo")
    assert "\x1b[2J" not in type_("search", "query", "gia").output
