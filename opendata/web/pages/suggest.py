"""Suggestions for a search box, as JSON: `/api/suggest?q=…&lang=vi`."""

from __future__ import annotations

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from opendata.records import clean_text
from opendata.web import suggestions

blueprint = Blueprint("suggest", __name__, url_prefix="/api")
_SECONDS = 60


@blueprint.get("/suggest")
def suggest() -> ResponseReturnValue:
    """Answer {query, suggestions: [{kind, group, label, href}]}; `href` is a path of this site."""
    typed = clean_text(request.args.get("q", ""))
    answer = jsonify(query=typed[:200], suggestions=suggestions.make(typed))
    answer.cache_control.max_age = _SECONDS
    answer.vary.add("Accept-Language")
    return answer
