"""Check a file of one's own: a form, and the report; no account, nothing is kept."""

from __future__ import annotations

import json

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from opendata.services import table_schemas
from opendata.web import error_words, errors, filenames, instance, report_view, validation
from opendata.web.validation import Checked

blueprint = Blueprint("validate", __name__, url_prefix="/validate")


@blueprint.get("/")
def page() -> str:
    """Show the form; `?schema=` and `?url=` fill it, and nothing is fetched."""
    return _page(schema=request.args.get("schema", ""), url=request.args.get("url", ""))


@blueprint.post("/")
def check() -> ResponseReturnValue:
    """Check the file and show the report, or send it as a file where the form asks for that."""
    try:
        checked = validation.check()
    except HTTPException as error:
        body = _page(error=error_words.sentences(error))
        return body, error.code or 400, {**errors.kept_headers(error), "Cache-Control": "no-store"}
    if request.form.get("as") == "json":
        return _download(checked)
    url = checked.name if request.form.get("url") else ""
    body = _page(checked=checked, schema=checked.schema, url=url)
    return body, 200, {"Cache-Control": "no-store"}


def _page(
    *,
    schema: str = "",
    url: str = "",
    error: tuple[str, str] | None = None,
    checked: Checked | None = None,
) -> str:
    return render_template(
        "validate/page.html",
        schemas=table_schemas.all_schemas(),
        schema=schema,
        url=url,
        error=error,
        most=instance.current().settings.web.max_upload_bytes,
        checked=report_view.make(checked) if checked else None,
    )


def _download(checked: Checked) -> Response:
    response = as_json(checked)
    response.headers["Content-Disposition"] = filenames.disposition("validation-report", "json")
    return response


def as_json(checked: Checked) -> Response:
    """Return a report as programs read it."""
    body = json.dumps(checked.report, ensure_ascii=False)
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
