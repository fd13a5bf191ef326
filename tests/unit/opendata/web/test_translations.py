"""Every word of the pages is translated, and the compiled catalogue is the one in the source."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

PACKAGE = Path(__file__).parents[4] / "opendata"
FOLDER = PACKAGE / "translations/vi/LC_MESSAGES"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
ADVICE = "run the pybabel commands at the head of messages.po"


def test_every_word_is_translated_and_none_is_left_over() -> None:
    used = {_key(message[2]) for message in extract_from_dir(PACKAGE, METHODS)}
    with (FOLDER / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="vi")
    ready = {_key(m.id) for m in catalogue if m.id and not m.fuzzy and _is_full(m.string)}
    assert not used - ready, ADVICE
    assert not ready - used, ADVICE


def test_placeholders_are_the_same_in_both_languages() -> None:
    with (FOLDER / "messages.po").open("rb") as file:
        for message in read_po(file, locale="vi"):
            if message.id:
                assert not list(message.check()), message.id


def test_compiled_catalogue_is_up_to_date() -> None:
    with (FOLDER / "messages.po").open("rb") as source, (FOLDER / "messages.mo").open("rb") as mo:
        written, compiled = read_po(source, locale="vi"), read_mo(mo)
        assert _sentences(compiled) == _sentences(written), ADVICE


def _sentences(catalogue: Catalog) -> dict[str, list[str]]:
    return {
        _key(m.id): [m.string] if isinstance(m.string, str) else list(m.string)
        for m in catalogue
        if m.id
    }


def _key(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


def _is_full(text: str | tuple[str, ...] | list[str]) -> bool:
    return bool(text) and all([text] if isinstance(text, str) else text)
