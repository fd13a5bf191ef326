"""Settings: defaults, file, environment; a wrong one stops the start and names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from opendata import config
from opendata.config import Settings, load
from opendata.errors import SettingError


def write(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file() -> None:
    assert load(None, {}) == Settings()


def test_file_changes_a_setting(tmp_path: Path) -> None:
    assert load(write(tmp_path, "[web]\nport = 9000"), {}).web.port == 9000


def test_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, "[web]\nport = 9000")
    assert load(path, {"OPENDATA_WEB__PORT": "9001"}).web.port == 9001


def test_file_can_be_named_by_the_environment(tmp_path: Path) -> None:
    path = write(tmp_path, 'data_dir = "elsewhere"')
    assert load(None, {"OPENDATA_CONFIG": str(path)}).data_dir == "elsewhere"


def test_list_in_the_environment_is_separated_by_commas() -> None:
    found = load(None, {"OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": "127.0.0.1:9001, 10.0.0.1:80"})
    assert found.http.allow_private_hosts == ("127.0.0.1:9001", "10.0.0.1:80")


def test_data_dir_holds_the_store(tmp_path: Path) -> None:
    found = load(None, {"OPENDATA_DATA_DIR": str(tmp_path)})
    assert found.store_path == tmp_path / "store"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[search]\nengin = "x"', "search.engin is not a setting; did you mean search.engine?"),
        ("[sreach]", "sreach is not a setting; did you mean search?"),
        ("[web]\nqqqq = 1", "web.qqqq is not a setting; config.example.toml lists them all."),
        ('[web]\nport = "many"', "web.port must be of type int, but is 'many'."),
        ("[web]\nport = 1.5", "web.port must be of type int, but is 1.5."),
        ("[web]\nport = true", "web.port must be of type int, but is True."),
        ("[web]\nhost = 5", "web.host must be of type str, but is 5."),
        ("web = 1", "web is a section, write it as [web] with its keys below it."),
        ("[http]\nallow_ports = 80", "http.allow_ports must be of type"),
    ],
)
def test_wrong_setting_stops_the_start_and_says_which(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(SettingError) as caught:
        load(write(tmp_path, text), {})
    assert str(caught.value).startswith(sentence)


def test_unknown_variable_stops_the_start() -> None:
    with pytest.raises(SettingError, match=r"did you mean web\.port\?"):
        load(None, {"OPENDATA_WEB__PROT": "1"})


def test_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="does not exist"):
        load(tmp_path / "none.toml", {})


def test_broken_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="is not valid TOML"):
        load(write(tmp_path, "[web"), {})


def test_environment_of_another_process_gives_the_same_settings(tmp_path: Path) -> None:
    settings = load(
        None,
        {
            "OPENDATA_DATA_DIR": str(tmp_path),
            "OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": "[::1]:9001,127.0.0.1:9002",
            "OPENDATA_SITE__TITLE_VI": "Dữ liệu, mở",
        },
    )
    assert load(None, config.to_environment(settings)) == settings


def test_missing_secret_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENDATA_SECRET_X", raising=False)
    with pytest.raises(SettingError, match="OPENDATA_SECRET_X is not set"):
        config.secret("OPENDATA_SECRET_X")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OPENDATA_WEB__PAGE_SIZE", "0", "web.page_size must be at least 1"),
        ("OPENDATA_WEB__PORT", "99999", "web.port must be at most 65535"),
        ("OPENDATA_HARVEST__SHRINK_LIMIT_COUNT", "-1", "must be of type int, but is '-1'"),
    ],
)
def test_number_out_of_range_stops_the_start(name: str, value: str, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        load(None, {name: value})


def test_list_in_the_environment_may_stand_as_in_the_file() -> None:
    found = load(None, {"OPENDATA_HTTP__ALLOW_PRIVATE_HOSTS": '["10.0.0.5:8080"]'})
    assert found.http.allow_private_hosts == ("10.0.0.5:8080",)


def test_folder_in_the_place_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="cannot be read"):
        load(tmp_path, {})
