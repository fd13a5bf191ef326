"""The names that templates may use beside what their view hands in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from flask import Flask, url_for
from markupsafe import Markup

from opendata import vocabulary
from opendata.models import Publisher
from opendata.records import harmless
from opendata.services import catalogue
from opendata.web import formats, harvest_words, i18n, instance, labels, plain_text, table_words


def install(app: Flask) -> None:
    """Register filters and globals, and what is done to all text that pages show."""
    app.jinja_env.finalize = _harmless
    app.jinja_env.globals.update(
        link=i18n.link,
        in_language=i18n.in_language,
        page_language=i18n.language,
        language_name=labels.language_name,
        said=said,
    )
    app.jinja_env.filters.update(
        number=lambda value: formats.number(value, i18n.language()),
        size=lambda value: formats.size(value, i18n.language()),
        day=day,
        moment=moment,
        absolute=absolute,
        paragraphs=plain_text.paragraphs,
        excerpt=plain_text.excerpt,
        web_address=plain_text.web_address,
        email_address=plain_text.email_address,
        publisher_name=publisher_name,
        fact=fact,
        advice=advice,
        format_name=labels.format_name,
        theme_name=labels.theme_name,
        frequency_name=labels.frequency_name,
        type_name=labels.type_name,
        run_state=harvest_words.state_of,
        state_name=harvest_words.state_name,
        kind_name=harvest_words.kind_name,
        outcome_name=harvest_words.outcome_name,
        counted=harvest_words.counted,
        rule_in_words=harvest_words.rule_in_words,
        why=table_words.why,
        why_not=table_words.why_not,
        role=table_words.role,
        change=table_words.change,
        change_side=table_words.change_side,
        apart_name=table_words.apart,
    )
    app.context_processor(_site)


def said(texts: Mapping[str, str] | None) -> tuple[str, str]:
    """Return a text of the metadata in the language of the page, and the language it is in."""
    return catalogue.text_in(dict(texts or {}), i18n.language())


def day(value: date | datetime | str) -> Markup:
    """Return a date as people read it, with the exact one for programs."""
    return _time(value, formats.day(value))


def moment(value: datetime) -> Markup:
    """Return a date and time in Hanoi, with the exact one for programs."""
    return _time(value, formats.moment(value))


def absolute(path: str) -> str:
    """Return the full address of a path: from the settings, never from the request."""
    return instance.current().settings.site.url.rstrip("/") + path


def publisher_name(publisher: Publisher | None) -> str:
    """Return a publisher's name in the language of the page."""
    return catalogue.publisher_name(publisher, i18n.language())


def fact(code: str) -> str:
    """Return the sentence of a problem or reason; a code we do not know stays a code."""
    return vocabulary.said(code, i18n.language()) if _is_known(code) else code


def advice(code: str) -> str:
    """Return what to do about a problem or reason; nothing for a code we do not know."""
    return vocabulary.advice(code, i18n.language()) if _is_known(code) else ""


def _harmless(value: object) -> object:
    """Markup stays markup: most of it holds text of others."""
    return type(value)(harmless(value)) if isinstance(value, str) else value


def _is_known(code: str) -> bool:
    lists = (vocabulary.PROBLEMS, vocabulary.REASONS, vocabulary.PERSONAL)
    return any(code in words for words in lists)


def _time(value: date | datetime | str, shown: str) -> Markup:
    exact = value if isinstance(value, str) else formats.local(value).isoformat(*_seconds(value))
    return Markup('<time datetime="{}">{}</time>').format(exact, shown)


def _seconds(value: date | datetime) -> tuple[str, ...]:
    return ("T", "seconds") if isinstance(value, datetime) else ()


def _site() -> dict[str, object]:
    site = instance.current().settings.site
    english = i18n.language() == i18n.ENGLISH
    return {
        "site_title": site.title_en if english else site.title_vi,
        "site_agency": site.agency_en if english else site.agency_vi,
        "site_contact": site.contact,
        "stylesheet": url_for("static", filename="css/catalogue.css"),
    }
