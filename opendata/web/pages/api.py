"""What programs ask for: `/api/1/…`; errors are problem+json."""

from __future__ import annotations

from flask import Blueprint, Response

from opendata.web import validation
from opendata.web.pages.validate import as_json

blueprint = Blueprint("api", __name__, url_prefix="/api/1")


@blueprint.post("/validate")
def validate() -> Response:
    """Check a file (multipart field `file`, or `url` in a form or JSON) and answer with its report.

    `schema` names a published schema; without one, types are learned.
    """
    return as_json(validation.check())
