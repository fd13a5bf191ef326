"""Bringing the database to the schema of this release, and saying whether it is there."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from opendata import bundled
from opendata.errors import SettingError


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations in one transaction: all or nothing.

    Raises SettingError for the database of a later release.
    """
    _refuse_later(engine)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to an earlier schema."""
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def is_current(engine: Engine) -> bool:
    """Say whether the database has the schema that this code expects."""
    return _revision(engine) == ScriptDirectory.from_config(_config()).get_current_head()


def require_current(engine: Engine) -> None:
    """Raise SettingError when the database has not the schema that this code expects."""
    if is_current(engine):
        return
    _refuse_later(engine)
    raise SettingError(
        "The database does not have the schema of this release; run `opendata db upgrade`."
    )


def _refuse_later(engine: Engine) -> None:
    """A revision that this code has never heard of comes from a later one."""
    revision = _revision(engine)
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision is not None and revision not in known:
        raise SettingError(
            f"The database has the schema {revision[:40]} of a later release; "
            "install the release that it belongs to."
        )


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(bundled.path("migrations")))
    return config
