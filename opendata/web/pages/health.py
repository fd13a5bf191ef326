"""Whether the catalogue works, for the machines that watch it; no details for anybody else."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from opendata.search.base import Query
from opendata.web import searching, session

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def page() -> ResponseReturnValue:
    """Answer 200 while data can be found and downloaded, 503 without the database."""
    database, index = _database_works(), searching.ask(Query(size=1)) is not None
    answer = {
        "status": "up" if database and index else "degraded",
        "database": _word(works=database),
        "index": _word(works=index),
    }
    return answer, 200 if database else 503, {"Cache-Control": "no-store"}


def _database_works() -> bool:
    try:
        session.get().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True


def _word(*, works: bool) -> str:
    return "up" if works else "down"
