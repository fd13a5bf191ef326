"""Every address of the catalogue: pages once per language, files and machine answers once."""

from __future__ import annotations

from flask import Blueprint, Flask

from opendata.web.pages import (
    about,
    api,
    dataset,
    download,
    harvest,
    health,
    home,
    organization,
    robots,
    schema_files,
    schemas,
    search,
    suggest,
    validate,
)

_PAGES = (home, search, dataset, organization, schemas, validate, harvest, about)
_WITHOUT_LANGUAGE = (download, schema_files, api, suggest, health, robots)


def register(app: Flask) -> None:
    """Register all blueprints: pages under `vi` at the root and under `en` at /en."""
    for language, prefix in (("vi", None), ("en", "/en")):
        parent = Blueprint(language, __name__, url_prefix=prefix)
        for page in _PAGES:
            parent.register_blueprint(page.blueprint)
        app.register_blueprint(parent)
    for page in _WITHOUT_LANGUAGE:
        app.register_blueprint(page.blueprint)
