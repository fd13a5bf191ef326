"""What this catalogue is and how to use it."""

from __future__ import annotations

from flask import Blueprint, render_template

from opendata.services import codelists

blueprint = Blueprint("about", __name__, url_prefix="/about")


@blueprint.get("/")
def page() -> str:
    """Show the page."""
    return render_template("about/page.html", licences=codelists.licences())
