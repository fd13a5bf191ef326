"""The web application, put together: settings, database, store and search engine come in as
arguments."""

from __future__ import annotations

import threading

from flask import Flask
from flask_babel import Babel
from flask_bootstrap import Bootstrap5

from opendata.check_apart import ApartCheck
from opendata.config import Settings
from opendata.database import SessionFactory
from opendata.search.base import Searcher
from opendata.search.known import Known
from opendata.storage import Store
from opendata.web import (
    errors,
    i18n,
    instance,
    routes,
    security_headers,
    session,
    template_names,
)

# What is longer is refused before it is read; who takes files says so for its own requests.
_MAX_BODY_BYTES = 64 * 1024


def create_app(
    settings: Settings, *, sessions: SessionFactory, store: Store, index: Searcher
) -> Flask:
    """Return the catalogue's WSGI application; nothing is opened or started here."""
    app = Flask(__name__)
    app.config.update(
        BOOTSTRAP_SERVE_LOCAL=True,
        MAX_CONTENT_LENGTH=_MAX_BODY_BYTES,
        SEND_FILE_MAX_AGE_DEFAULT=3_600,
    )
    # A redirect made by the router would repeat the Host header of the request.
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    places = threading.BoundedSemaphore(settings.web.validate_at_once)
    check = ApartCheck(settings)
    known = Known(sessions, settings.lexicon_path)
    instance.install(app, instance.Instance(settings, sessions, store, index, known, check, places))
    Bootstrap5(app)
    Babel(app, locale_selector=i18n.language)
    routes.register(app)
    template_names.install(app)
    security_headers.install(app)
    session.install(app)
    errors.install(app)
    return app
