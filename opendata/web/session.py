"""One database session per request: read-only, opened when first asked for, closed at the end."""

from __future__ import annotations

from flask import Flask, g
from sqlalchemy.orm import Session

from opendata.web import instance


def get() -> Session:
    """Return the session of this request; the database itself refuses writes through it."""
    if "session" not in g:
        g.session = instance.current().sessions()
        g.session.connection(execution_options={"postgresql_readonly": True})
    session: Session = g.session
    return session


def install(app: Flask) -> None:
    """Close the session when the request ends, however it ends."""
    app.teardown_appcontext(_close)


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
