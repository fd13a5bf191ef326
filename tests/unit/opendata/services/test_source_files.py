"""Sources as a file: the same out and in, and one sentence for every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import certifi
import pytest
from sqlalchemy.orm import Session

from opendata.config import Harvest
from opendata.database import SessionFactory
from opendata.errors import NotFound, SettingError
from opendata.services import source_files, sources
from opendata.services.source_files import Difference
from opendata.services.sources import SourceChange

KINDS = ["ckan", "file_list"]
HARVEST = Harvest()
BO = '[source.bo]\nkind = "ckan"\nurl = "https://bo.vn"\n'


@pytest.fixture
def session(sessions: SessionFactory) -> Iterator[Session]:
    with sessions() as session:
        yield session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sources.toml"


def add(session: Session, name: str, **values: Any) -> None:
    change = SourceChange(**{"kind": "ckan", "url": f"https://{name}.vn", **values})
    sources.add(session, name, change, kinds=KINDS, actor="test")


def apply(session: Session, path: Path, text: str, *, prune: bool = False) -> list[Difference]:
    path.write_text(text, encoding="utf-8")
    return source_files.apply(
        session,
        source_files.read(path),
        kinds=KINDS,
        actor="test",
        harvest=HARVEST,
        prune=prune,
    )


def fill(session: Session) -> None:
    add(session, "bo-y-te", publisher="G18", licence="cc-by-4.0", schedule="every 6h")
    add(
        session,
        "bo-noi-vu",
        files="link",
        policy="hold",
        schema="statistical-indicator",
        secret_env="BO_KEY",
        ca_file=certifi.where(),
        contact_name="Vụ \"Tổng hợp\", \\ Bộ Nội vụ\nPhòng '2'",
        contact_email="hoi@moha.gov.vn",
        contact_phone="+84 24 6282 1016",
        options={"fq": "organization:\"bộ\"\r\n\t'x'", "q": "#[đ]=\n'''\"\"\"", "rows": "20"},
    )
    add(session, "so-y-te", kind="file_list", url="https://so.vn/danh-sách.csv?a=1&b=2")
    sources.set_enabled(session, "so-y-te", enabled=False, actor="test")


def test_applying_an_exported_file_changes_nothing(session: Session, path: Path) -> None:
    fill(session)
    text = source_files.export(session)
    assert apply(session, path, text) == []
    assert apply(session, path, text, prune=True) == []
    assert source_files.export(session) == text


def test_exported_file_brings_an_empty_catalogue_to_the_same(session: Session, path: Path) -> None:
    fill(session)
    text = source_files.export(session)
    for source in sources.every(session):
        sources.remove(session, source.name, actor="test")
        session.flush()
    assert [found.action for found in apply(session, path, text)] == ["added"] * 3
    assert source_files.export(session) == text


def test_export_is_ordered_by_name_and_takes_names(session: Session) -> None:
    fill(session)
    text = source_files.export(session)
    heads = [line for line in text.splitlines() if line.startswith("[source.")]
    assert [head for head in heads if head.count(".") == 1] == [
        "[source.bo-noi-vu]",
        "[source.bo-y-te]",
        "[source.so-y-te]",
    ]
    assert "so-y-te" not in source_files.export(session, ["bo-y-te"])
    with pytest.raises(NotFound, match="no source 'none'"):
        source_files.export(session, ["none"])


def test_export_names_the_variable_and_never_its_value(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BO_KEY", "s3cr3t-value")
    fill(session)
    text = source_files.export(session)
    assert 'secret_env = "BO_KEY"' in text
    assert "s3cr3t" not in text


def test_difference_is_told_by_key(session: Session, path: Path) -> None:
    add(session, "bo", licence="cc-by-4.0", contact_name="A", options={"rows": "20", "q": "x"})
    text = f'{BO}schedule = "daily"\n[source.bo.options]\nrows = "50"\n'
    (found,) = apply(session, path, text)
    assert (found.source.name, found.action) == ("bo", "changed")
    assert found.fields == {
        "schedule": (None, "daily"),
        "options.rows": ("20", "50"),
        "licence": ("cc-by-4.0", None),
        "contact.name": ("A", None),
        "options.q": ("x", None),
    }
    assert found.source.options == {"rows": "50"}


def test_sources_that_the_file_does_not_name_are_left_alone(session: Session, path: Path) -> None:
    add(session, "other")
    assert [found.source.name for found in apply(session, path, BO)] == ["bo"]
    assert sources.get(session, "other").enabled


def test_prune_disables_and_never_removes(session: Session, path: Path) -> None:
    add(session, "other", schedule="daily")
    disabled = apply(session, path, BO, prune=True)[1]
    assert (disabled.source.name, disabled.action) == ("other", "disabled")
    assert disabled.fields == {"enabled": (True, False)}
    assert not sources.get(session, "other").enabled


def test_prune_with_an_empty_file_is_refused(session: Session, path: Path) -> None:
    add(session, "other")
    with pytest.raises(SettingError, match="names no source"):
        apply(session, path, "", prune=True)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[source.bo", "not valid TOML"),
        ("a = " + "[" * 5_000, "not valid TOML"),
        ('[source]\nbo = "x"\n', r"write each source as a table \[source.NAME\]"),
        ('[sources.bo]\nkind = "ckan"\n', "key sources: there is no such key; did you mean source"),
        (BO + BO, "source bo: it stands there twice"),
        (f'{BO}licens = "x"\n', "source bo, key licens: .* did you mean licence"),
        (f'{BO}"\\u001b[2J" = "x"\n', r"source bo, key \[2J: there is no such key"),
        (f'{BO}secret = "s3cr3t"\n', "key secret: .* did you mean secret_env"),
        (f"{BO}policy = 1\n", "source bo, key policy: it must be text"),
        (f'{BO}enabled = "yes"\n', "source bo, key enabled: write true or false"),
        (f'{BO}options = "rows=1"\n', "source bo, key options: write it as a table"),
        (f"{BO}[source.bo.options]\nrows = 20\n", "key options.rows: it must be text"),
        (f'{BO}[source.bo.contact]\nmail = "x"\n', "key mail: .* did you mean email"),
        ('[source.bo]\nkind = "ckan"\n', "source bo, key url: it is missing"),
        ('[source."Bộ"]\nkind = "ckan"\nurl = "https://x.vn"\n', "'Bộ' is not a source name"),
        (BO.replace("ckan", "cacan"), "Source bo, key kind: 'cacan' is no kind"),
        (f'{BO}licence = "mine"\n', "Source bo, key licence: 'mine' is no licence"),
        (f'{BO}publisher = "G99"\n', "Source bo, key publisher: .*no agency.*'G99'"),
        (f'{BO}schema = "none"\n', "Source bo, key schema: There is no published schema 'none'"),
        (f'{BO}files = "both"\n', "Source bo, key files: 'both'"),
        (f'{BO}schedule = "often"\n', "Source bo, key schedule: 'often' is not a schedule"),
        (f'{BO}secret_env = "s3cr3t"\n', "Source bo, key secret_env: .*not the secret"),
        (BO.replace("bo.vn", "me:s3cr3t@bo.vn"), "Source bo, key url: .*holds a password"),
        (f'{BO}[source.bo.contact]\nemail = "x"\n', "Source bo, key contact.email: 'x' is not"),
        (f'{BO}[source.bo.options]\nq = "\\u0000"\n', "Source bo, key options: .*control"),
    ],
)
def test_mistake_names_source_and_key(
    session: Session, path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(SettingError, match=sentence) as refused:
        apply(session, path, text)
    assert "s3cr3t" not in str(refused.value)
    assert str(refused.value).isprintable()


def test_file_that_is_not_utf8_is_said(path: Path) -> None:
    path.write_bytes(b'[source.bo]\nkind = "\xff"\n')
    with pytest.raises(SettingError, match="not UTF-8 at byte 20"):
        source_files.read(path)


def test_byte_order_mark_of_an_editor_is_no_mistake(session: Session, path: Path) -> None:
    assert len(apply(session, path, "\ufeff" + BO)) == 1


def test_example_is_a_file_that_can_be_applied(session: Session, path: Path) -> None:
    example = Path(__file__).parents[4] / "docs" / "sources.example.toml"
    assert len(apply(session, path, example.read_text(encoding="utf-8"))) == 2
