"""The page of one dataset; former addresses lead here, withdrawn ones say so."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template
from flask.typing import ResponseReturnValue

from opendata.models import Dataset
from opendata.services import catalogue, codelists
from opendata.web import i18n, instance, joins, paging, resource_view, search_counts, session

blueprint = Blueprint("dataset", __name__, url_prefix="/dataset")
_RESOURCES = 50
_UNKNOWN_LICENCE = "notspecified"


@blueprint.get("/<name>")
def page(name: str) -> ResponseReturnValue:
    """Show a dataset by its slug."""
    found = catalogue.Found() if "\0" in name else catalogue.find(session.get(), name)
    if found.moved_to is not None:
        return redirect(i18n.link("dataset.page", name=found.moved_to), 301)
    if found.withdrawn is not None:
        return render_template("dataset/withdrawn.html", dataset=found.withdrawn), 410
    if found.dataset is None:
        abort(404)
    return _show(found.dataset)


def _show(dataset: Dataset) -> str:
    search_counts.opened()
    total = len(dataset.resources)
    number = min(paging.asked(), paging.last_page(total, _RESOURCES))
    pager = paging.Pager("dataset.page", {"name": dataset.slug}, number, _RESOURCES, total)
    shown = dataset.resources[pager.first_shown - 1 : pager.last_shown]
    return render_template(
        "dataset/page.html",
        dataset=dataset,
        document=dataset.document,
        licence=_licence(dataset.licence),
        resources=resource_view.make_all(session.get(), instance.current(), shown),
        pager=pager,
        joins=joins.of(dataset),
    )


def _licence(code: str) -> codelists.Licence | None:
    """Return the licence, or None where we cannot say what one may do."""
    known = {licence.id: licence for licence in codelists.licences()}
    return None if code == _UNKNOWN_LICENCE else known.get(code)
