"""What crawlers are asked to leave alone: combinations of facets, and the files themselves."""

from __future__ import annotations

from flask import Blueprint, Response

blueprint = Blueprint("robots", __name__)
_RULES = """\
User-agent: *
Disallow: /dataset/?
Disallow: /dataset?
Disallow: /en/dataset/?
Disallow: /en/dataset?
Disallow: /dataset/*/download/
"""


@blueprint.get("/robots.txt")
def page() -> Response:
    """Answer the rules."""
    return Response(_RULES, mimetype="text/plain")
